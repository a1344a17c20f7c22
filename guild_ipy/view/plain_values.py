"""What the looking verbs give, as plain values: lists, dicts, texts and numbers, of which JSON is made.

``docs/json.md`` lists the names; they stay what they are. Names that ``guild runs --json`` has are called as there, and
times are microseconds since 1970, as in run directories.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from guild_ipy.errors import DamagedRun
from guild_ipy.store.state.lock import read_lock
from guild_ipy.store.state.marks import describe_mark
from guild_ipy.store.used_runs.deps import read_upstreams

if TYPE_CHECKING:
    from guild_ipy.session.lineage_graph import LineageGraph
    from guild_ipy.session.matching import Explanation
    from guild_ipy.session.run_handle import Run
    from guild_ipy.store.guild_home import Home
    from guild_ipy.store.run_record import RunRecord
    from guild_ipy.view.run_diff import RunDiff

#: Attributes that `info` has and a listing has not.
_ATTRIBUTES = ("cmd", "sourcecode_digest", "vcs_commit", "host", "user", "random_seed")


def format_json(value: Any) -> str:  # noqa: ANN401 - plain values, nested
    """Write one line of JSON, of ASCII characters only; NaN and infinities are the texts ``nan``, ``inf``, ``-inf``."""
    return json.dumps(_finite(value), allow_nan=False)


def run_values(run: Run) -> dict[str, Any]:
    """Return what a listing knows of a run."""
    return _record_values(run.record)


def info_values(run: Run, *, output: bool = False) -> dict[str, Any]:
    """Return all that is known of a run at this moment, with `output` also what it has printed."""
    record, lock = run.record, read_lock(run.dir)
    values: dict[str, Any] = {
        **_record_values(record),
        "initialized": record.initialized,
        "pid": None if lock is None else lock.run.pid,
        "mark": describe_mark(run.dir) or None,
        "stale": [str(each) for each in run.find_outdated()],
        "dependencies": [
            {"dependency": each.dependency, "source": each.source, "run": each.run_id, "reason": each.reason}
            for each in read_upstreams(run.dir)
        ],
        "scalars": {
            name: {"value": summary.last, "step": summary.last_step}
            for name, summary in sorted(run.scalar_summaries.items())
        },
    }
    for name in _ATTRIBUTES:
        values[name] = _read(run, name)
    return {**values, "output": run.output} if output else values


def attribute_value(run: Run, name: str) -> Any:  # noqa: ANN401 - attributes are of any type
    """Return what a listing knows under a name, else the attribute of that name; KeyError if there is none."""
    name = name.removeprefix(".")
    listed = {**run_values(run), "short_id": run.short_id}
    if name in listed:
        return listed[name]
    if name in run.attr_names():
        return run.get(name)
    raise KeyError(name)


def diff_values(found: RunDiff) -> dict[str, Any]:
    """Return what two runs differ in."""
    return {
        "from": found.left.id,
        "to": found.right.id,
        "differences": {
            aspect.value: [{"name": each.name, "from": each.left, "to": each.right} for each in differences]
            for aspect, differences in found.differences.items()
        },
        "source": found.source,
    }


def explanation_values(found: Sequence[Explanation]) -> list[dict[str, Any]]:
    """Return for each run whether it is selected, and what dropped it."""
    return [
        {
            "id": each.run.id,
            "selected": each.dropped is None,
            "dropped_by": None if each.dropped is None else each.dropped.clause,
            "found": None if each.dropped is None else each.dropped.found,
        }
        for each in found
    ]


def lineage_values(graph: LineageGraph) -> dict[str, Any]:
    """Return a run, all that it is related to, and who used whom."""
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


def home_values(home: Home) -> dict[str, Any]:
    """Return where Guild home is, and whether it is there yet."""
    return {"home": home.path, "exists": os.path.isdir(home.path)}


def _record_values(record: RunRecord) -> dict[str, Any]:
    return {
        "id": record.dir.id,
        "run_dir": record.dir.path,
        "opref": "" if record.opref is None else str(record.opref),
        "operation": record.operation,
        "status": str(record.status),
        "started": record.started,
        "stopped": record.stopped,
        "exit_status": record.exit_status,
        "label": record.label,
        "tags": list(record.tags),
        "comments": [
            {"body": each.body, "time": each.time, "user": each.user, "host": each.host} for each in record.comments
        ],
        "marked": record.marked,
        "flags": dict(record.flags),
        "damage": record.damage,
    }


def _read(run: Run, name: str) -> Any:  # noqa: ANN401 - attributes are of any type
    try:
        return run.get(name)
    except DamagedRun:
        return None


def _finite(value: Any) -> Any:  # noqa: ANN401 - whatever attributes hold
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, Mapping):
        return {str(name): _finite(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return value if isinstance(value, str | int | None) else str(value)
