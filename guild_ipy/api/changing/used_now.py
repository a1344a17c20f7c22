"""Which runs dependencies use from now on, in words: for those who have changed marks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from guild_ipy.api.changing.changed_runs import shorten
from guild_ipy.domain.run_filter import RunFilter
from guild_ipy.errors import NothingToUse
from guild_ipy.operations.dependencies.choose import Choice, choose_run
from guild_ipy.operations.dependencies.run_query import RunQuery, quote
from guild_ipy.printable import printable
from guild_ipy.store.run_dir import RunDir

if TYPE_CHECKING:
    from guild_ipy.api.handle import Run
    from guild_ipy.api.session import Session
    from guild_ipy.index.index import Index

_SHOWN = 5


def describe_used(session: Session, runs: Sequence[Run]) -> list[str]:
    """Return a line for each operation that some runs are of: which run a dependency on it uses, and why."""
    operations = list(dict.fromkeys(run.opref.to_opspec() for run in runs))
    lines = [printable(_describe(session.index, operation)) for operation in operations[:_SHOWN]]
    return [*lines, *(["..."] if len(operations) > _SHOWN else [])]


def _describe(index: Index, operation: str) -> str:
    query = RunQuery(wanted=operation, operation=f"operation = {quote(operation)}")
    try:
        choice = choose_run(index, query)
    except NothingToUse:
        return f"Dependencies on {operation} find no run that they can use"
    used = choice.records[0].dir
    what = f"Dependencies on {operation} use {used.short_id} from now on"
    return f"{what}: {_reason(choice)}{_of_guild(index, query, used)}"


def _reason(choice: Choice) -> str:
    unused = [f"{record.dir.short_id}, which is {record.status}" for record in choice.passed_over]
    if choice.reason == "marked":
        return "it is the one marked last" + (f" but for {shorten(unused)}" if unused else "")
    return "it is the latest, and none is marked" + (f" but {shorten(unused)}" if unused else "")


def _of_guild(index: Index, query: RunQuery, used: RunDir) -> str:
    """Say so where Guild AI, which takes the marked run that was started last, takes another."""
    marked = index.records(RunFilter(where=query.expression, marked=True, limit=1))
    if not marked or marked[0].dir == used:
        return ""
    other = marked[0].dir.short_id
    return f" (`guild run` uses {other}, which is marked and newer; mark {other} --clear takes its mark away)"
