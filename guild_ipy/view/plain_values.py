"""Results as plain values: the lists, dicts, texts and numbers of which JSON is made.

``docs/json.md`` lists the names; they stay as they are. Names that ``guild runs --json`` has are the same here, and
times are microseconds since 1970, as in run directories. The values of one verb stand with the verb.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from guild_ipy.session.run_handle import Run


def run_values(run: Run) -> dict[str, Any]:
    """Return the values that a listing shows of a run."""
    record = run.record
    return {
        "id": record.dir.id,
        "run_dir": record.dir.path,
        "opref": "" if record.opref is None else str(record.opref),
        "operation": record.operation,
        "status": str(record.status),
        "started": record.started,
        "stopped": record.stopped,
        "exit_status": record.exit_status,
        "batch": record.batch,
        "error": record.error,
        "label": record.label,
        "tags": list(record.tags),
        "comments": [
            {"body": each.body, "time": each.time, "user": each.user, "host": each.host} for each in record.comments
        ],
        "marked": record.marked,
        "notebook": record.notebook,
        "project": record.project,
        "flags": dict(record.flags),
        "damage": record.damage,
    }


def format_json(value: Any) -> str:  # noqa: ANN401 - plain values, nested
    """Write one line of JSON, of ASCII characters only; NaN and infinities are the texts ``nan``, ``inf``, ``-inf``."""
    return json.dumps(_finite(value), allow_nan=False)


def _finite(value: Any) -> Any:  # noqa: ANN401 - whatever attributes hold
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, Mapping):
        return {str(name): _finite(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return value if isinstance(value, str | int | None) else str(value)
