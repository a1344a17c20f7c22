"""What a run depends on, in words: in the preview, and as the run begins."""

from __future__ import annotations

from collections.abc import Iterator

from guild_ipy.domain.choosing.chosen_run import Reason
from guild_ipy.operations.dependencies.resolve import ConsideredRuns, Resolution
from guild_ipy.operations.dependencies.run_choice import is_usable, list_candidates
from guild_ipy.printable import printable
from guild_ipy.session.session import Session
from guild_ipy.store.run_record import RunRecord

_SHOWN = 20


def describe_resolving(resolution: Resolution) -> str:
    """Return the lines that say what is used, as a run begins."""
    lines = []
    for each in resolution.dependencies:
        lines.append(f"Resolving {each.dependency.title} dependency")
        for source in each.sources:
            if source.source.is_multi and source.runs:
                count = f"{len(source.runs)} run{'s' * (len(source.runs) != 1)}"
                lines.append(f"Using {count} for {each.dependency.title} resource")
            elif source.reason == Reason.AWAITED:
                lines.append(f"Waiting for run {source.runs[0]} to complete for {each.dependency.title} resource")
            elif source.runs or source.reason:
                lines.append(
                    f"Using output from run {(source.runs or (source.value,))[0]} for {each.dependency.title} resource"
                )
            elif source.value is not None:
                lines.append(f"Using {source.value} for {each.dependency.title} resource")
    return "".join(f"{printable(line)}\n" for line in lines)


def preview_lines(resolution: Resolution) -> tuple[str, ...]:
    """Return what a preview shows of the runs that are used."""
    return tuple(line for considered in resolution.considered for line in _preview(resolution, considered))


def explain_lines(session: Session, resolution: Resolution) -> tuple[str, ...]:
    """Return the candidates of each dependency in their order, and for each whether and why it is used."""
    return tuple(
        line
        for considered in resolution.considered
        if not considered.source.is_multi
        for line in _explain(session, considered)
    )


def _preview(resolution: Resolution, considered: ConsideredRuns) -> Iterator[str]:
    records = considered.choice.records
    if not considered.source.is_multi:
        yield f"{considered.dependency.title}: {_describe(records[0])}  ({considered.choice.reason})"
        return
    sets = [each for each in resolution.considered if each.source.is_multi]
    of = f" for {considered.dependency.title}" if len(sets) > 1 else ""
    yield f"The following runs are selected{of}:"
    yield from (f"  {_describe(record)}" for record in records[:_SHOWN])
    if len(records) > _SHOWN:
        yield f"  and {len(records) - _SHOWN} more"


def _explain(session: Session, considered: ConsideredRuns) -> Iterator[str]:
    chosen = considered.choice.records[0]
    yield f"candidates for {considered.dependency.title}, the newest first; the one marked last comes before:"
    candidates = list_candidates(session.index, considered.query)
    if chosen.dir not in [record.dir for record in candidates]:
        candidates.append(chosen)
    for record in candidates:
        yield f"  {_describe(record)}{_verdict(considered, record)}"


def _verdict(considered: ConsideredRuns, record: RunRecord) -> str:
    mark = "  marked" if record.marked else ""
    if record.dir == considered.choice.records[0].dir:
        return f"{mark}  <- used: {considered.choice.reason}"
    if not is_usable(record, considered.query):
        return f"{mark}  not used: {record.status}"
    return mark


def _describe(record: RunRecord) -> str:
    started = f"{record.started_at:%Y-%m-%d %H:%M:%S}" if record.started_at else "not started"
    return f"[{record.dir.short_id}]  {record.operation}  {started}  {record.status}"
