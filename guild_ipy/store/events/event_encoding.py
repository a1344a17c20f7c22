"""How the bytes of TensorBoard event files are written.

The layout is that of :mod:`guild_ipy.store.events.tfevents`. TensorBoard and Guild AI keep a value as a float of 32
bits, so ``0.1`` would come back as ``0.10000000149``. They read no other form (a tensor of doubles is nothing to Guild
AI), so the value stands there as they expect it, and once more, with 64 bits, in a field that protobuf has left free:
readers that do not know it pass over it. A file beside this one could be lost, or be of another age.

Light on imports: the process of a run writes scalars, too.
"""

from __future__ import annotations

import struct
from functools import cache, lru_cache

FILE_VERSION = b"brain.Event:2"
#: The field of the exact value, and the bytes before it: its number, and that 8 bytes follow.
EXACT_FIELD = 1000
EXACT_TAG = b"\xc1\x3e"

_U32 = struct.Struct("<I")
_U64 = struct.Struct("<Q")
_HEADER = struct.Struct("<QI")
_FLOAT = struct.Struct("<f")
_DOUBLE = struct.Struct("<d")
_MODULUS = 2**64


def encode_record(event: bytes) -> bytes:
    """Frame one event."""
    return b"".join((_header(len(event)), event, _U32.pack(_masked_crc(event))))


def encode_version() -> bytes:
    """Return the event that opens a file, without its wall time, so that files can be compared."""
    return b"\x1a" + _varint(len(FILE_VERSION)) + FILE_VERSION


def encode_point(point: tuple[int, float, str, float], *, is_exact: bool = False) -> bytes:
    """Return the event of one value: step, wall time, tag and number.

    Without `is_exact` it is what TensorBoard writes. A number too large for 32 bits is infinite there.
    """
    step, wall_time, name, number = point
    tag = name.encode("utf-8", "replace")
    exact = EXACT_TAG + _DOUBLE.pack(number) if is_exact else b""
    value = b"\x0a" + _varint(len(tag)) + tag + b"\x15" + _pack_float(number) + exact
    summary = b"\x0a" + _varint(len(value)) + value
    counted = b"\x10" + _varint(step) if step else b""
    return b"\x09" + _DOUBLE.pack(wall_time) + counted + b"\x2a" + _varint(len(summary)) + summary


@lru_cache(maxsize=4096)
def length_crc(length: int) -> int:
    """Return the checksum of the length of an event."""
    return _masked_crc(_U64.pack(length))


def _pack_float(value: float) -> bytes:
    try:
        return _FLOAT.pack(value)
    except OverflowError:
        return _FLOAT.pack(float("inf") if value > 0 else float("-inf"))


def _varint(number: int) -> bytes:
    number %= _MODULUS
    out = bytearray()
    while number > 0x7F:  # noqa: PLR2004 - 7 bits a byte
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


@lru_cache(maxsize=4096)
def _header(length: int) -> bytes:
    return _HEADER.pack(length, length_crc(length))


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
