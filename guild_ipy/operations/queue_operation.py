"""The operation ``queue``, which is there without a project: its runs start the staged runs of their home."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from guild_ipy.domain.declarations.dependency import Dependency
from guild_ipy.domain.opref import QUEUE
from guild_ipy.domain.program import QueueProgram
from guild_ipy.domain.run_spec import ProjectSource
from guild_ipy.domain.values.dask_address import parse_dask_address
from guild_ipy.domain.values.flags import FlagDef, FlagType
from guild_ipy.domain.values.resource_amounts import parse_resources
from guild_ipy.domain.values.run_label import default_label
from guild_ipy.errors import UsageError
from guild_ipy.operations.flag_values.flag_binding import bind_flags
from guild_ipy.operations.operation import BoundProgram, Template, refuse_positional
from guild_ipy.operations.search_context import SearchContext
from guild_ipy.operations.spec_options import SpecOptions

#: The module whose process runs a queue; it is of a layer above.
QUEUE_MODULE = "guild_ipy.scheduling.queue_program"

_FLAGS = (
    FlagDef(
        name="run-once",
        type=FlagType.BOOLEAN,
        default=False,
        description="end when no staged run is left that it takes",
    ),
    FlagDef(
        name="wait-for-running",
        type=FlagType.BOOLEAN,
        default=True,
        description="start a run only when no other run is at work; with jobs above 1 it does not wait",
    ),
    FlagDef(
        name="jobs",
        type=FlagType.INT,
        nullable=True,
        minimum=1,
        description="how many runs it has at work at a time; else one, or as many as the cluster has threads",
    ),
    FlagDef(
        name="dask",
        type=FlagType.STRING,
        nullable=True,
        description="have the workers of this Dask cluster start runs: its address, a scheduler file, or local",
    ),
    FlagDef(
        name="retry",
        type=FlagType.INT,
        default=0,
        minimum=0,
        description="how often it starts a run again that fails",
    ),
    FlagDef(
        name="resources",
        type=FlagType.STRING,
        nullable=True,
        description="what it has for its runs, as gpus=2,memory=64G; else what the machine has",
    ),
    FlagDef(
        name="where",
        type=FlagType.STRING,
        nullable=True,
        description="take only runs that pass this expression of the select language",
    ),
    FlagDef(
        name="poll-interval",
        type=FlagType.NUMBER,
        default=10,
        minimum=0.1,
        description="seconds between looks where the file system does not tell of changes",
    ),
)


@dataclass(frozen=True, kw_only=True)
class QueueOperation:
    """A queue."""

    name: str = QUEUE.name
    kind: str = "builtin"
    flags: tuple[FlagDef, ...] = _FLAGS
    requires: tuple[Dependency, ...] = ()
    description: str = "Start the staged runs of this Guild home, in the order in which they were staged"
    details: tuple[str, ...] = ()
    folder: str = ""

    def check(self, flags: Mapping[str, Any]) -> None:
        """Refuse flags that it does not take."""
        self._bind(flags)

    def template(
        self,
        args: Sequence[Any],
        flags: Mapping[str, Any],
        options: SpecOptions,  # noqa: ARG002 - it copies no source
        context: SearchContext,
    ) -> Template:
        """See :class:`~guild_ipy.operations.operation.Operation`."""
        refuse_positional(args, self, "a queue")
        bound = self._bind(flags)
        return Template(
            opref=QUEUE,
            source=ProjectSource(dest="."),
            project_dir=context.notebook.project_dir,
            import_path=context.import_path,
            env=context.env,
            bound=bound,
            bind=self._bind,
            check=lambda given: self._bind(given).flags,
            flag_defs=self.flags,
            label=default_label({name: value for name, value in bound.flags.items() if name in flags}),
            output_scalars=(),
        )

    def _bind(self, given: Mapping[str, Any]) -> BoundProgram:
        from guild_ipy.query.expression import Select  # start-up cost: few queues have an expression

        values = bind_flags(self.flags, given, operation=self.name)
        where = values["where"]
        if isinstance(where, str):
            Select.parse(where)
        parse_resources(values["resources"] if isinstance(values["resources"], str) else "")
        if isinstance(values["dask"], str):
            parse_dask_address(values["dask"])
            if values["resources"] is not None:
                raise UsageError("resources is for a queue on this machine; with dask the workers say what they have")
        return BoundProgram(flags=values, given=given, program=QueueProgram(module=QUEUE_MODULE))
