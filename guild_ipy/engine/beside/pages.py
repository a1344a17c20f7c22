"""Copying the pages of memory that a fork will write to, while nobody waits for it.

A fork shares its memory with its parent, and copies a page when it first writes to it, at 2 us and more each; to look
at an object is to write its reference count. So a fork tells at its end which pages it has for itself, and the next
of its kind copies those at its beginning.

Linux tells which pages those are (``Documentation/admin-guide/mm/pagemap.rst``: bit 63 is "present", bit 56 is "mapped
by this process alone", since 4.2) and copies them on demand (``madvise(2)``: ``MADV_POPULATE_WRITE``, since 5.14). It
changes no content. On other systems nothing is known and nothing is copied.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import mmap
from array import array
from collections.abc import Iterator
from dataclasses import dataclass

_madvise = ctypes.CDLL(None).madvise
_madvise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
_POPULATE_WRITE = 23
_OURS_ALONE = 1 << 63 | 1 << 56
_ENTRY_BYTES = 8
#: Mappings that are larger are not looked at: they are no heap of an interpreter.
_LARGEST_BYTES = 2**30

PageRange = tuple[int, int]
"""The number of a page, and how many there are from it on."""


@dataclass(frozen=True, kw_only=True)
class Pages:
    """The pages that a kind of process writes to."""

    ranges: tuple[PageRange, ...] = ()
    notes: str | None = None
    """The file in which :meth:`note` leaves those of the calling process."""

    def copy(self) -> None:
        """Copy them into the calling process."""
        for first, count in self.ranges:  # what the calling process has not mapped is refused, and needs no copy
            _madvise(first * mmap.PAGESIZE, count * mmap.PAGESIZE, _POPULATE_WRITE)

    def note(self) -> None:
        """Leave a note of the pages that the calling process has for itself, where that is asked for."""
        if self.notes is None:
            return
        with contextlib.suppress(OSError), open(self.notes, "w", encoding="ascii") as file:
            json.dump(_own_ranges(), file)

    def noted(self) -> Pages:
        """Return those that were noted; none if there is no note."""
        try:
            with open(self.notes or "", encoding="ascii") as file:
                return Pages(ranges=tuple((first, count) for first, count in json.load(file)))
        except (OSError, ValueError, TypeError):
            return Pages()


@dataclass(frozen=True, kw_only=True)
class ForkPages:
    """What the two processes of a run write to."""

    supervisor: Pages = Pages()
    run: Pages = Pages()


def _own_ranges() -> list[PageRange]:
    ranges: list[PageRange] = []
    for page in _own_pages():
        if ranges and sum(ranges[-1]) == page:
            ranges[-1] = (ranges[-1][0], ranges[-1][1] + 1)
        else:
            ranges.append((page, 1))
    return ranges


def _own_pages() -> Iterator[int]:
    """Return the pages of private memory that no other process shares, in ascending order."""
    with open("/proc/self/pagemap", "rb", buffering=0) as pagemap:
        for first, last in _private_mappings():
            pagemap.seek(first * _ENTRY_BYTES)
            entries = array("Q")
            entries.frombytes(pagemap.read((last - first) * _ENTRY_BYTES))
            yield from (first + i for i, entry in enumerate(entries) if entry & _OURS_ALONE == _OURS_ALONE)


def _private_mappings() -> list[PageRange]:
    """Return the first and the last page (exclusive) of each mapping that is private and can be written to."""
    found = []
    with open("/proc/self/maps", encoding="utf-8", errors="replace") as file:
        for line in file:
            addresses, permissions = line.split(maxsplit=2)[:2]
            start, end = (int(address, 16) for address in addresses.split("-"))
            if permissions.startswith("rw") and permissions.endswith("p") and end - start <= _LARGEST_BYTES:
                found.append((start // mmap.PAGESIZE, end // mmap.PAGESIZE))
    return found
