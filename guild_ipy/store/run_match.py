"""Whether a run passes a filter."""

from __future__ import annotations

from datetime import UTC, datetime

from guild_ipy.domain.operation_name import is_operation_named
from guild_ipy.domain.run_filter import RunFilter
from guild_ipy.domain.time_range import TimeRange
from guild_ipy.store.run import RunRecord

#: As a label or comment to look for: none at all (as in ``guild runs -Fl -``).
NOTHING = "-"


def matches(record: RunRecord, run_filter: RunFilter) -> bool:
    """Whether `record` passes every test of `run_filter`; `deleted` and `limit` are no tests."""
    label = (record.label or "").strip()
    return (
        (not run_filter.statuses or record.status in run_filter.statuses)
        and (run_filter.marked is None or record.marked is run_filter.marked)
        and (not run_filter.unlabeled or not label)
        and (not run_filter.operations or _is_of(record, run_filter.operations))
        and (not run_filter.labels or any(_holds(label, part) for part in run_filter.labels))
        and (not run_filter.tags or not set(run_filter.tags).isdisjoint(record.tags))
        and (not run_filter.comments or _is_commented(record, run_filter.comments))
        and (not run_filter.digest or (record.sourcecode_digest or "").startswith(run_filter.digest))
        and (run_filter.started is None or _began_within(record, run_filter.started))
    )


def _is_of(record: RunRecord, names: tuple[str, ...]) -> bool:
    return record.operation is not None and is_operation_named(record.operation, names)


def _holds(text: str, part: str) -> bool:
    return not text if part == NOTHING else part in text


def _is_commented(record: RunRecord, parts: tuple[str, ...]) -> bool:
    text = "\n".join(f"{c.user}\n{c.host}\n{c.body}" for c in record.comments).lower()
    return any(_holds(text, part.lower()) for part in parts)


def _began_within(record: RunRecord, span: TimeRange) -> bool:
    began = record.initialized if record.started is None else record.started
    return began is not None and span.contains(datetime.fromtimestamp(began / 1_000_000, tz=UTC))
