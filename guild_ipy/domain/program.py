"""The program that a run executes: one of seven kinds, which ``meta.json`` keeps as a tagged union."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar, Self

from guild_ipy.domain.declarations.step_def import Step
from guild_ipy.domain.values.flags import Flags

#: The folder of a run directory for source code that is not at its top: the source of a function, the text of an
#: executed notebook, and the text of a script before the values of flags were put into it.
SOURCECODE_DIR = ".guild/sourcecode"


@dataclass(frozen=True, kw_only=True)
class CellFile:
    """Where the text of a captured cell is, and its execution count."""

    path: str
    """Relative to the source snapshot."""
    number: int


class _AnyProgram:
    """What all kinds of programs have, with the values of those that say nothing else."""

    kind: ClassVar[str]
    """The word for it in ``meta.json``."""
    is_file: ClassVar[bool] = True
    """Whether any interpreter can read it; a packed program is bound to a version of Python."""
    is_forkable: ClassVar[bool] = False
    """Whether a fork of a warm interpreter can execute it."""
    starts_runs: ClassVar[bool] = False
    """Whether it starts runs itself, for which it gets a fork server of its own."""
    ends_by_stop: ClassVar[bool] = False
    """Whether it works until it is stopped, and has then completed if its process ends with exit status 0."""

    @property
    def main_file(self) -> str:
        """The path in the run directory of the file whose text is executed; empty if there is none."""
        return ""

    def with_values(self, words: tuple[str, ...], constants: Flags) -> Self:  # noqa: ARG002 - for those that take them
        """Return the program for other flags, which are these words of a command line, or these values of names."""
        return self


@dataclass(frozen=True, kw_only=True)
class NotebookProgram(_AnyProgram):
    """A function or a cell of a notebook, which is packed to travel."""

    kind: ClassVar[str] = "packed"
    is_file: ClassVar[bool] = False
    is_forkable: ClassVar[bool] = True

    cells: Mapping[str, CellFile] = field(default_factory=dict)
    """Python's name for the code of a captured cell -> its file."""


@dataclass(frozen=True, kw_only=True)
class ScriptProgram(_AnyProgram):
    """A script, as a path within the run directory."""

    kind: ClassVar[str] = "script"
    is_forkable: ClassVar[bool] = True

    path: str
    arguments: tuple[str, ...] = ()
    """The command line after the script's name."""
    command: tuple[str, ...] = ()
    """The words of `arguments` that name a sub-command."""
    constants: Flags = field(default_factory=dict)
    """Module-level names that get these values in place of those in the file."""
    map_name: str = ""
    """The module-level map whose entries `constants` are, in place of names; see
    :mod:`guild_ipy.domain.source_text.global_map`."""
    roots: tuple[str, ...] = ()
    """Folders within the run directory where imports begin; empty for the folder of the script."""
    package: str = ""
    """The package that the script is a module of; empty for a script that is not in a package."""

    @property
    def main_file(self) -> str:
        """The script."""
        return self.path

    def with_values(self, words: tuple[str, ...], constants: Flags) -> Self:
        """Return the script with other arguments and constants."""
        return replace(self, arguments=words, constants=constants)


@dataclass(frozen=True, kw_only=True)
class NotebookFileProgram(_AnyProgram):
    """A notebook file: a path within the run directory, where the executed notebook will be.

    The text that is executed is at the same path in :data:`SOURCECODE_DIR`.
    """

    kind: ClassVar[str] = "notebook"

    path: str
    constants: Flags = field(default_factory=dict)
    """Top-level names of its cells that get these values in place of those in the file."""

    @property
    def main_file(self) -> str:
        """The text that is executed."""
        return f"{SOURCECODE_DIR}/{self.path}"

    def with_values(self, words: tuple[str, ...], constants: Flags) -> Self:  # noqa: ARG002 - it has no command line
        """Return the notebook with other constants."""
        return replace(self, constants=constants)


@dataclass(frozen=True, kw_only=True)
class ExecProgram(_AnyProgram):
    """A command that takes the place of the process; no shell reads it."""

    kind: ClassVar[str] = "exec"

    words: tuple[str, ...]

    def with_values(self, words: tuple[str, ...], constants: Flags) -> Self:  # noqa: ARG002 - it has no names
        """Return the program with another command."""
        return replace(self, words=words)


@dataclass(frozen=True, kw_only=True)
class StepsProgram(_AnyProgram):
    """A pipeline: runs of other operations, one after the other."""

    kind: ClassVar[str] = "steps"

    steps: tuple[Step, ...]
    module: str = ""
    """The module whose ``run_pipeline_main`` runs them; an earlier version may have had another."""


@dataclass(frozen=True, kw_only=True)
class BatchProgram(_AnyProgram):
    """A batch: runs of one operation with other flags, its trials, each made from the run in ``.guild/proto``."""

    kind: ClassVar[str] = "batch"
    is_forkable: ClassVar[bool] = True
    starts_runs: ClassVar[bool] = True

    varied: tuple[str, ...] = ()
    """The flags that have a list of values in the prototype, a value for each trial."""
    packages: tuple[str, ...] = ()
    """Modules that the fork server of its trials loads: those of the notebook that has started it."""
    module: str = ""
    """The module whose ``run_batch_main`` runs the trials."""
    jobs: int | None = 1
    """How many trials run at a time; None for as many as the cluster takes."""
    dask: str | None = None
    """The Dask cluster whose workers run them."""
    retry: int = 0
    """How often a trial is started again that fails."""
    isolation: str | None = None
    """How trials get their processes; None for the setting."""


@dataclass(frozen=True, kw_only=True)
class QueueProgram(_AnyProgram):
    """A queue, which starts the staged runs of its home; the flags of its run say how."""

    kind: ClassVar[str] = "queue"
    is_forkable: ClassVar[bool] = True
    starts_runs: ClassVar[bool] = True
    ends_by_stop: ClassVar[bool] = True

    module: str
    """The module whose ``run_queue_main`` starts them."""


Program = (
    NotebookProgram | ScriptProgram | NotebookFileProgram | ExecProgram | StepsProgram | BatchProgram | QueueProgram
)
