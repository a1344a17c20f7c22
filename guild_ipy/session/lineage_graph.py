"""The lineage of a run: what it was made of, and what was made of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING

from guild_ipy.domain.choosing.run_filter import EVERY, RunFilter
from guild_ipy.session.stale import PresentChoices
from guild_ipy.store.run_dir import RunDir
from guild_ipy.store.run_list import is_run
from guild_ipy.store.run_record import RunRecord, read_run
from guild_ipy.store.used_runs.deps import Upstream, find_users, read_upstreams

if TYPE_CHECKING:
    from guild_ipy.session.run_handle import Run
    from guild_ipy.session.session import Session

#: Of more runs the index is asked, and their directories are not read.
_FEW = 50


class Relation(Enum):
    """Where a run stands, seen from the one that was asked about."""

    UPSTREAM = "upstream"
    SELF = "self"
    DOWNSTREAM = "downstream"

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True, kw_only=True)
class LineageScope:
    """How far to look."""

    up: bool = True
    down: bool = True
    depth: int | None = None
    """At most so many steps; None for all."""

    def reaches(self, depth: int) -> bool:
        """Whether there is to be something after runs that are so many steps away."""
        return self.depth is None or depth < self.depth


@dataclass(frozen=True, kw_only=True)
class Member:
    """A run of a lineage."""

    id: str
    relation: Relation
    depth: int
    """How many steps away it is, by the shortest way."""
    record: RunRecord | None
    """None for one that is gone."""
    is_deleted: bool = False
    """Whether it is not among the live runs: in the trash, or gone."""
    is_stale: bool = False


@dataclass(frozen=True, kw_only=True)
class Use:
    """One run has used another."""

    used: str
    user: str
    dependency: str


@dataclass(frozen=True, kw_only=True)
class LineageGraph:
    """A run with what it was made of and what was made of it.

    Attributes
    ----------
    id
        The run that was asked about.
    members
        All runs by id, it first, the nearest before those that are farther away.
    uses
        Who used whom, in the order in which they were found; a way may lead in a circle.
    """

    id: str
    members: Mapping[str, Member]
    uses: tuple[Use, ...]

    @cached_property
    def uses_of(self) -> Mapping[str, tuple[Use, ...]]:
        """What each run has used, by its id."""
        return _grouped(self.uses, lambda use: use.user)

    @cached_property
    def users_of(self) -> Mapping[str, tuple[Use, ...]]:
        """By whom each run was used, by its id."""
        return _grouped(self.uses, lambda use: use.used)


def trace_lineage(session: Session, run: Run, scope: LineageScope | None = None) -> LineageGraph:
    """Follow a run to what it used, and to those that used it.

    Looking for the latter, each run of the home is asked what it used.
    """
    scope = scope or LineageScope()
    tracer = _Tracer(session, run, scope)
    if scope.up:
        tracer.follow(Relation.UPSTREAM, tracer.find_used)
    if scope.down:
        users = find_users(map(session.home.run_dir, session.index.ids(EVERY)))
        tracer.follow(Relation.DOWNSTREAM, lambda id: tracer.find_users(users.get(id, ()), id))  # noqa: A006 - the word of the field
    return tracer.graph()


class _Tracer:
    """Collects runs and uses, breadth first; a run that was met is not followed again."""

    def __init__(self, session: Session, run: Run, scope: LineageScope) -> None:
        self._index, self._home = session.index, session.home
        self._scope = scope
        self._root = run.dir
        self._places: dict[str, tuple[Relation, int]] = {run.id: (Relation.SELF, 0)}
        self._uses: dict[Use, None] = {}
        self._upstreams: dict[RunDir, Sequence[Upstream]] = {}
        self._known: dict[str, RunRecord] = {}

    def follow(self, relation: Relation, find_uses: Callable[[str], Iterable[Use]]) -> None:
        """Go one way from the run; `find_uses` gives the steps from one run to the next."""
        met = {self._root.id}
        level = [self._root.id]
        depth = 0
        while level and self._scope.reaches(depth):
            depth += 1
            uses = [use for id in level for use in find_uses(id)]  # noqa: A001 - the word of the field
            self._uses.update(dict.fromkeys(uses))
            ends = (use.used if relation is Relation.UPSTREAM else use.user for use in uses)
            level = [id for id in dict.fromkeys(ends) if id not in met]  # noqa: A001 - as above
            met.update(level)
            for id in level:  # noqa: A001 - as above
                self._places.setdefault(id, (relation, depth))

    def find_used(self, id: str) -> Iterator[Use]:  # noqa: A002 - the word of the field
        """Return what a run has used."""
        for upstream in self._read_upstreams(self._find(id)):
            yield _use(upstream, id)

    def find_users(self, candidates: Iterable[RunDir], id: str) -> Iterator[Use]:  # noqa: A002 - as above
        """Return the uses of a run by some that may have used it."""
        for run_dir in candidates:
            yield from (_use(each, run_dir.id) for each in self._read_upstreams(run_dir) if each.run_id == id)

    def graph(self) -> LineageGraph:
        """Return what was collected."""
        if len(self._places) > _FEW:
            self._known = {record.dir.id: record for record in self._index.records(EVERY)}
        choices = PresentChoices(self._list_records)
        nearest_first = sorted(self._places, key=lambda id: self._places[id][1])  # noqa: A006 - as above
        members = {id: self._member(self._find(id), choices) for id in nearest_first}  # noqa: A001 - as above
        return LineageGraph(id=self._root.id, members=members, uses=tuple(self._uses))

    def _list_records(self, run_filter: RunFilter) -> list[RunRecord]:
        """List runs; by status alone of those that are known, for they were just read."""
        if not self._known or run_filter != RunFilter(statuses=run_filter.statuses):
            return self._index.records(run_filter)
        return [record for record in self._known.values() if record.status in run_filter.statuses]

    def _member(self, run_dir: RunDir, choices: PresentChoices) -> Member:
        relation, depth = self._places[run_dir.id]
        known = self._known.get(run_dir.id)
        record = known if known is not None and known.dir == run_dir else _read(run_dir)
        return Member(
            id=run_dir.id,
            relation=relation,
            depth=depth,
            record=record,
            is_deleted=record is None or os.path.dirname(run_dir.path) != self._home.runs,
            is_stale=record is not None and any(choices.outdated_among(self._read_upstreams(run_dir), run_dir.id)),
        )

    def _read_upstreams(self, run_dir: RunDir) -> Sequence[Upstream]:
        """Read what a run has used, once."""
        if run_dir not in self._upstreams:
            self._upstreams[run_dir] = read_upstreams(run_dir)
        return self._upstreams[run_dir]

    def _find(self, id: str) -> RunDir:  # noqa: A002 - as above
        """Return the directory of a run, in the trash if it is there and not among the live runs."""
        if id == self._root.id:
            return self._root
        live = self._home.run_dir(id)
        if id in self._known:
            return live
        deleted = RunDir(f"{self._home.trash}/{id}")
        return deleted if not os.path.exists(live.path) and os.path.exists(deleted.path) else live


def _read(run_dir: RunDir) -> RunRecord | None:
    return read_run(run_dir) if is_run(run_dir.path) else None


def _use(upstream: Upstream, user: str) -> Use:
    return Use(used=upstream.run_id, user=user, dependency=upstream.dependency)


def _grouped(uses: Iterable[Use], key: Callable[[Use], str]) -> dict[str, tuple[Use, ...]]:
    found: dict[str, list[Use]] = {}
    for use in uses:
        found.setdefault(key(use), []).append(use)
    return {name: tuple(some) for name, some in found.items()}
