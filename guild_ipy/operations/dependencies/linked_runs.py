"""Links to the runs that a summary operation takes, and the content of ``guild-runs.json``, which describes them."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from guild_ipy.domain.declarations.dependency import Dependency, Source, TargetType
from guild_ipy.domain.declarations.resolved_dependency import TakenFile
from guild_ipy.domain.values.flags import FlagValue
from guild_ipy.domain.values.scalars import ScalarSummary
from guild_ipy.operations.dependencies.run_files import target_folder
from guild_ipy.store.run_record import RunRecord


def link_runs(
    dependency: Dependency, source: Source, records: Sequence[RunRecord], fill_in: Callable[[str], str]
) -> list[TakenFile]:
    """Return a link to each run, named by its full id."""
    folder = target_folder(dependency, source, fill_in)
    return [
        TakenFile(
            path=os.path.join(folder, record.dir.id),
            origin=record.dir.path,
            how=TargetType.LINK,
        )
        for record in records
    ]


def describe_runs(
    records: Sequence[RunRecord], summaries: Sequence[Mapping[str, ScalarSummary]]
) -> list[dict[str, Any]]:
    """Return the description of each run in that file."""
    return [_describe(record, scalars) for record, scalars in zip(records, summaries, strict=True)]


def _describe(record: RunRecord, scalars: Mapping[str, ScalarSummary]) -> dict[str, Any]:
    return {
        "id": record.dir.id,
        "dir": f"./{record.dir.id}",
        "operation": record.operation,
        "status": record.status.value,
        "started": _time(record.started_at),
        "stopped": _time(record.stopped_at),
        "label": record.label,
        "tags": list(record.tags),
        "marked": record.marked,
        "flags": {name: _plain(value) for name, value in record.flags.items()},
        "scalars": {name: each.last if math.isfinite(each.last) else None for name, each in scalars.items()},
    }


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _plain(value: FlagValue) -> Any:  # noqa: ANN401 - what JSON can say
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    return value
