"""The protocol of operations of all kinds, and the template of the runs that are made from one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from guild_ipy.domain.declarations.command_template import Command
from guild_ipy.domain.declarations.dependency import Dependency
from guild_ipy.domain.opref import OpRef
from guild_ipy.domain.program import Program
from guild_ipy.domain.run_spec import PackedCode, ProjectSource, RunSpec, SourceFile
from guild_ipy.domain.values.flags import FlagDef, Flags, FlagValue
from guild_ipy.domain.values.list_text import as_recorded
from guild_ipy.domain.values.resource_amounts import parse_resources
from guild_ipy.domain.values.run_label import cut_label, default_label, fill_label, label_template
from guild_ipy.domain.values.scalars import DEFAULT_PATTERNS
from guild_ipy.errors import UsageError
from guild_ipy.operations.flag_values.flag_size import check_size
from guild_ipy.operations.search_context import SearchContext
from guild_ipy.operations.spec_options import SpecOptions


class Operation(Protocol):
    """Something that can be run."""

    @property
    def name(self) -> str:
        """The name by which it is run."""

    @property
    def kind(self) -> str:
        """``function``, ``cell``, ``script``, ``notebook`` or ``guildfile``."""

    @property
    def flags(self) -> tuple[FlagDef, ...]:
        """The flags that it takes, as far as they are known before values are given; a cell tells them later."""

    @property
    def requires(self) -> tuple[Dependency, ...]:
        """The dependencies that it declares."""

    @property
    def description(self) -> str:
        """What it does, in the words of its author."""

    @property
    def details(self) -> tuple[str, ...]:
        """More about it, one line each."""

    @property
    def folder(self) -> str:
        """The folder in which it expects its files; empty for the folder of the project."""

    def check(self, flags: Mapping[str, Any]) -> None:
        """Refuse flags that it does not take: FlagError or UsageError."""

    def template(
        self, args: Sequence[Any], flags: Mapping[str, Any], options: SpecOptions, context: SearchContext
    ) -> Template:
        """Bind flags, pack the code and choose the files of the source, once for all runs with these arguments.

        Raises
        ------
        FlagError, CannotSend, UsageError, GuildFileError
            Nothing has been written in that case.
        """


@dataclass(frozen=True, kw_only=True)
class BoundProgram:
    """The values of flags, and the program with these values."""

    flags: Flags
    given: Collection[str] = ()
    """The names of the flags that the user gave; ``learning_rate`` may stand for ``learning-rate``."""
    program: Program
    packed: PackedCode | None = None
    objects: tuple[str, ...] = ()
    """Arguments that are not flags, for the preview: ``data: <DataFrame 100 x 3>``."""
    env: Mapping[str, str] = field(default_factory=dict)
    """The variables that they add to the environment of the process."""
    files: tuple[SourceFile, ...] = ()
    """Files of the run that have the values in their text."""


@dataclass(frozen=True, kw_only=True)
class Template:
    """The source, code and declarations of an operation, from which the specs of all its runs are made."""

    opref: OpRef
    source: ProjectSource
    project_dir: str
    import_path: tuple[str, ...]
    """``sys.path`` of the notebook, absolute."""
    env: Mapping[str, str] = field(default_factory=dict)
    """The environment of their processes."""
    bound: BoundProgram
    """The flags that the template was made with, bound."""
    bind: Callable[[Mapping[str, Any]], BoundProgram]
    """Binds other flags."""
    check: Callable[[Mapping[str, Any]], Flags]
    """Returns other flags as they would be recorded; no code is packed for that."""
    flag_defs: tuple[FlagDef, ...] = ()
    takes_any_flag: bool = False
    command: Command | None = None
    label: str | None = None
    """The label of runs for which the user gives none; may hold ``${flag}``."""
    tags: tuple[str, ...] = ()
    output_scalars: tuple[str, ...] | None = None
    compare: tuple[str, ...] = ()
    resources: str = ""
    is_pipeline: bool = False
    notes: tuple[str, ...] = ()
    """Notes for the user, shown before a run starts."""

    def spec(self, options: SpecOptions, flags: Mapping[str, Any] | None = None) -> RunSpec:
        """Describe a run with other flags, or with those that the template was made with.

        Raises
        ------
        FlagError, CannotSend, UsageError
        """
        bound = self.bound if flags is None else self.bind(flags)
        check_size(bound.flags)
        template = label_template(options.label, options.tags)
        shown = self.label if template is None else template
        recorded = as_recorded(bound.flags, self.flag_defs) if bound.program.is_file else bound.flags
        return RunSpec(
            opref=self.opref,
            program=bound.program,
            packed=bound.packed,
            source=self.source,
            flags=bound.flags,
            user_flags=_given_flags(bound),
            label=cut_label(default_label(recorded) if shown is None else fill_label(shown, recorded)),
            label_template=template,
            tags=tuple(dict.fromkeys((*self.tags, *options.tags))),
            comment=options.comment,
            random_seed=_seed(options),
            project_dir=self.project_dir,
            import_path=self.import_path,
            env=self.env,
            flag_defs=self.flag_defs,
            takes_any_flag=self.takes_any_flag,
            output_scalars=options.output_scalars or _or_default(self.output_scalars),
            command=self.command,
            command_env=bound.env,
            files=bound.files,
            compare=self.compare,
            resources=parse_resources(self.resources if options.resources is None else options.resources),
            run_params=_inherited(options) if self.is_pipeline else {},
        )


def describe_requires(requires: Sequence[Dependency]) -> tuple[str, ...]:
    """Return a line that names the sources of dependencies; nothing if there are none."""
    names = [source.resolving_name for dependency in requires for source in dependency.sources]
    return (f"requires {', '.join(names)}",) if names else ()


def refuse_positional(args: Sequence[Any], operation: Operation, kind: str) -> None:
    """Raise UsageError for positional values, for an operation that takes flags by name only."""
    if args:
        raise UsageError(f"{operation.name!r} is {kind} and takes flags by name only")


def _given_flags(bound: BoundProgram) -> dict[str, FlagValue]:
    names = {name.replace("-", "_") for name in bound.given}
    return {name: value for name, value in bound.flags.items() if name.replace("-", "_") in names}


def _seed(options: SpecOptions) -> int:
    import secrets  # start-up cost: only runs have a seed

    seed = secrets.randbits(32) if options.random_seed is None else options.random_seed
    if not 0 <= seed < 2**32:
        raise UsageError(f"random seed {seed} is not between 0 and {2**32 - 1}")
    return seed


def _or_default(patterns: tuple[str, ...] | None) -> tuple[str, ...]:
    return DEFAULT_PATTERNS if patterns is None else patterns


def _inherited(options: SpecOptions) -> dict[str, object]:
    """Return the parameters that the steps of a pipeline inherit, under the names of Guild AI 0.9.0."""
    return {"label": options.label, "tags": list(options.tags)}
