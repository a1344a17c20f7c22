"""The dependencies of an operation: runs of other operations, files, configuration.

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
    """One source of a dependency: runs, a file, a module or a URL.

    Examples
    --------
    >>> train = Source(kind=SourceKind.OPERATION, value="train")
    >>> train.uri, train.resolving_name
    ('operation:train', 'operation:train')
    """

    kind: SourceKind
    value: str
    """Names of operations separated by commas, an expression, a path, a module, or a URL: the text after the kind in
    a Guild file."""
    is_multi: bool = False
    """Whether every selected run is linked, instead of taking the files of one; true of ``multi-run`` and of
    ``operation`` with ``multi-run: yes``."""
    expression: str | None = None
    """``select`` of a multi-run source: the expression that selects the runs."""
    name: str | None = None
    flag_name: str | None = None
    target_path: str | None = None
    """Folder within the run directory."""
    target_type: TargetType | None = None
    select: tuple[FilePattern, ...] = ()
    """The files to take; empty for those that the run made, or for the file itself."""
    rename: tuple[Rename, ...] = ()
    optional: bool = False
    """Whether the run can start without it."""
    warn_if_empty: bool = True
    fail_if_empty: bool = False
    unpack: bool | None = None
    """Whether a file is unpacked; None unpacks it if it is an archive."""
    sha256: str | None = None
    replace_existing: bool = False
    preserve_path: bool = False
    always_resolve: bool = False
    params: Mapping[str, FlagValue] = field(default_factory=dict, hash=False)
    """For a configuration: values besides those of flags, by dotted names."""
    help: str = ""
    """Advice for a user who does not have it."""

    @property
    def uri(self) -> str:
        """Kind and value in one word, as they stand in the attribute ``deps``."""
        return self.value if self.kind is SourceKind.URL else f"{self.kind.value}:{self.value}"

    @property
    def resolving_name(self) -> str:
        """The name in messages, and of the flag that says which run or file is used."""
        return self.name or self.flag_name or self.uri

    @property
    def given_name(self) -> str:
        """The shortest name by which a user can give a run or file for it; empty if none can be given."""
        return "" if self.kind is SourceKind.MODULE else self.flag_name or self.name or self.value

    @property
    def flag_names(self) -> tuple[str, ...]:
        """The names by which a user can give a run or file for it; the first one is recorded.

        The URI or value is always among them, since the operation may have a flag with the name of the source.
        """
        if self.flag_name or self.name:
            return (self.flag_name or self.name or "", self.uri)
        return (self.uri,) if self.kind is SourceKind.URL else (self.uri, self.value)

    @property
    def recorded_names(self) -> tuple[str, ...]:
        """The names under which a recorded flag may say which run or file was used."""
        return tuple(dict.fromkeys((self.resolving_name, self.uri, *self.flag_names[:1])))


@dataclass(frozen=True, kw_only=True)
class Dependency:
    """A named resource that an operation requires."""

    name: str
    """The name of the resource, or of the first source for a dependency that is written inline."""
    is_inline: bool = False
    sources: tuple[Source, ...]
    location: str = ""
    """The folder in which files are looked for: that of the Guild file, or of the notebook."""
    target_path: str | None = None
    target_type: TargetType | None = None
    preserve_path: bool = False
    description: str = ""
    origin: str = ""
    """Where it was written, for messages: ``guild.yml:12:7``."""

    @property
    def title(self) -> str:
        """The name in messages: ``train``, also for a dependency that is written inline as ``operation: train``."""
        kind, _, value = self.name.partition(":")
        return value if self.is_inline and kind in SOURCE_WORDS and value else self.name

    @property
    def key(self) -> str:
        """The name in the attribute ``deps``."""
        return ",".join(source.resolving_name for source in self.sources) if self.is_inline else self.name
