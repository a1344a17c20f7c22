"""Which runs are stale: made with a run that a dependency would not use any more.

A run is stale if it used another because that was marked or the latest, and the same rule
(:mod:`guild_ipy.domain.choosing.chosen_run`) would choose another one now. A run that the user named, or that an
expression selected, does not make it stale. A run itself does not count among those that it could use.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from guild_ipy.domain.choosing.chosen_run import ELIGIBLE, choose_by_rule
from guild_ipy.domain.choosing.operation_name import is_operation_named, required_name
from guild_ipy.domain.choosing.run_filter import RunFilter
from guild_ipy.domain.ids import SHORT_ID_LENGTH
from guild_ipy.errors import SelectError
from guild_ipy.store.run_dir import RunDir
from guild_ipy.store.run_record import RunRecord
from guild_ipy.store.used_runs.deps import Upstream, read_upstreams

ListRecords = Callable[[RunFilter], list[RunRecord]]
"""Lists runs that pass a filter, newest first, as an index does."""


@dataclass(frozen=True, kw_only=True)
class Outdated:
    """Something that a run has used, and what would be used now."""

    upstream: Upstream
    chosen: RunRecord

    def __str__(self) -> str:
        now = "the last one marked" if self.chosen.marked else "the latest"
        used = self.upstream.run_id[:SHORT_ID_LENGTH]
        return f"{self.upstream.source} is {used}, and {self.chosen.dir.short_id} is {now} now"


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """What a dependency asks for."""

    operations: tuple[str, ...]
    where: str | None


class PresentChoices:
    """What dependencies would use now.

    Parameters
    ----------
    list_records
        Asked when the first run has something that could be outdated.
    """

    def __init__(self, list_records: ListRecords) -> None:
        self._list_records = list_records
        self._eligible: dict[str | None, list[RunRecord]] = {}
        self._candidates: dict[_Asked, list[RunRecord]] = {}
        self._chosen: dict[_Asked, RunRecord | None] = {}

    def find_outdated(self, run_dir: RunDir) -> tuple[Outdated, ...]:
        """Return what a run has used and would not use now."""
        return tuple(self.outdated_among(read_upstreams(run_dir), run_dir.id))

    def outdated_among(self, upstreams: Sequence[Upstream], run_id: str) -> Iterator[Outdated]:
        """Return the items among `upstreams`, the runs that the run `run_id` has used, that it would not use now."""
        for upstream in upstreams:
            if not (upstream.is_chosen_by_rule and upstream.operations):
                continue
            used = {each.run_id for each in upstreams if each.source == upstream.source}
            chosen = self._choose(_Asked(operations=upstream.operations, where=upstream.where), run_id)
            if chosen is not None and chosen.dir.id not in used:
                yield Outdated(upstream=upstream, chosen=chosen)

    def _choose(self, asked: _Asked, run_id: str) -> RunRecord | None:
        """Choose for a run; the choice is the same for all but those that would be chosen themselves."""
        if asked not in self._chosen:
            self._chosen[asked] = _choose(self._of(asked))
        chosen = self._chosen[asked]
        if chosen is None or chosen.dir.id != run_id:
            return chosen
        return _choose([each for each in self._of(asked) if each.dir.id != run_id])

    def _of(self, asked: _Asked) -> list[RunRecord]:
        if asked not in self._candidates:
            usable = self._list_eligible(asked.where)
            self._candidates[asked] = [each for each in usable if is_one_of(each.operation, asked.operations)]
        return self._candidates[asked]

    def _list_eligible(self, where: str | None) -> list[RunRecord]:
        if where not in self._eligible:
            try:
                self._eligible[where] = self._list_records(RunFilter(statuses=frozenset(ELIGIBLE), where=where))
            except SelectError:  # it speaks of what no run has any more: nothing would be chosen
                self._eligible[where] = []
        return self._eligible[where]


def find_stale(list_records: ListRecords, run_dirs: Iterable[RunDir]) -> frozenset[str]:
    """Return the ids of those among runs that are stale."""
    choices = PresentChoices(list_records)
    return frozenset(run_dir.id for run_dir in run_dirs if choices.find_outdated(run_dir))


@lru_cache(maxsize=4096)
def is_one_of(listed: str | None, asked: tuple[str, ...]) -> bool:
    """Whether an operation, by its name in listings, is one that a source asks for.

    Examples
    --------
    >>> [is_one_of("net:train", (name,)) for name in ("train", "net:train", "tr.*", "cnn:train")]
    [True, True, True, False]
    """
    try:
        return listed is not None and is_operation_named(listed, map(required_name, asked))
    except re.error:
        return False


def _choose(newest_first: Sequence[RunRecord]) -> RunRecord | None:
    """Choose among runs that can be used."""
    from guild_ipy.store.state.marks import read_mark_time  # start-up cost: few runs have anything to choose

    marked = (record for record in newest_first if record.marked)
    latest = newest_first[0] if newest_first else None
    return choose_by_rule(marked, lambda: latest, marked_at=lambda record: read_mark_time(record.dir)).run
