"""What an operation needs before it can start: runs of other operations, files, configuration.

A dependency is a named resource with sources, as in a Guild file (Guild AI 0.9.0), plus what summary operations need:
``run:`` and ``multi-run:`` sources, whose value is an expression of the select language.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from guild_ipy.domain.declarations.source_kind import SOURCE_WORDS, SourceKind
from guild_ipy.domain.values.flags import FlagValue

__all__ = ["Dependency", "FilePattern", "Rename", "Source", "SourceKind", "TargetType"]


class TargetType(Enum):
    """How a file comes into the run directory."""

    COPY = "copy"
    LINK = "link"


@dataclass(frozen=True, kw_only=True)
class FilePattern:
    """A regular expression over paths within a source.

    With `reduce` (``min`` or ``max``) only the match whose first group is the least or the greatest number counts.
    """

    pattern: str
    reduce: str | None = None


@dataclass(frozen=True, kw_only=True)
class Rename:
    """A regular expression over the name of a file, and what takes its place."""

    pattern: str
    replacement: str


@dataclass(frozen=True, kw_only=True)
class Source:
    """One thing that a dependency needs.

    Examples
    --------
    >>> train = Source(kind=SourceKind.OPERATION, value="train")
    >>> train.uri, train.resolving_name
    ('operation:train', 'operation:train')
    """

    kind: SourceKind
    value: str
    """Names of operations with commas between, an expression, a path, a module, or a URL: what stands behind the
    kind in a Guild file."""
    is_multi: bool = False
    """Every run that is selected is linked, not the files of one taken; true of ``multi-run`` and of ``operation``
    with ``multi-run: yes``."""
    expression: str | None = None
    """``select`` of a multi-run source: which of the runs."""
    name: str | None = None
    flag_name: str | None = None
    target_path: str | None = None
    """Folder within the run directory."""
    target_type: TargetType | None = None
    select: tuple[FilePattern, ...] = ()
    """Which files; empty: those that the run made, or the file itself."""
    rename: tuple[Rename, ...] = ()
    optional: bool = False
    """Whether the run can start without it."""
    warn_if_empty: bool = True
    fail_if_empty: bool = False
    unpack: bool | None = None
    """Whether an archive is unpacked; None is yes for an archive."""
    sha256: str | None = None
    replace_existing: bool = False
    preserve_path: bool = False
    always_resolve: bool = False
    params: Mapping[str, FlagValue] = field(default_factory=dict, hash=False)
    """For a configuration: values beside those of flags, by dotted names."""
    help: str = ""
    """What to tell a user who has not got it."""

    @property
    def uri(self) -> str:
        """Kind and value in one word, as they stand in the attribute ``deps``."""
        return self.value if self.kind is SourceKind.URL else f"{self.kind.value}:{self.value}"

    @property
    def resolving_name(self) -> str:
        """Its name in messages, and that of the flag that says which run or file is used."""
        return self.name or self.flag_name or self.uri

    @property
    def given_name(self) -> str:
        """The shortest of the names by which a user may say which run or file is used; empty where none can be said."""
        return "" if self.kind is SourceKind.MODULE else self.flag_name or self.name or self.value

    @property
    def flag_names(self) -> tuple[str, ...]:
        """Names by which a user may say which run or file is used, the one that is recorded first.

        What it asks for is always one of them: the operation may have a flag of the name that is given here.
        """
        if self.flag_name or self.name:
            return (self.flag_name or self.name or "", self.uri)
        return (self.uri,) if self.kind is SourceKind.URL else (self.uri, self.value)

    @property
    def recorded_names(self) -> tuple[str, ...]:
        """Names of the flags that say which run or file was used: its name, or the word that stands for it."""
        return tuple(dict.fromkeys((self.resolving_name, self.uri, *self.flag_names[:1])))


@dataclass(frozen=True, kw_only=True)
class Dependency:
    """A named resource that an operation requires."""

    name: str
    """That of the resource, or of the first source for one that is written inline."""
    is_inline: bool = False
    sources: tuple[Source, ...]
    location: str = ""
    """The folder that files are looked for in: that of the Guild file, or of the notebook."""
    target_path: str | None = None
    target_type: TargetType | None = None
    preserve_path: bool = False
    description: str = ""
    origin: str = ""
    """Where it was written, for messages: ``guild.yml:12:7``."""

    @property
    def title(self) -> str:
        """Its name in messages: ``train``, also for one that is written inline as ``operation: train``."""
        kind, _, value = self.name.partition(":")
        return value if self.is_inline and kind in SOURCE_WORDS and value else self.name

    @property
    def key(self) -> str:
        """Its name in the attribute ``deps``."""
        return ",".join(source.resolving_name for source in self.sources) if self.is_inline else self.name
