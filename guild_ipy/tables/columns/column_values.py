"""The values of one column as arrays: those that the index stores in segments, in any order.

The forms are those of ``segments``. Texts are as a frame holds them, anything else is an array of
objects, both with ``pd.NA`` where there is none; words are places in a list, -1 where there is none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from guild_ipy.index.queries.column_table import SEGMENT_RUNS, TableColumn
from guild_ipy.index.queries.segments import EXACT_AS_FLOAT, Segment, make_segment

Array: TypeAlias = Any
"""A NumPy array."""

_TEXTS = frozenset("ct")
_NUMBERS = frozenset("qd")


@dataclass(frozen=True, kw_only=True)
class ColumnValues:
    """Values by row."""

    form: str
    data: Array
    present: Array
    """Where there is a value."""
    whole: Array | None = None
    """Of numbers: where a whole number was given; None if nowhere."""
    words: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.data)

    def take(self, rows: Array) -> ColumnValues:
        """Return the values of some rows, which may be a mask."""
        whole = None if self.whole is None else self.whole[rows]
        return replace(self, data=self.data[rows], present=self.present[rows], whole=whole)

    def as_text(self) -> ColumnValues:
        """Return words as texts, which are quicker to copy; other values as they are."""
        if self.form != "c":
            return self
        return replace(self, form="t", data=_texts(np.array([*self.words, pd.NA], dtype=object)[self.data]), words=())

    def without(self, value: object) -> ColumnValues:
        """Return the values, without those that are `value`."""
        same = np.array([each == value for each in self.to_objects()], dtype=bool)
        return make_values(_where(same, None, self.to_objects()).tolist()) if same.any() else self

    def is_empty(self) -> bool:
        """Return whether there is no value at all."""
        return not self.present.any()

    def to_objects(self) -> Array:
        """Return the values as Python objects, None where there is none."""
        objects = _full(len(self), None, object)
        if self.form == "c":
            objects[:] = np.array([*self.words, None], dtype=object)[self.data]
        elif self.form != "n":
            objects[:] = np.asarray(self.data, dtype=object)
        if self.whole is not None:
            objects[self.whole] = [int(value) for value in self.data[self.whole]]
        objects[~self.present] = None
        return objects


def read_values(column: TableColumn, numbers: Array) -> ColumnValues:
    """Return the values of the runs of these numbers."""
    form = _common_form(column.segments)
    size = max(len(column.segments) * SEGMENT_RUNS, int(numbers.max(initial=-1)) + 1)
    values = _FILL[form](column.segments, size).take(numbers)
    if form == "q":
        values = replace(values, data=_narrow(values.data))
    return replace(values, present=np.broadcast_to(np.True_, len(values))) if values.present.all() else values


def _narrow(whole: Array) -> Array:
    """Return whole numbers in as few bytes as possible, since they are kept and most are small."""
    least, greatest = whole.min(initial=0), whole.max(initial=0)
    for size in (np.int8, np.int16, np.int32):
        if np.iinfo(size).min <= least and greatest <= np.iinfo(size).max:
            return whole.astype(size)
    return whole


def make_values(objects: Sequence[Any]) -> ColumnValues:
    """Return Python objects as values; None stands for no value."""
    starts = range(0, len(objects), SEGMENT_RUNS)
    segments = tuple(make_segment(objects[start : start + SEGMENT_RUNS]) for start in starts)
    return read_values(TableColumn(segments=segments), np.arange(len(objects)))


def first_of(several: Sequence[ColumnValues]) -> ColumnValues:
    """Return for each row the first value that there is."""
    return reduce(_fill_up, several)


# -- from segments


def _common_form(segments: Sequence[Segment]) -> str:
    forms = {segment.form for segment in segments} - {"n"}
    if not forms:
        return "n"
    if len(forms) == 1:
        return forms.pop()
    if forms <= _TEXTS:
        return "t"
    return "d" if forms <= _NUMBERS and all(map(_is_exact, segments)) else "j"


def _is_exact(segment: Segment) -> bool:
    """Return whether its numbers are the same as floats."""
    return segment.form != "q" or bool(np.abs(np.frombuffer(segment.values, np.int64)).max() <= EXACT_AS_FLOAT)


def _fill_none(segments: Sequence[Segment], size: int) -> ColumnValues:  # noqa: ARG001 - one of the ways to fill
    return ColumnValues(form="n", data=_full(size, None, object), present=_nowhere(size))


def _fill_integers(segments: Sequence[Segment], size: int) -> ColumnValues:
    data, present = _full(size, 0, np.int64), _nowhere(size)
    for place, segment in _places(segments):
        data[place] = np.frombuffer(segment.values, np.int64)
        present[place] = _present(segment)
    return ColumnValues(form="q", data=data, present=present)


def _fill_numbers(segments: Sequence[Segment], size: int) -> ColumnValues:
    data, present, whole = _full(size, np.nan, np.float64), _nowhere(size), _nowhere(size)
    for place, segment in _places(segments):
        data[place] = np.frombuffer(segment.values, np.int64 if segment.form == "q" else np.float64)
        present[place] = _present(segment)
        if segment.form == "q":
            whole[place] = _present(segment)
        elif segment.integers:
            whole[place] = np.frombuffer(segment.integers, dtype=bool)
    data[~present] = np.nan
    return ColumnValues(form="d", data=data, present=present, whole=whole if whole.any() else None)


def _fill_truths(segments: Sequence[Segment], size: int) -> ColumnValues:
    data, present = _nowhere(size), _nowhere(size)
    for place, segment in _places(segments):
        data[place] = np.frombuffer(segment.values, dtype=bool)
        present[place] = _present(segment)
    return ColumnValues(form="b", data=data, present=present)


def _fill_words(segments: Sequence[Segment], size: int) -> ColumnValues:
    words = tuple(sorted({word for segment in segments for word in segment.words}))
    codes = {word: code for code, word in enumerate(words)}
    data = _full(size, -1, np.int32)
    for place, segment in _places(segments):
        own = np.array([codes[word] for word in segment.words], np.int32)
        data[place] = np.where(_present(segment), own[np.frombuffer(segment.values, np.uint8)], -1)
    return ColumnValues(form="c", data=data, present=data >= 0, words=words)


def _fill_objects(segments: Sequence[Segment], size: int) -> tuple[Array, Array]:
    data, present = _full(size, pd.NA, object), _nowhere(size)
    for place, segment in _places(segments):
        values = segment.to_list()
        data[place] = np.array(values, dtype=object) if segment.form in _TEXTS else as_objects(values)
        present[place] = _present(segment)
    data[~present] = pd.NA
    return data, present


def _fill_texts(segments: Sequence[Segment], size: int) -> ColumnValues:
    data, present = _fill_objects(segments, size)
    return ColumnValues(form="t", data=_texts(data), present=present)


def _fill_anything(segments: Sequence[Segment], size: int) -> ColumnValues:
    data, present = _fill_objects(segments, size)
    return ColumnValues(form="j", data=data, present=present)


_FILL: Mapping[str, Callable[[Sequence[Segment], int], ColumnValues]] = {
    "n": _fill_none,
    "q": _fill_integers,
    "d": _fill_numbers,
    "b": _fill_truths,
    "c": _fill_words,
    "t": _fill_texts,
    "j": _fill_anything,
}


def _full(size: int, value: Any, dtype: Any) -> Array:  # noqa: ANN401 - what NumPy takes
    return np.full(size, value, dtype=dtype)


def _nowhere(size: int) -> Array:
    return np.zeros(size, dtype=bool)


def _where(mask: Array, chosen: Array, other: Array) -> Array:
    return np.where(mask, chosen, other)


def _texts(objects: Array) -> Array:
    return pd.arrays.StringArray(objects)


def _places(segments: Sequence[Segment]) -> list[tuple[slice, Segment]]:
    """Return where each segment that has values stands."""
    starts = range(0, len(segments) * SEGMENT_RUNS, SEGMENT_RUNS)
    return [
        (slice(start, start + segment.size), segment)
        for start, segment in zip(starts, segments, strict=True)
        if segment.form != "n"
    ]


def _present(segment: Segment) -> Array:
    return np.frombuffer(segment.present, dtype=bool) if segment.present else np.ones(segment.size, dtype=bool)


def as_objects(items: Sequence[Any]) -> Array:
    """Return an array of objects; NumPy would take a list of lists for a matrix."""
    array = _full(len(items), None, object)
    for place, item in enumerate(items):
        array[place] = item
    return array


def _fill_up(first: ColumnValues, second: ColumnValues) -> ColumnValues:
    missing = ~first.present
    if not missing.any() or second.is_empty():
        return first
    if first.is_empty():
        return second
    is_plain = first.form == second.form and first.form in "qbj" and first.whole is second.whole is None
    if not is_plain:
        return make_values(_where(missing, second.to_objects(), first.to_objects()).tolist())
    return replace(
        first,
        data=_where(missing, second.data, first.data),
        present=first.present | second.present,
    )
