"""Runs side by side: their flags and their results."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

import numpy as np
import pandas as pd

from guild_ipy.domain.attributes import OCCASIONAL
from guild_ipy.index.queries.column_table import Field
from guild_ipy.tables.columns.column_cache import Chooser, NamesOfKind
from guild_ipy.tables.columns.column_values import first_of
from guild_ipy.tables.columns.dtypes import Column, value_column
from guild_ipy.tables.columns.frame_mark import mark_frame
from guild_ipy.tables.columns.rows import Rows
from guild_ipy.tables.columns.run_names import RUN
from guild_ipy.tables.contents.core import core_column, core_fields, keep_time, occasional_columns, run_column
from guild_ipy.verbs.looking.compared_columns import ComparedColumn, default_columns
from guild_ipy.verbs.looking.written_columns import parse_columns

#: Attributes that stand after flags and scalars, which are why runs are compared.
_LAST = ("started", "time", "notebook", "project")
_IS_BATCH = Field("run", "is_batch")
#: Kinds of fields whose values users give to a run.
_GIVEN = frozenset({"flag", "attr"})
#: Columns as a user writes them; None for those of every comparison.
Written: TypeAlias = "str | Iterable[str] | None"


def compare_fields(written: Written) -> Chooser:
    """Return a function that chooses the columns of a comparison."""

    def choose(names: NamesOfKind) -> list[Field]:
        return [_IS_BATCH, *(field for column in _columns(names, written) for field in _fields(column))]

    return choose


def compare_frame(rows: Rows, written: Written = None) -> pd.DataFrame:
    """Return one row a run: who it is, the last values of scalars, ``step``, flags, attributes, and when and where.

    Scalars, flags and attributes are sorted by name; after them are the batch, if one is a trial, and why runs failed,
    if one did. With columns as a user has `written` them: ``run``, and these.
    """
    if written is None:
        return keep_time(rows, rows.frame("compare", lambda: _make_all(rows, used_columns(rows))))
    return mark_frame(pd.DataFrame(_make_all(rows, _columns(rows.known.__getitem__, written))))


def leave_out_batches(rows: Rows) -> Rows:
    """Leave out batches, whose results are those of their trials, and queues, unless there is nothing else."""
    is_batch = rows.get(_IS_BATCH).to_objects().astype(bool)
    return rows.only(np.flatnonzero(~is_batch)) if is_batch.any() and not is_batch.all() else rows


def _make_all(rows: Rows, chosen: Sequence[ComparedColumn]) -> dict[str, Column]:
    columns = {each.heading: _make(rows, each) for each in chosen}
    return columns if RUN in columns else {RUN: run_column(rows), **columns}


def used_columns(rows: Rows) -> list[ComparedColumn]:
    """Return the columns of every comparison in which one of the rows has a value."""
    return _usual_columns(_used(rows), occasional_columns(rows))


def _columns(names: NamesOfKind, written: Written) -> Sequence[ComparedColumn]:
    if written is None:
        return _usual_columns(names)
    return parse_columns(written, names)


def _usual_columns(names: NamesOfKind, occasional: Sequence[str] = OCCASIONAL) -> list[ComparedColumn]:
    """Put results first, then flags: the eye, and a narrow page, begins on the left."""
    columns = default_columns(names, _LAST, occasional=occasional)
    last = [each for each in columns if each.core in occasional]
    last += [*(ComparedColumn(heading=name, fields=(Field("run", name),)) for name in _LAST)]
    first = [each for each in columns if each.core is not None and each not in last]
    results = [each for each in columns if each.fields[0].kind == "scalar"]
    step, scalars = results[:1], results[1:]
    given = [each for each in columns if each.fields[0].kind in _GIVEN]
    return [*first, *scalars, *step, *given, *last]


def _fields(column: ComparedColumn) -> Sequence[Field]:
    return column.fields if column.core is None else core_fields([column.core])


def _used(rows: Rows) -> NamesOfKind:
    """Return the names for which one of the rows has a value."""

    def names(kind: str) -> list[str]:
        part = "last" if kind == "scalar" else ""
        fields = (Field(kind, name, part) for name in rows.known[kind])
        return [each.name for each in fields if each in rows.columns and not rows.get(each).is_empty()]

    return names


def _make(rows: Rows, column: ComparedColumn) -> Column:
    if column.core is not None:
        return core_column(rows, column.core)
    return value_column(first_of([rows.get(field) for field in column.fields]))
