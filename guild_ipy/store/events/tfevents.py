"""The bytes of TensorBoard event files, without TensorBoard and protobuf.

A file is a row of records, the first of which names the version::

    record    length (u64 LE), masked CRC-32C of the length, event, masked CRC-32C of the event
    event     1 wall time (double), 2 step (varint), 3 file version (text), 5 summary
    summary   1 value, repeated
    value     1 tag (text), 2 simple value (float) or 8 tensor, 9 metadata
    tensor    1 type (1 float, 2 double), 4 content (LE bytes), 5 float values, 6 double values

Numbers before names are field numbers of protobuf. Reading stops at a torn record and skips fields that are not
listed here. The checksum of a length is checked, that of an event is not.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import NamedTuple

FILE_VERSION = b"brain.Event:2"
HEADER_BYTES = 12
FOOTER_BYTES = 4
#: A record that says it is longer than this is damage.
MAX_RECORD_BYTES = 2**30

_U32 = struct.Struct("<I")
_U64 = struct.Struct("<Q")
_HEADER = struct.Struct("<QI")
_FLOAT = struct.Struct("<f")
_DOUBLE = struct.Struct("<d")
_WALL_TAG, _STEP_TAG, _SUMMARY_TAG, _SIMPLE_TAG = 0x09, 0x10, 0x2A, 0x15
_VALUE_TAG = _NAME_TAG = 0x0A
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_FLOAT_TYPE, _DOUBLE_TYPE = 1, 2
#: In an event of the usual shape the time comes first, and the value last.
_TIME_END, _VALUE_BYTES = 9, 4
_SIGN_BIT, _MODULUS = 2**63, 2**64


class Point(NamedTuple):
    """One value of a scalar, as an event file holds it."""

    step: int
    wall_time: float
    tag: str
    value: float


# -- writing


def encode_record(event: bytes) -> bytes:
    """Frame one event."""
    return b"".join((_header(len(event)), event, _U32.pack(_masked_crc(event))))


def encode_version() -> bytes:
    """Return the event that opens a file, without its wall time, so that files can be compared."""
    return b"\x1a" + _varint(len(FILE_VERSION)) + FILE_VERSION


def encode_point(point: Point) -> bytes:
    """Return the event of one value; a number too large for 32 bits becomes infinite."""
    tag = point.tag.encode("utf-8", "replace")
    value = b"\x0a" + _varint(len(tag)) + tag + b"\x15" + _pack_float(point.value)
    summary = b"\x0a" + _varint(len(value)) + value
    step = b"\x10" + _varint(point.step) if point.step else b""
    return b"\x09" + _DOUBLE.pack(point.wall_time) + step + b"\x2a" + _varint(len(summary)) + summary


# -- reading


def decode_records(buffer: bytes) -> Iterator[tuple[int, int]]:
    """Find the events in `buffer`: the begin and the end of each that is complete."""
    position, size = 0, len(buffer)
    while position + HEADER_BYTES <= size:
        length, crc = _HEADER.unpack_from(buffer, position)
        begin = position + HEADER_BYTES
        end = begin + length
        if length > MAX_RECORD_BYTES or crc != _length_crc(length):
            raise ValueError(f"no record begins at byte {position}")
        if end + FOOTER_BYTES > size:
            return
        yield begin, end
        position = end + FOOTER_BYTES


def decode_points(event: bytes) -> list[Point]:
    """Read the scalars of one event; none if it is of another kind or damaged."""
    try:
        found = _read_usual(event[_TIME_END:-_VALUE_BYTES]) if event[0] == _WALL_TAG else None
        if found is None:
            return _decode_event(event)
        step, tag, _ = found
        return [Point(step, _DOUBLE.unpack_from(event, 1)[0], tag, _FLOAT.unpack(event[-_VALUE_BYTES:])[0])]
    except (IndexError, ValueError, struct.error):
        return []


def find_step(event: bytes) -> range | None:
    """Return where the bytes of the step are in an event of the usual shape; None for any other.

    The usual shape is: time, step if it is not 0, one short tag, simple value.
    """
    try:
        found = _read_usual(event[_TIME_END:-_VALUE_BYTES]) if event[0] == _WALL_TAG else None
    except (IndexError, ValueError):
        return None
    return None if found is None else range(_TIME_END + 1, _TIME_END + found[2])


@lru_cache(maxsize=4096)  # runs of one operation report the same scalars at the same steps
def _read_usual(middle: bytes) -> tuple[int, str, int] | None:
    """Read the bytes between the time and the value of an event of the usual shape: step, tag, and where the step ends.

    None for any other shape.
    """
    step, end = _read_varint(middle, 1) if middle[0] == _STEP_TAG else (0, 0)
    size = len(middle) + _VALUE_BYTES - end
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
    tag, number = "", None
    for field, kind, content in _fields(value):
        if (field, kind) == (1, _BYTES):
            tag = _decode_tag(content)
        elif (field, kind) == (2, _FIXED32):
            number = _FLOAT.unpack(content)[0]
        elif (field, kind) == (8, _BYTES):
            number = _tensor_number(content)
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


def _varint(number: int) -> bytes:
    number %= _MODULUS
    out = bytearray()
    while number > 0x7F:  # noqa: PLR2004 - 7 bits a byte
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def _signed(number: int) -> int:
    number %= _MODULUS  # ten bytes of a varint have room for more
    return number - _MODULUS if number >= _SIGN_BIT else number


def _pack_float(value: float) -> bytes:
    try:
        return _FLOAT.pack(value)
    except OverflowError:
        return _FLOAT.pack(float("inf") if value > 0 else float("-inf"))


# -- checksums


@cache
def _crc_table() -> tuple[int, ...]:
    """Build the table of CRC-32C (Castagnoli), reflected polynomial 0x82F63B78."""
    table = []
    for byte in range(256):
        crc = byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
        table.append(crc)
    return tuple(table)


def _masked_crc(data: bytes) -> int:
    table = _crc_table()
    crc = 0xFFFFFFFF
    for byte in data:
        crc = table[(crc ^ byte) & 0xFF] ^ crc >> 8
    crc ^= 0xFFFFFFFF
    return (crc >> 15 | crc << 17) + 0xA282EAD8 & 0xFFFFFFFF


@lru_cache(maxsize=4096)
def _length_crc(length: int) -> int:
    return _masked_crc(_U64.pack(length))


@lru_cache(maxsize=4096)
def _header(length: int) -> bytes:
    return _HEADER.pack(length, _length_crc(length))
