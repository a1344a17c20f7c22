"""Event files as nearly all are: every record is one value of one scalar.

One regular expression takes such bytes apart, several times as fast as a look at each record; whatever does not fit it
from end to end is left to :mod:`guild_ipy.store.events.tfevents`.
"""

from __future__ import annotations

import re
import sys
from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from guild_ipy.store.events.tfevents import FILE_VERSION, HEADER_BYTES, decode_step, decode_tag, is_header

#: Header, time, step, sizes of what follows (summary, value, tag), tag, value, checksum.
_RECORD = re.compile(
    rb"(.\0{7}.{4})\x09.{8}(?:\x10([\x80-\xff]{0,9}[\0-\x7f]))?\x2a(.\x0a.\x0a.)([^\x15]+)\x15(.{4}).{4}", re.DOTALL
)
_FRAME_BYTES = 16
_VERSION_BYTES = 128
_FEW = 100


@dataclass(frozen=True, kw_only=True)
class EventValues:
    """Values of scalars in the order of the bytes, part by part."""

    steps: Sequence[int]
    tags: Sequence[str]
    values: Sequence[float]


def decode_usual(content: bytes) -> tuple[EventValues, int] | None:
    """Take records apart up to the first, near the end, that is not whole, and say where that begins.

    None if it has none, or one is of another form.
    """
    start = behind_version(content)
    found = _RECORD.findall(content, start)
    if not found:
        return None
    headers, steps, sizes, tags, values = zip(*found, strict=True)
    describe = _describe_again if len(found) <= _FEW else _describe
    shape = describe(headers, steps, sizes, tags)
    end = start + shape.size
    if not (end == len(content) or (start < end and _ends_at(content, end, shape.last, found[-1]))):
        return None
    return EventValues(steps=shape.steps, tags=shape.tags, values=_floats(b"".join(values))), end


@dataclass(frozen=True, kw_only=True)
class _Shape:
    """All of some records but their values."""

    steps: Sequence[int]
    tags: Sequence[str]
    size: int
    last: int
    """Size of the last."""


def _describe(
    headers: tuple[bytes, ...], steps: tuple[bytes, ...], sizes: tuple[bytes, ...], tags: tuple[bytes, ...]
) -> _Shape:
    forms = Counter(zip(headers, sizes, tags, map(len, steps), strict=True))
    numbers = {step: decode_step(step) if step else 0 for step in set(steps)}
    return _Shape(
        steps=[numbers[step] for step in steps],
        tags=list(map(decode_tag, tags)),
        size=sum(_size(*form) * count for form, count in forms.items()),
        last=_size(headers[-1], sizes[-1], tags[-1], len(steps[-1])),
    )


#: Runs of one operation report the same scalars at the same steps.
_describe_again = lru_cache(maxsize=256)(_describe)


def match_record(content: bytes, start: int) -> re.Match[bytes] | None:
    """Match the usual record that begins there: header, step, sizes, tag and value; None if it is of another form."""
    record = _RECORD.match(content, start)
    if record is None:
        return None
    header, step, sizes, tag, _ = record.groups(b"")
    return record if _size(header, sizes, tag, len(step)) > 0 else None


def _ends_at(content: bytes, end: int, size: int, parts: tuple[bytes, ...]) -> bool:
    """Whether the last record found ends there; it does not if bytes between records were passed over."""
    last = _RECORD.match(content, end - size)
    return last is not None and last.groups(b"") == parts and _RECORD.search(content, end) is None


def behind_version(content: bytes) -> int:
    """Return the place after the record that opens a file, 0 if there is none."""
    end = content.find(FILE_VERSION, 0, _VERSION_BYTES) + len(FILE_VERSION)
    is_first = end > HEADER_BYTES and content[0] == end - HEADER_BYTES and is_header(content[:HEADER_BYTES])
    return end + 4 if is_first and end + 4 <= len(content) else 0


@lru_cache(maxsize=4096)
def _size(header: bytes, sizes: bytes, tag: bytes, step: int) -> int:
    """Return the size of a record; so negative that no sum comes out right if its sizes contradict each other."""
    value = len(tag) + 7
    summary = value + 2
    event = summary + 2 + 9 + (step + 1 if step else 0)
    is_sound = header[0] == event and tuple(sizes[::2]) == (summary, value, len(tag)) and is_header(header)
    return event + _FRAME_BYTES if is_sound else -(2**62)


def _floats(content: bytes) -> Sequence[float]:
    values = array("f", content)
    if sys.byteorder == "big":
        values.byteswap()
    return values.tolist()
