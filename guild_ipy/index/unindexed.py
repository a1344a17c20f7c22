"""Runs that pass a filter, without an index: each is read from its directory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice

from guild_ipy.domain.best import Best
from guild_ipy.domain.run_filter import RunFilter
from guild_ipy.domain.scalars import ScalarSummary
from guild_ipy.index.subject import RunSubject
from guild_ipy.query.attributes import ATTRIBUTES
from guild_ipy.query.names import Names, Place
from guild_ipy.query.nodes import Kind
from guild_ipy.query.plan import Scope
from guild_ipy.query.predicate import value_at
from guild_ipy.query.select import Select, parse_measure
from guild_ipy.store.home import Home
from guild_ipy.store.run import RunRecord
from guild_ipy.store.run_dir import RunDir
from guild_ipy.store.run_match import matches
from guild_ipy.store.runs import list_runs
from guild_ipy.store.scalars import summarize

Recover = Callable[[RunDir], None]


def list_matching(home: Home, run_filter: RunFilter, recover: Recover) -> list[RunRecord]:
    """List the runs that pass a filter, newest first."""
    found = _Home(home, recover, deleted=run_filter.deleted).matching(run_filter)
    return [subject.record for subject in islice(found, run_filter.limit)]


def list_best(home: Home, run_filter: RunFilter, best: Best, recover: Recover) -> list[RunRecord]:
    """List the runs that pass a filter and have a number there, the best first, and of equal ones the newest."""
    runs = _Home(home, recover, deleted=run_filter.deleted)
    places = parse_measure(best.name, Scope(names=runs.names(needs_scalars=True)))
    numbered = [(number, subject) for subject in runs.matching(run_filter) if (number := _number(places, subject))]
    numbered.sort(key=lambda each: -each[0][0] if best.greatest else each[0][0])
    return [subject.record for _, subject in numbered[: run_filter.limit]]


def read_names(home: Home, recover: Recover) -> Names | None:
    """Give the names of attributes, flags and scalars that runs have; None if there are no runs."""
    return _Home(home, recover, deleted=False).names(needs_scalars=True)


class _Home:
    """All runs of a home, or of its trash."""

    def __init__(self, home: Home, recover: Recover, *, deleted: bool) -> None:
        self._recover = recover
        self._subjects = [
            RunSubject(record, self._read_scalars) for record in list_runs(home, RunFilter(deleted=deleted))
        ]

    def matching(self, run_filter: RunFilter) -> Iterator[RunSubject]:
        """Give those that pass a filter."""
        found = (subject for subject in self._subjects if matches(subject.record, run_filter))
        if run_filter.where is None:
            return found
        select = self._parse(run_filter.where)
        return (subject for subject in found if select.accepts(subject))

    def names(self, *, needs_scalars: bool) -> Names | None:
        """Give the names that they have; those of scalars take long."""
        subjects = self._subjects
        if not subjects:
            return None
        return Names(
            attributes=frozenset(name for each in subjects for name in each.attrs),
            flags=frozenset(name for each in subjects for name in each.record.flags),
            scalars=frozenset(name for each in subjects for name in each.scalars) if needs_scalars else frozenset(),
        )

    def _parse(self, text: str) -> Select:
        select = Select.parse(text)
        if all(place.kind is Kind.ATTR and place.name in ATTRIBUTES for place in select.places()):
            return select
        return Select.parse(text, replace(select.scope, names=self.names(needs_scalars=select.needs(Kind.SCALAR))))

    def _read_scalars(self, record: RunRecord) -> Mapping[str, ScalarSummary]:
        self._recover(record.dir)
        return summarize(record.dir)


def _number(places: Sequence[Place], subject: RunSubject) -> tuple[int | float] | None:
    """Give the number at the first place where a run has one, in a tuple that is true."""
    for place in places:
        value = value_at(place, subject)
        if isinstance(value, int | float) and not isinstance(value, bool) and value == value:  # noqa: PLR0124 - NaN
            return (value,)
    return None
