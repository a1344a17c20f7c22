"""``lineage``: show what a run was made of, and what was made of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from guild_ipy.arguments.option import json_switch, option, switch
from guild_ipy.arguments.parser import Group, whole_number
from guild_ipy.arguments.run_selection import RunSelection, one_run
from guild_ipy.arguments.verb import Verb
from guild_ipy.errors import UsageError
from guild_ipy.session.lineage_graph import LineageGraph, LineageScope, trace_lineage
from guild_ipy.session.session import Session
from guild_ipy.view.lineage_text import format_lineage

_HOW_FAR = Group(title="how far", description="Both ways to the end, unless it is one of these.")


@dataclass(frozen=True, kw_only=True)
class TraceLineage:
    """Which run to follow, and how far."""

    up: bool = switch("--up", help="what it was made of", group=_HOW_FAR)
    down: bool = switch("--down", help="what was made of it", group=_HOW_FAR)
    depth: int | None = option(
        "--depth", type=whole_number, metavar="N", help="no more than N steps from the run", group=_HOW_FAR
    )
    selection: RunSelection = one_run(deleted=True)
    json: bool = json_switch()

    def __post_init__(self) -> None:
        """Refuse a depth that is not a number of steps."""
        if self.depth is not None and (type(self.depth) is not int or self.depth < 0):
            raise UsageError(f"lineage: depth takes a whole number from 0 up, not {self.depth!r}")

    @property
    def scope(self) -> LineageScope:
        """How far to go; one way if only one is named."""
        return LineageScope(up=self.up or not self.down, down=self.down or not self.up, depth=self.depth)

    def trace(self, session: Session) -> LineageGraph:
        """Follow the run to what it was made of, and to what was made of it."""
        return trace_lineage(session, self.selection.find_one(session), self.scope)

    def carry_out(self, session: Session) -> str | dict[str, Any]:
        """Return the lineage as text."""
        graph = self.trace(session)
        return _lineage_values(graph) if self.json else format_lineage(graph)


def _lineage_values(graph: LineageGraph) -> dict[str, Any]:
    """Return a run, the runs that it is related to, and which of them used which."""
    return {
        "id": graph.id,
        "runs": [
            {
                "id": member.id,
                "relation": str(member.relation),
                "depth": member.depth,
                "operation": None if member.record is None else member.record.operation,
                "status": None if member.record is None else str(member.record.status),
                "marked": member.record is not None and member.record.marked,
                "deleted": member.is_deleted,
                "stale": member.is_stale,
            }
            for member in graph.members.values()
        ],
        "uses": [{"run": use.user, "uses": use.used, "dependency": use.dependency} for use in graph.uses],
    }


VERB = Verb(
    name="lineage",
    options=TraceLineage,
    words="[RUN]",
    summary="Show what a run was made of, and what was made of it.",
    details="Without RUN the newest.",
)
