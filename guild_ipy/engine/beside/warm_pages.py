"""Copies the memory that a run will write to before the run is asked for.

A fork shares the memory of its parent, and each page is copied when it is first written to, which takes 2 us and more;
reading a Python object writes its reference count. An empty run and its supervisor copy some 800 pages
each, a third of the time of the run, and nearly the same ones for each run. So the first run of a fork server notes at
its end which pages it has copied, as does its supervisor, and those that are forked ahead of a later run copy these
while they wait.

Copying a page changes no content, so a wrong note costs some memory and does no harm.
"""

from __future__ import annotations

import contextlib
import json
import mmap
from collections.abc import Iterable
from dataclasses import dataclass, field

from guild_ipy.linux import copied_pages, copy_pages, private_memory

PageRange = tuple[int, int]
"""The number of a page, and how many there are from it on."""

_NOTE_BYTES = 2**16
#: A run that writes to more takes long anyway, and each process that waits would hold as much memory.
_MOST_PAGES = 4096


class WarmPages:
    """The pages that one of the two processes of a run writes to; made by the fork server before it forks."""

    def __init__(self) -> None:
        self._memory = private_memory()
        self._note = mmap.mmap(-1, _NOTE_BYTES)
        """Shared by all forks."""

    def note(self) -> None:
        """Note the pages that the calling process has copied, unless another has done so for its fork server."""
        if self.noted():
            return
        with contextlib.suppress(OSError, MemoryError):  # the run has no descriptor or no memory left to look with
            pages = [*copied_pages(self._memory)]
            content = json.dumps(_join(pages)).encode()
            if len(pages) <= _MOST_PAGES and len(content) < _NOTE_BYTES:
                self._note[: len(content)] = content

    def noted(self) -> list[PageRange]:
        """Return what has been noted; empty if nothing was, or if it is being written."""
        try:
            return [(first, count) for first, count in json.loads(self._note[: self._note.find(b"\0")])]
        except (ValueError, TypeError):
            return []

    def copy(self) -> None:
        """Copy the pages that have been noted into the calling process."""
        copy_pages(self.noted())


@dataclass(frozen=True, kw_only=True)
class RunPages:
    """The pages of both processes of a run."""

    supervisor: WarmPages = field(default_factory=WarmPages)
    run: WarmPages = field(default_factory=WarmPages)


def _join(pages: Iterable[int]) -> list[PageRange]:
    ranges: list[PageRange] = []
    for page in pages:
        if ranges and sum(ranges[-1]) == page:
            ranges[-1] = (ranges[-1][0], ranges[-1][1] + 1)
        else:
            ranges.append((page, 1))
    return ranges
