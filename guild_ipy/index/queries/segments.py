"""Columns of values in segments of 8,192 runs, as they are stored and handed to frames.

A segment has a value, or none, for every number of a run in it, in the narrowest form that holds them all; only the
last two need a Python object for each value:

====  ==============  ============================================
form  values          as
====  ==============  ============================================
n     none at all
q     whole numbers   ``array('q')``
d     numbers         ``array('d')``
b     booleans        bytes
c     words           bytes: places in a list of at most 255 words
t     texts           a list
j     anything        a list
====  ==============  ============================================

Stored are the form, the size (u32), the lengths (u32) of two masks and of the words, the masks, the words and the
values. Texts and words are joined by unit separators, a list of anything is JSON; numbers are little-endian.
"""

from __future__ import annotations

import json
import math
import struct
import sys
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from guild_ipy.index.rows.sql_values import encode_json

#: Whole numbers up to this are the same as floats.
EXACT_AS_FLOAT = 2**53

_HEADER = struct.Struct("<cIIII")
_SEPARATOR = "\x1f"
_MOST_WORDS = 255
_LARGEST = 2**63 - 1


@dataclass(frozen=True, kw_only=True)
class Segment:
    """Values by position; see the module for the forms."""

    form: str = "n"
    size: int = 0
    values: Any = b""
    words: tuple[str, ...] = ()
    present: bytes = b""
    """1 where there is a value; empty if there is one everywhere, or (form ``n``) nowhere."""
    integers: bytes = b""
    """Of numbers: 1 where a whole number was given; empty if nowhere."""

    def to_list(self) -> list[Any]:
        """Return the values as Python objects, None where there is none."""
        if self.form == "n":
            return [None] * self.size
        values = _unpack(self)
        if self.integers:
            values = [int(value) if whole else value for value, whole in zip(values, self.integers, strict=True)]
        if self.present:
            values = [value if here else None for value, here in zip(values, self.present, strict=True)]
        return values


def make_segment(values: Sequence[Any]) -> Segment:
    """Make a segment of flag values; None is not a value.

    Examples
    --------
    >>> [make_segment(values).form for values in ([1, None], [1, 0.5], [True], ["a", "b"], [1, "a"], [None])]
    ['q', 'd', 'b', 'c', 'j', 'n']
    """
    kinds = set(map(type, values))
    is_full = type(None) not in kinds
    form = _choose_form(kinds - {type(None)}, values)
    if form == "n":
        return Segment(size=len(values))
    segment = Segment(
        form=form,
        size=len(values),
        present=b"" if is_full else bytes(value is not None for value in values),
        integers=bytes(type(value) is int for value in values) if form == "d" and int in kinds else b"",
        words=tuple(sorted({value for value in values if value is not None})) if form == "c" else (),
    )
    return replace(segment, values=_pack(segment, values))


def patch_segment(segment: Segment, changes: Mapping[int, Any]) -> Segment:
    """Return a segment with other values at some positions; it grows if one is after its end."""
    if max(changes, default=-1) < segment.size and all(_fits(segment, value) for value in changes.values()):
        return _patch_in_place(segment, changes)
    values = segment.to_list()
    values += [None] * (max(changes, default=-1) + 1 - len(values))
    for position, value in changes.items():
        values[position] = value
    return make_segment(values)


def encode_segment(segment: Segment) -> bytes:
    """Return a segment as bytes; the inverse of :func:`decode_segment`."""
    words = _join(segment.words)
    header = _HEADER.pack(segment.form.encode(), segment.size, len(segment.present), len(segment.integers), len(words))
    return b"".join((header, segment.present, segment.integers, words, _encode_values(segment)))


def decode_segment(data: bytes) -> Segment:
    """Read a segment; ValueError, LookupError or struct.error if it is not one."""
    form, size, present, integers, words = _HEADER.unpack_from(data)
    start = _HEADER.size
    parts = []
    for length in (present, integers, words):
        parts.append(data[start : start + length])
        start += length
    segment = Segment(
        form=form.decode("ascii"), size=size, present=parts[0], integers=parts[1], words=tuple(_split(parts[2]))
    )
    segment = replace(segment, values=_decode_values(segment.form, memoryview(data)[start:]))
    if segment.form != "n" and len(segment.values) != size:
        raise ValueError(f"a segment of {size} has {len(segment.values)} values")
    return segment


# -- forms


def _choose_form(kinds: set[type], values: Sequence[Any]) -> str:
    if not kinds:
        return "n"
    if kinds == {bool}:
        return "b"
    if kinds == {int}:
        return "q" if _all_within(values, _LARGEST) else "j"
    if kinds == {float} or (kinds == {int, float} and _all_within(values, EXACT_AS_FLOAT)):
        return "d"
    return _choose_text_form(values) if kinds == {str} else "j"


def _choose_text_form(values: Sequence[Any]) -> str:
    words = {value for value in values if value is not None}
    if any(_SEPARATOR in word for word in words):
        return "j"
    return "c" if len(words) <= _MOST_WORDS else "t"


def _all_within(values: Sequence[Any], limit: int) -> bool:
    return all(-limit <= value <= limit for value in values if type(value) is int)


def _pack(segment: Segment, values: Sequence[Any]) -> Any:  # noqa: ANN401 - by form
    form = segment.form
    if form == "q":
        return array("q", [0 if value is None else value for value in values])
    if form == "d":
        return array("d", [math.nan if value is None else value for value in values])
    if form == "b":
        return bytes(bool(value) for value in values)
    if form == "c":
        places = {word: place for place, word in enumerate(segment.words)} | {None: 0}
        return bytes(places[value] for value in values)
    nothing = "" if form == "t" else None
    return [nothing if value is None else value for value in values]


def _unpack(segment: Segment) -> list[Any]:
    if segment.form == "b":
        return [bool(value) for value in segment.values]
    if segment.form == "c":
        return [segment.words[place] for place in segment.values]
    return list(segment.values)


# -- changing a segment that keeps its form


def _fits(segment: Segment, value: Any) -> bool:  # noqa: ANN401 - any value of a column
    form = segment.form
    if form == "c":
        return value in segment.words
    if form == "t":
        return isinstance(value, str) and _SEPARATOR not in value
    if form == "q":
        return type(value) is int and -_LARGEST <= value <= _LARGEST
    return (form == "d" and type(value) is float and not segment.integers) or (form == "b" and type(value) is bool)


def _patch_in_place(segment: Segment, changes: Mapping[int, Any]) -> Segment:
    """Put values that fit into a copy of the segment, also at positions that have none yet."""
    values = bytearray(segment.values) if segment.form in {"b", "c"} else segment.values[:]
    present = bytearray(segment.present)
    for position, value in changes.items():
        values[position] = segment.words.index(value) if segment.form == "c" else value
        if present:
            present[position] = 1
    is_bytes = isinstance(values, bytearray)
    return replace(segment, values=bytes(values) if is_bytes else values, present=bytes(present))


# -- bytes


def _encode_values(segment: Segment) -> bytes:
    form, values = segment.form, segment.values
    if form in {"q", "d"}:
        return _little_endian(values).tobytes()
    if form == "t":
        return _join(values)
    return encode_json(values).encode() if form == "j" else bytes(values)


def _decode_values(form: str, data: memoryview) -> Any:  # noqa: ANN401 - by form
    if form in {"q", "d"}:
        values = array(form)
        values.frombytes(data)
        return _little_endian(values)
    content = bytes(data)
    if form == "t":
        return _split(content)
    if form == "j":
        return json.loads(content)
    if form in {"n", "b", "c"}:
        return content
    raise ValueError(f"{form!r} is no form of a segment")


def _join(texts: Sequence[str]) -> bytes:
    return _SEPARATOR.join(texts).encode("utf-8", "surrogatepass") + b"\n" if texts else b""


def _split(data: bytes) -> list[str]:
    return data[:-1].decode("utf-8", "surrogatepass").split(_SEPARATOR) if data else []


def _little_endian(values: array[Any]) -> array[Any]:
    if sys.byteorder == "big":
        values = values[:]
        values.byteswap()
    return values
