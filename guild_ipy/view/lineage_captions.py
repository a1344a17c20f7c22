"""What tells the runs of a lineage apart, in a few words: their labels, or the flags in which they differ."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from guild_ipy.domain.values.flags import Flags, FlagValue
from guild_ipy.domain.values.run_label import default_label
from guild_ipy.session.lineage_graph import LineageGraph
from guild_ipy.store.run_record import RunRecord


def caption_runs(graph: LineageGraph) -> dict[str, str]:
    """Return a text for each run by its id.

    It is the label that a user has given; else the flags in which runs of its operation differ, or all of the only one.
    """
    records = {id: member.record for id, member in graph.members.items() if member.record is not None}  # noqa: A001 - the word of the field
    by_operation: dict[str | None, list[RunRecord]] = {}
    for record in records.values():
        by_operation.setdefault(record.operation, []).append(record)
    return {id: _caption(record, by_operation[record.operation]) for id, record in records.items()}  # noqa: A001 - as above


def _caption(record: RunRecord, alike: Iterable[RunRecord]) -> str:
    if record.label and record.label != default_label(record.flags):
        return record.label
    return default_label(_telling(record.flags, [each.flags for each in alike]))


def _telling(flags: Flags, all_flags: Sequence[Flags]) -> dict[str, FlagValue]:
    if len(all_flags) == 1:
        return dict(flags)
    return {name: value for name, value in flags.items() if any(each.get(name) != value for each in all_flags)}
