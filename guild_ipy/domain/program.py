"""What a run executes: a program of one of five kinds, which ``meta.json`` keeps as such."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from guild_ipy.domain.declarations.operation_def import Step
from guild_ipy.domain.values.flags import Flags


@dataclass(frozen=True, kw_only=True)
class CellFile:
    """Where the text of a captured cell is, and its execution count."""

    path: str
    """Relative to the source snapshot."""
    number: int


@dataclass(frozen=True, kw_only=True)
class NotebookProgram:
    """A function or a cell of a notebook, which is packed to travel."""

    kind: ClassVar[str] = "packed"
    is_file: ClassVar[bool] = False
    """Whether any interpreter can read it; what is packed is bound to a version of Python."""
    is_forkable: ClassVar[bool] = True
    """Whether a fork of a warm interpreter can execute it."""

    cells: Mapping[str, CellFile] = field(default_factory=dict)
    """Python's name for the code of a captured cell -> its file."""


@dataclass(frozen=True, kw_only=True)
class ScriptProgram:
    """A script, as a path within the run directory."""

    kind: ClassVar[str] = "script"
    is_file: ClassVar[bool] = True
    is_forkable: ClassVar[bool] = True

    path: str
    arguments: tuple[str, ...] = ()
    """The command line after the script's name."""
    command: tuple[str, ...] = ()
    """The words of `arguments` that name a sub-command."""
    constants: Flags = field(default_factory=dict)
    """Module-level names to be given these values in place of those in the file."""
    map_name: str = ""
    """The module-level map whose entries `constants` are, in place of names; see
    :mod:`guild_ipy.domain.source_text.global_map`."""
    roots: tuple[str, ...] = ()
    """Folders within the run directory that imports begin at; without one, the folder of the script."""
    package: str = ""
    """The package that the script is a module of."""


@dataclass(frozen=True, kw_only=True)
class NotebookFileProgram:
    """A notebook file: a path within the run directory, where the executed notebook will be.

    The text that is executed is at the same path in ``.guild/sourcecode``.
    """

    kind: ClassVar[str] = "notebook"
    is_file: ClassVar[bool] = True
    is_forkable: ClassVar[bool] = False

    path: str
    constants: Flags = field(default_factory=dict)
    """Top-level names of its cells to be given these values in place of those in the file."""


@dataclass(frozen=True, kw_only=True)
class ExecProgram:
    """A command that takes the place of the process; no shell reads it."""

    kind: ClassVar[str] = "exec"
    is_file: ClassVar[bool] = True
    is_forkable: ClassVar[bool] = False

    words: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class StepsProgram:
    """A pipeline: runs of other operations, one after the other."""

    kind: ClassVar[str] = "steps"
    is_file: ClassVar[bool] = True
    is_forkable: ClassVar[bool] = False

    steps: tuple[Step, ...]
    module: str = ""
    """The module whose ``run_pipeline_main`` runs them; an earlier version may have had another."""


Program = NotebookProgram | ScriptProgram | NotebookFileProgram | ExecProgram | StepsProgram
