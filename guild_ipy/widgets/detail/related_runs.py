"""The lineage of a run: the runs that it used and those that used it, in the order of a tree."""

from __future__ import annotations

from itertools import islice
from typing import Any

from guild_ipy.session.lineage_graph import LineageGraph, trace_lineage
from guild_ipy.session.run_handle import Run
from guild_ipy.session.session import Session
from guild_ipy.tables.columns.run_names import beginning_of
from guild_ipy.view.lineage_captions import caption_runs
from guild_ipy.view.lineage_text import Branch, walk_made_of, walk_used_by
from guild_ipy.widgets.detail.cut_text import cut_text

_MOST_RUNS = 500


def describe_lineage(session: Session, run: Run) -> dict[str, Any]:
    """Return both sides; a run that stands farther up already has ``again``, and its branch is not repeated."""
    graph = trace_lineage(session, run)
    captions = caption_runs(graph)
    sides = {"made_of": walk_made_of(graph), "used_by": walk_used_by(graph)}
    found = {
        name: [_describe(graph, captions, branch) for branch in islice(branches, _MOST_RUNS + 1)]
        for name, branches in sides.items()
    }
    is_cut = any(len(side) > _MOST_RUNS for side in found.values())
    note = f"only the first {_MOST_RUNS} runs of a side are shown" if is_cut else None
    return {**{name: side[:_MOST_RUNS] for name, side in found.items()}, "note": note}


def _describe(graph: LineageGraph, captions: dict[str, str], branch: Branch) -> dict[str, Any]:
    member = graph.members[branch.id]
    record = member.record
    return {
        "id": member.id,
        "name": beginning_of(member.id),
        "depth": branch.depth,
        "dependency": cut_text(branch.use.dependency, 200),
        "operation": "" if record is None else cut_text(record.operation or "?", 200),
        "status": "" if record is None else str(record.status),
        "caption": cut_text(captions.get(member.id, ""), 200),
        "marked": record is not None and record.marked,
        "stale": member.is_stale,
        "deleted": member.is_deleted,
        "gone": record is None,
        "again": branch.again,
    }
