"""Long event files by numpy, where somebody has loaded it: ten times as fast as without.

A program reports the same scalars in the same order again and again, so the bytes are rows of one length that differ in
times, steps, values and checksums only. Bytes that are not so are left to :mod:`guild_ipy.store.events.usual_events`.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

from guild_ipy.store.events.tfevents import HEADER_BYTES, decode_tag, is_header
from guild_ipy.store.events.usual_events import behind_version, match_record

#: Less is not worth the trouble.
LEAST_BYTES = 2**16
_LEAST_ROWS = 16
_MOST_SCALARS = 500
_ALL, _SIGN, _NOTHING = 0xFF, 0x80, 0


@dataclass(frozen=True, kw_only=True)
class Series:
    """Values of one scalar, in the order of the bytes, as arrays."""

    tag: str
    steps: Any
    values: Any


@dataclass(frozen=True, kw_only=True)
class _Place:
    """Where in a row a record has what differs."""

    tag: bytes
    step: int
    step_bytes: int
    value: int


def decode_rows(content: bytes) -> tuple[list[Series], int] | None:
    """Take the rows apart that bytes begin with, and say where they end; None if that is not worth it."""
    numpy = sys.modules.get("numpy")
    if numpy is None or len(content) < LEAST_BYTES:
        return None
    start = behind_version(content)
    places, mask = _find_row(content, start)
    count = (len(content) - start) // len(mask) if mask else 0
    if count < _LEAST_ROWS:
        return None
    rows = numpy.frombuffer(content, numpy.uint8, count * len(mask), start).reshape(count, len(mask))
    differs = ((rows ^ rows[0]) & numpy.frombuffer(mask, numpy.uint8)).any(axis=1)
    count = int(differs.argmax()) if differs.any() else count
    if count * len(mask) < len(content) // 4:
        return None
    return [_take(numpy, rows[:count], place) for place in places], start + count * len(mask)


def _find_row(content: bytes, start: int) -> tuple[list[_Place], bytes]:
    """Find records up to the first of a scalar seen before, and which bits are the same in each row."""
    places: dict[bytes, _Place] = {}
    mask = bytearray()
    while len(places) < _MOST_SCALARS and (record := match_record(content, start + len(mask))) is not None:
        header, step, _, tag, _ = record.groups(b"")
        if tag in places or not is_header(header):
            break
        at, begin = len(mask), record.start()
        places[tag] = _Place(
            tag=tag,
            step=at + record.start(2) - begin if step else 0,
            step_bytes=len(step),
            value=at + record.start(5) - begin,
        )
        mask += _mask(record.end() - begin, record.start(3) - begin - 1, len(step))
    return list(places.values()), bytes(mask)


def _mask(size: int, sizes: int, step: int) -> bytes:
    """Return the bits of a record that are the same each time; `sizes` is where the sizes of its parts begin."""
    mask = bytearray([_ALL]) * size
    mask[HEADER_BYTES + 1 : HEADER_BYTES + 9] = bytes([_NOTHING]) * 8
    mask[sizes - step : sizes] = bytes([_SIGN]) * step
    mask[size - 8 :] = bytes([_NOTHING]) * 8
    return bytes(mask)


def _take(numpy: Any, rows: Any, place: _Place) -> Series:  # noqa: ANN401 - of numpy
    numbers = numpy.ascontiguousarray(rows[:, place.value : place.value + 4]).view("<f4").ravel()
    with numpy.errstate(invalid="ignore"):  # a NaN of another kind
        values = numbers.astype(float)
    steps = numpy.zeros(len(rows), numpy.uint64)
    for number in range(place.step_bytes):
        steps |= (rows[:, place.step + number].astype(numpy.uint64) & 0x7F) << numpy.uint64(7 * number)
    return Series(tag=decode_tag(place.tag), steps=steps.view(numpy.int64), values=values)
