"""The attributes of Guild files: those that have an effect here, and those that only Guild AI supports."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from guild_ipy.errors import GuildFileError, suggest
from guild_ipy.operations.guildfile.reading.yaml_nodes import MapNode


@dataclass(frozen=True, kw_only=True)
class Attributes:
    """The attributes of one kind of thing."""

    owner: str
    """The kind of declaration that has them, for messages."""
    known: frozenset[str]
    silent: frozenset[str] = frozenset()
    """Attributes without an effect, which need no note."""
    unsupported: frozenset[str] = frozenset()
    """Attributes without an effect here, about which users get a note."""

    def check(self, node: MapNode) -> None:
        """Raise an error for an unknown attribute."""
        for error in self.unknown(node):
            raise error

    def unknown(self, node: MapNode) -> Iterator[GuildFileError]:
        """Return errors for unknown attributes."""
        everything = self.known | self.silent | self.unsupported
        for entry in node:
            if entry.name not in everything:
                hint = suggest(entry.name, everything) or f"; it has {', '.join(sorted(self.known))}"
                yield entry.place.error(f"{self.owner} has no attribute {entry.name!r}{hint}")

    def unused(self, node: MapNode) -> Iterator[str]:
        """Return notes about attributes that have no effect here."""
        for entry in node:
            if entry.key.value in self.unsupported:
                yield f"{entry.place}: {self.owner} attribute {entry.key.text!r} is not supported and has no effect"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


INCLUDE = Attributes(owner="an include", known=_words("include"))
MODEL = Attributes(
    owner="a model",
    known=_words("model default description extends operation-defaults operations params resources sourcecode flags"),
    silent=_words("references extra"),
    unsupported=_words("plugins disable-plugins python-requires"),
)
CONFIG = Attributes(
    owner="a config",
    known=MODEL.known - {"model"} | {"config"},
    silent=MODEL.silent,
    unsupported=MODEL.unsupported,
)
OPERATION = Attributes(
    owner="an operation",
    known=_words(
        "description main exec notebook steps flags flags-dest flags-import flags-import-skip requires sourcecode "
        "output-scalars label tags env env-secrets default compare python-path default-flag-arg-skip optimizer "
        "optimizers objective default-max-trials resources"
    ),
    silent=_words("references extra stoppable"),
    unsupported=_words(
        "can-stage-trials plugins disable-plugins publish remote python-requires pip-freeze handle-keyboard-interrupt "
        "delete-on-success flag-encoder run-attrs nb-cells output-attrs pre-process"
    ),
)
FLAG = Attributes(
    owner="a flag",
    known=_words(
        "default description type required alias arg-name arg-encoding arg-skip arg-switch arg-split choices "
        "allow-other env-name env-encoding null-label min max"
    ),
    silent=_words("distribution extra"),
    unsupported=_words("nb-replace"),
)
CHOICE = Attributes(owner="a choice", known=_words("value description alias flags"))
RESOURCE = Attributes(
    owner="a resource",
    known=_words("name sources description target-path path target-type preserve-path default-unpack flag-name"),
    silent=_words("private references"),
)
#: The attributes that give the kind of a source; ``multi-run`` does if its value is text.
SOURCE_KINDS = ("operation", "run", "multi-run", "file", "config", "module", "url")
SOURCE = Attributes(
    owner="a source",
    known=frozenset(SOURCE_KINDS)
    | _words(
        "name flag-name sha256 unpack select select-min select-max warn-if-empty optional fail-if-empty rename help "
        "target-path path target-type replace-existing always-resolve preserve-path params"
    ),
    silent=_words("type description"),
    unsupported=_words("post-process"),
)
RENAME = Attributes(owner="a rename", known=_words("pattern repl"))
SOURCECODE = Attributes(
    owner="sourcecode", known=_words("select root dest"), unsupported=_words("digest exclude include")
)
STEP = Attributes(
    owner="a step",
    known=_words(
        "run name flags label tags random-seed isolate-runs trials max-trials jobs fail-on-trial-error optimizer "
        "minimize maximize prune mark-best use-prior stage-trials"
    ),
    silent=_words("description keep-batch"),
    unsupported=_words(
        "batch-comment batch-label batch-tags checks comment expect force-deps force-flags force-sourcecode gpus "
        "keep-run needed no-gpus opt-flags optimize quiet remote stop-after tag yes"
    ),
)
