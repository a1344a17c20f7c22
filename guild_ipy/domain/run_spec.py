"""The full description of a run before it exists, which ``operations`` hand to the engine.

``operations`` make a :class:`RunSpec` from what the user wrote; the engine makes a run directory from it. A staged run
is simply a prepared directory.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from guild_ipy.domain.declarations.command_template import Command
from guild_ipy.domain.declarations.dependency import Dependency
from guild_ipy.domain.declarations.resolved_dependency import ResolvedDependency
from guild_ipy.domain.opref import OpRef
from guild_ipy.domain.program import Program
from guild_ipy.domain.values.flags import FlagDef, Flags
from guild_ipy.domain.values.origin import Origin
from guild_ipy.domain.values.resource_amounts import ResourceAmounts
from guild_ipy.domain.values.scalars import DEFAULT_PATTERNS


@dataclass(frozen=True, kw_only=True)
class SourceFile:
    """One file of a source snapshot: `path` relative to the snapshot, `/`-separated."""

    path: str
    content: bytes
    origin: str = ""
    """Where it was copied from; empty for text that lives only in the notebook."""


@dataclass(frozen=True, kw_only=True)
class SourceLink:
    """A file or folder that is not copied: `path` in the snapshot becomes a link to `origin`."""

    path: str
    origin: str


@dataclass(frozen=True, kw_only=True)
class ProjectSource:
    """The source code at the moment when a run is made."""

    dest: str
    """Where in the run directory it goes: ``.`` for a script, ``.guild/sourcecode`` for a function."""
    files: tuple[SourceFile, ...] = ()
    digest: str = ""
    """MD5 over the sorted paths: path, NUL, content, NUL (Guild AI 0.9.0)."""
    links: tuple[SourceLink, ...] = ()
    """Files that hold secrets: the run can read them, but they are not in the snapshot nor in the digest."""

    def path_inside(self, path: str) -> str:
        """Return the path within the snapshot of a file with this path in the run directory."""
        return path if self.dest == "." else os.path.relpath(path, self.dest)


@dataclass(frozen=True, kw_only=True)
class PackedCode:
    """The code of a :class:`~guild_ipy.domain.program.NotebookProgram`, and the variables that it uses."""

    payload: bytes
    """See :mod:`guild_ipy.domain.payload`."""
    buffers: tuple[memoryview, ...] = ()
    """Large arrays of the payload, in the order in which it refers to them (pickle protocol 5)."""
    setup: bytes = b""
    """The setup of the notebook, such as its logging, packed in the same way; see :mod:`guild_ipy.domain.setup`."""

    @property
    def size(self) -> int:
        """The number of bytes that travel."""
        return len(self.payload) + sum(buffer.nbytes for buffer in self.buffers)


@dataclass(frozen=True, kw_only=True)
class RunSpec:
    """All that is needed to make a run directory, except its id and its times."""

    opref: OpRef
    program: Program
    packed: PackedCode | None = None
    """For a function or a cell."""
    source: ProjectSource
    flags: Flags
    user_flags: Flags = field(default_factory=dict)
    """The flags among `flags` that the user gave."""
    label: str
    label_template: str | None = None
    """The label as the user gave it, which may hold ``${flag}``."""
    tags: tuple[str, ...] = ()
    comment: str | None = None
    random_seed: int
    """0 to 2**32 - 1."""
    project_dir: str
    """Where the notebook or script lives; scripts and functions import from here after their snapshot."""
    origin: Origin = field(default_factory=Origin)
    import_path: tuple[str, ...] = ()
    """``sys.path`` of the notebook, absolute."""
    env: Mapping[str, str] = field(default_factory=dict)
    """Environment of the process."""
    flag_defs: tuple[FlagDef, ...] = ()
    """The flags that the operation takes; a restart with other flags is checked against them."""
    takes_any_flag: bool = False
    output_scalars: tuple[str, ...] = DEFAULT_PATTERNS
    run_params: Mapping[str, object] = field(default_factory=dict)
    requires: tuple[Dependency, ...] = ()
    """The dependencies that the operation requires, as declared; a restart may resolve them anew."""
    dependencies: tuple[ResolvedDependency, ...] = ()
    """The same dependencies, resolved."""
    command: Command | None = None
    """For an operation of a Guild file: how flags reach its program."""
    command_env: Mapping[str, str] = field(default_factory=dict)
    """The variables that `command` adds to the environment of the process."""
    files: tuple[SourceFile, ...] = ()
    """Files that are made for this run, with paths in its directory; `origin` names the source: ``config:a.yml``."""
    compare: tuple[str, ...] = ()
    """Columns that Guild AI shows of this operation."""
    resources: ResourceAmounts = field(default_factory=dict)
    """What a queue must have free to start it."""
