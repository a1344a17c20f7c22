"""The bytes of TensorBoard event files, without TensorBoard and protobuf; how they are read.

A file is a row of records, the first of which names the version::

    record    length (u64 LE), masked CRC-32C of the length, event, masked CRC-32C of the event
    event     1 wall time (double), 2 step (varint), 3 file version (text), 5 summary
    summary   1 value, repeated
    value     1 tag (text), 2 simple value (float) or 8 tensor, 9 metadata, 1000 exact value (double)
    tensor    1 type (1 float, 2 double), 4 content (LE bytes), 5 float values, 6 double values

Numbers before names are field numbers of protobuf; 1000 is ours (:mod:`guild_ipy.store.events.event_encoding`). Reading
stops at a torn record and skips fields that are not listed here. The checksum of a length is checked, that of an event
is not.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from guild_ipy.store.events.event_encoding import EXACT_FIELD, EXACT_TAG, length_crc

HEADER_BYTES = 12
FOOTER_BYTES = 4
#: A record that says it is longer than this is damage.
MAX_RECORD_BYTES = 2**30

_HEADER = struct.Struct("<QI")
_FLOAT = struct.Struct("<f")
_DOUBLE = struct.Struct("<d")
_WALL_TAG, _STEP_TAG, _SUMMARY_TAG, _SIMPLE_TAG = 0x09, 0x10, 0x2A, 0x15
_VALUE_TAG = _NAME_TAG = 0x0A
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_FLOAT_TYPE, _DOUBLE_TYPE = 1, 2
#: In an event of the usual shape the time comes first, and the value last: with 32 bits, or so and with 64.
_TIME_END, _VALUE_BYTES, _EXACT_VALUE_BYTES = 9, 4, 4 + len(EXACT_TAG) + 8
_SIGN_BIT, _MODULUS = 2**63, 2**64


class Point(NamedTuple):
    """One value of a scalar, as an event file holds it."""

    step: int
    wall_time: float
    tag: str
    value: float


# -- reading


def decode_records(buffer: bytes) -> Iterator[tuple[int, int]]:
    """Find the events in `buffer`: the begin and the end of each that is complete."""
    position, size = 0, len(buffer)
    while position + HEADER_BYTES <= size:
        length, crc = _HEADER.unpack_from(buffer, position)
        begin = position + HEADER_BYTES
        end = begin + length
        if length > MAX_RECORD_BYTES or crc != length_crc(length):
            raise ValueError(f"no record begins at byte {position}")
        if end + FOOTER_BYTES > size:
            return
        yield begin, end
        position = end + FOOTER_BYTES


def decode_points(event: bytes) -> list[Point]:
    """Read the scalars of one event; none if it is of another kind or damaged."""
    try:
        found = find_numbers(event)
        if found is None:
            return _decode_event(event)
        value = (_DOUBLE if found.is_exact else _FLOAT).unpack_from(event, found.value.start)[0]
        return [Point(found.step, _DOUBLE.unpack_from(event, 1)[0], found.tag, value)]
    except (IndexError, ValueError, struct.error):
        return []


class Numbers(NamedTuple):
    """What is in an event of the usual shape, and where its numbers are."""

    step: int
    tag: str
    step_place: range
    """Without the byte that says that a step follows."""
    short_value: range
    """The value with 32 bits, in an event that has it exact as well; else empty."""
    value: range

    @property
    def is_exact(self) -> bool:
        """Whether the value has 64 bits."""
        return len(self.value) == _DOUBLE.size


def find_numbers(event: bytes) -> Numbers | None:
    """Read an event of the usual shape; None for any other.

    The usual shape is: time, step if it is not 0, one short tag, simple value, and perhaps the exact value.
    """
    try:
        if event[0] != _WALL_TAG:
            return None
        size = len(event)
        if event[size - 8 - len(EXACT_TAG) : size - 8] == EXACT_TAG:
            found = _read_usual(event[_TIME_END:-_EXACT_VALUE_BYTES], _EXACT_VALUE_BYTES)
            short, value = range(size - _EXACT_VALUE_BYTES, size - _EXACT_VALUE_BYTES + 4), range(size - 8, size)
        else:
            found = _read_usual(event[_TIME_END:-_VALUE_BYTES], _VALUE_BYTES)
            short, value = range(0), range(size - _VALUE_BYTES, size)
    except (IndexError, ValueError):
        return None
    if found is None:
        return None
    step, tag, end = found
    return Numbers(step, tag, range(_TIME_END + 1, _TIME_END + end), short, value)


@lru_cache(maxsize=4096)  # runs of one operation report the same scalars at the same steps
def _read_usual(middle: bytes, value_bytes: int) -> tuple[int, str, int] | None:
    """Read the bytes between the time and the value of an event of the usual shape: step, tag, and where the step ends.

    None for any other shape.
    """
    step, end = _read_varint(middle, 1) if middle[0] == _STEP_TAG else (0, 0)
    size = len(middle) + value_bytes - end
    shape = (_SUMMARY_TAG, size - 2, _VALUE_TAG, size - 4, _NAME_TAG)
    tag = middle[end + 6 : -1]
    if tuple(middle[end : end + 5]) != shape or middle[end + 5] != len(tag) or middle[-1] != _SIMPLE_TAG:
        return None
    return _signed(step), _decode_tag(tag), end


def _decode_event(event: bytes) -> list[Point]:
    wall_time, step, points = 0.0, 0, []
    for number, kind, value in _fields(event):
        if (number, kind) == (1, _FIXED64):
            wall_time = _DOUBLE.unpack(value)[0]
        elif (number, kind) == (2, _VARINT):
            step = _signed(_read_varint(value, 0)[0])
        elif (number, kind) == (5, _BYTES):
            points = [scalar for n, k, part in _fields(value) if (n, k) == (1, _BYTES) for scalar in _scalar(part)]
    return [Point(step, wall_time, tag, value) for tag, value in points]


def _scalar(value: bytes) -> list[tuple[str, float]]:
    """Read a summary value: its tag and number, if it has one number."""
    tag, number, exact = "", None, None
    for field, kind, content in _fields(value):
        if (field, kind) == (1, _BYTES):
            tag = _decode_tag(content)
        elif (field, kind) == (2, _FIXED32):
            number = _FLOAT.unpack(content)[0]
        elif (field, kind) == (8, _BYTES):
            number = _tensor_number(content)
        elif (field, kind) == (EXACT_FIELD, _FIXED64):
            exact = _DOUBLE.unpack(content)[0]
    number = number if exact is None else exact
    return [] if number is None else [(tag, number)]


def _tensor_number(tensor: bytes) -> float | None:
    """Read a tensor of exactly one float or double."""
    dtype, content = 0, b""
    for field, kind, value in _fields(tensor):
        if (field, kind) == (1, _VARINT):
            dtype = _read_varint(value, 0)[0]
        elif field in {4, 5, 6} and kind != _VARINT:
            content += value
    packer = {_FLOAT_TYPE: _FLOAT, _DOUBLE_TYPE: _DOUBLE}.get(dtype)
    return packer.unpack(content)[0] if packer and len(content) == packer.size else None


def _fields(message: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Return the number, the wire type and the bytes of each field of a protobuf message."""
    position = 0
    while position < len(message):
        key, position = _read_varint(message, position)
        kind = key & 7
        if kind == _VARINT:
            end = _read_varint(message, position)[1]
        elif kind == _BYTES:
            length, position = _read_varint(message, position)
            end = position + length
        elif kind in {_FIXED64, _FIXED32}:
            end = position + (8 if kind == _FIXED64 else 4)
        else:
            raise ValueError(f"wire type {kind} is unknown")
        if end > len(message):
            raise ValueError("a field ends beyond its message")
        yield key >> 3, kind, message[position:end]
        position = end


@lru_cache(maxsize=4096)
def _decode_tag(content: bytes) -> str:
    """Read a tag; bytes that are not UTF-8 are replaced."""
    return content.decode("utf-8", "replace")


# -- numbers


def _read_varint(buffer: bytes, position: int) -> tuple[int, int]:
    result = shift = 0
    while True:
        byte = buffer[position]
        position += 1
        result |= (byte & 0x7F) << shift
        if byte < 0x80:  # noqa: PLR2004 - the bit that says: more follows
            return result, position
        shift += 7
        if shift > 63:  # noqa: PLR2004 - 64 bits at most
            raise ValueError("a number has more than 64 bits")


def _signed(number: int) -> int:
    number %= _MODULUS  # ten bytes of a varint have room for more
    return number - _MODULUS if number >= _SIGN_BIT else number
