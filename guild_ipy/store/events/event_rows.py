"""Reading long event files, about ten times as fast as record by record.

A program reports the same scalars in the same order again and again. The bytes are then rows of one length, which
differ in times, steps, values and checksums only, and the bytes at one place of all rows are a slice. Other bytes are
read record by record (:mod:`guild_ipy.store.events.tfevents`).
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from guild_ipy.store.events.tfevents import FOOTER_BYTES, HEADER_BYTES, Numbers, decode_records, find_numbers

#: Fewer bytes are not worth the trouble.
LEAST_BYTES = 2**16
_LEAST_ROWS = 16
_MOST_SCALARS = 500
#: A longer step is negative, or larger than any program counts.
_MOST_STEP_BYTES = 8
_TIME = range(1, 9)
#: The bytes of a step have a bit that says whether another follows.
_LAST, _FOLLOWED = bytes(range(128)), bytes(range(128, 256))
_WITHOUT_BIT = bytes([*range(128), *range(128)])


@dataclass(frozen=True, kw_only=True)
class Series:
    """Values of one scalar, in the order of the bytes."""

    tag: str
    steps: Sequence[int]
    values: Sequence[float]


@dataclass(frozen=True, kw_only=True)
class _Place:
    """Where in a row the numbers of a scalar are; `constant` are the bytes that all rows have in common."""

    tag: str
    step: range
    value: range
    constant: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class _Rows:
    """Rows of `size` bytes from `start` on."""

    content: bytes
    start: int
    size: int
    count: int

    def column(self, place: int) -> bytes:
        """Return the byte at one place of every row."""
        return self.content[self.start + place : self.start + self.count * self.size : self.size]


def decode_rows(content: bytes) -> tuple[list[Series], int] | None:
    """Return the values of the rows that bytes begin with, and where these end; None if it is not worth it."""
    if len(content) < LEAST_BYTES:
        return None
    start, size, places = _find_row(content)
    if not places:
        return None
    count = (len(content) - start) // size
    for place in places:
        count = _count_alike(_Rows(content=content, start=start, size=size, count=count), place)
    if count < _LEAST_ROWS or count * size < len(content) // 4:
        return None
    rows = _Rows(content=content, start=start, size=size, count=count)
    return [_read_series(rows, place) for place in places], start + count * size


def _find_row(content: bytes) -> tuple[int, int, list[_Place]]:
    """Find where the first row begins, its size, and its records: up to the first of a scalar seen before."""
    places: dict[str, _Place] = {}
    start = end = 0
    try:
        for begin, stop in decode_records(content):
            numbers = find_numbers(content[begin:stop])
            if numbers is None and not places:  # the record that opens a file
                start = end = stop + FOOTER_BYTES
                continue
            if numbers is None or len(numbers.step_place) > _MOST_STEP_BYTES or len(places) == _MOST_SCALARS:
                return 0, 0, []
            if numbers.tag in places:
                break
            places[numbers.tag] = _place(numbers, begin - start)
            end = stop + FOOTER_BYTES
    except ValueError:
        return 0, 0, []
    return start, end - start, list(places.values())


def _place(numbers: Numbers, begin: int) -> _Place:
    """Return the places of an event that begins there in a row."""
    varying = {*_TIME, *numbers.step_place, *numbers.short_value}
    constant = [begin + at for at in range(numbers.value.start) if at not in varying]
    return _Place(
        tag=numbers.tag,
        step=_shift(numbers.step_place, begin),
        value=_shift(numbers.value, begin),
        constant=(*range(begin - HEADER_BYTES, begin), *constant),
    )


def _shift(places: range, count: int) -> range:
    return range(places.start + count, places.stop + count)


def _count_alike(rows: _Rows, place: _Place) -> int:
    """Return how many rows have the same record as the first, but for its numbers."""
    count = rows.count
    for at in place.constant:
        column = rows.column(at)[:count]
        if column != column[:1] * count:
            count -= len(column.lstrip(column[:1]))
    for at in place.step:
        column = rows.column(at)[:count]
        count -= len(column.lstrip(_LAST if at == place.step[-1] else _FOLLOWED))
    return count


def _read_series(rows: _Rows, place: _Place) -> Series:
    size = len(place.value)
    content = bytearray(size * rows.count)
    for number, at in enumerate(place.value):
        content[number::size] = rows.column(at)
    values = array("d" if size == array("d").itemsize else "f", bytes(content))
    if sys.byteorder == "big":
        values.byteswap()
    steps = _read_steps(tuple(map(rows.column, place.step)), rows.count)
    return Series(tag=place.tag, steps=steps, values=values.tolist())


@lru_cache(maxsize=1)  # scalars that are reported together have one step
def _read_steps(columns: tuple[bytes, ...], count: int) -> Sequence[int]:
    """Return so many numbers, of which each column has 7 bits, the lowest first."""
    steps = [0] * count
    for column in reversed(columns):
        steps = [step << 7 | bits for step, bits in zip(steps, column.translate(_WITHOUT_BIT), strict=True)]
    return steps
