"""A lineage as a notebook holds it: a table, and a picture."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any

import pandas as pd

from guild_ipy.domain.choosing.run_filter import EVERY
from guild_ipy.session.lineage_graph import LineageGraph, Member, Relation, Use
from guild_ipy.session.run_handle import Run
from guild_ipy.session.session import Session
from guild_ipy.tables.columns.column_values import make_values
from guild_ipy.tables.columns.deleted_ids import list_deleted
from guild_ipy.tables.columns.dtypes import STATUSES, moment_column, texts_column
from guild_ipy.tables.columns.frame_mark import mark_frame
from guild_ipy.tables.columns.run_names import RUN, short_names
from guild_ipy.view.lineage_picture import draw_lineage
from guild_ipy.view.lineage_text import format_lineage


class Lineage:
    """The runs that a run has used, and those that have used it.

    A notebook shows it as a picture; iterating gives the runs that are there, the one that was asked about first.

    Examples
    --------
    >>> made = guild_ipy.lineage(run)                                # doctest: +SKIP
    >>> made.frame[made.frame.relation == "upstream"].guild.flags()  # doctest: +SKIP
    """

    def __init__(self, session: Session, graph: LineageGraph) -> None:
        self._session = session
        self.graph = graph

    @cached_property
    def frame(self) -> pd.DataFrame:
        """One row for the run, and one for each use of one run by another, the nearest first.

        Columns ``run operation relation depth via from to status marked stale started missing``: ``run`` is the run
        that the row is about, at the far end of the use; it is missing where nothing of the run is left.
        """
        return mark_frame(_make_frame(self._session, self.graph))

    @cached_property
    def svg(self) -> str:
        """The picture: the text of a complete SVG."""
        return draw_lineage(self.graph)

    def __iter__(self) -> Iterator[Run]:
        records = (member.record for member in self.graph.members.values())
        return iter([Run(record.dir, record, session=self._session) for record in records if record is not None])

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __str__(self) -> str:
        return format_lineage(self.graph)

    __repr__ = __str__

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:  # noqa: ANN401, ARG002, FBT001 - IPython's protocol
        printer.text(str(self))

    def _repr_html_(self) -> str:
        return self.svg

    def _repr_svg_(self) -> str:
        return self.svg


def _make_frame(session: Session, graph: LineageGraph) -> pd.DataFrame:
    rows = list(_rows(graph))
    members, uses = [member for member, _ in rows], [use for _, use in rows]
    records = [member.record for member in members]
    names = _names(session, graph)
    started = make_values([record and record.started for record in records])
    return pd.DataFrame(
        {
            RUN: texts_column([names[member.id] if member.record is not None else None for member in members]),
            "operation": texts_column([None if record is None else record.operation for record in records]),
            "relation": pd.Categorical(
                [member.relation.value for member in members], [relation.value for relation in Relation]
            ),
            "depth": pd.array([member.depth for member in members], dtype="int64"),
            "via": texts_column([None if use is None else use.dependency for use in uses]),
            "from": texts_column([None if use is None else names[use.used] for use in uses]),
            "to": texts_column([None if use is None else names[use.user] for use in uses]),
            "status": pd.Categorical([record and record.status.value for record in records], STATUSES),
            "marked": _truths(record is not None and record.marked for record in records),
            "stale": _truths(member.is_stale for member in members),
            "started": moment_column(started),
            "missing": _truths(member.is_deleted for member in members),
        }
    )


def _rows(graph: LineageGraph) -> Iterator[tuple[Member, Use | None]]:
    """Return each member with a use that leads to it; the run itself first, with none."""
    root = graph.members[graph.id]
    yield root, None
    for use in graph.uses:
        used, user = graph.members[use.used], graph.members[use.user]
        yield (user if _is_farther_down(used, user) else used), use


def _is_farther_down(used: Member, user: Member) -> bool:
    """Return whether a use leads away from the run, on the side of the runs that used it."""
    return user.relation is Relation.DOWNSTREAM and used.relation is not Relation.UPSTREAM


def _names(session: Session, graph: LineageGraph) -> dict[str, str]:
    ids: Sequence[str] = list(graph.members)
    among = {*session.index.ids(EVERY), *list_deleted(session.home)}
    return dict(zip(ids, short_names(ids, among), strict=True))


def _truths(values: Iterable[bool]) -> pd.Series:
    return pd.Series(list(values), dtype=bool)
