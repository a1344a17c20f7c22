"""The output of a run as it grows, in portions that a face can show.

The file has all of it. Output that comes faster than the face can show it is skipped, with a note.
"""

from __future__ import annotations

import codecs
import contextlib
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from guild_ipy.settings import Settings
from guild_ipy.store.files.regular_file import open_reader
from guild_ipy.store.run_dir import RunDir

_CHUNK = 65536


class OutputTail:
    """Reads the output of a run, from its beginning or from now on.

    Parameters
    ----------
    run_dir
        The run.
    settings
        ``output_interval`` and ``output_rate``.
    from_start
        Whether to begin with the output that is already there.
    """

    def __init__(self, run_dir: RunDir, settings: Settings, *, from_start: bool = True) -> None:
        self._interval = settings.output_interval
        self._tail = _Tail(path=run_dir.output, rate=settings.output_rate)
        if not from_start:
            self._tail.skip_to_end()

    def follow(self, wait: Callable[[float], bool]) -> Iterator[str]:
        """Yield new output as text until `wait(seconds)` returns that the run has ended."""
        while not wait(self._interval):
            text = self._tail.read(final=False)
            if text:
                yield text
        yield from self.rest()

    def rest(self) -> Iterator[str]:
        """Yield the rest of the output of a run that has ended."""
        text = self._tail.read(final=True)
        if text:
            yield text


@dataclass(kw_only=True)
class _Tail:
    """Reads a growing file with a budget of bytes a second."""

    path: str
    rate: int
    offset: int = 0
    budget: float = 0.0
    last: float = 0.0
    skipped: int = 0

    def __post_init__(self) -> None:
        self.budget = float(self.rate)
        self.last = time.monotonic()
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")

    def skip_to_end(self) -> None:
        self.offset = _size(self.path)

    def read(self, *, final: bool) -> str:
        """Return the output that the budget allows; at the end, that of one second."""
        self._refill()
        available = _size(self.path) - self.offset
        if available <= 0:
            return self._decoder.decode(b"", final=True) if final else ""
        allowed = self.rate if final else int(self.budget)
        notice = ""
        if available > max(allowed, _CHUNK if not final else 0) and (final or available > 2 * self.rate):
            notice = self._skip(available - allowed)
        return notice + self._take(allowed, final=final)

    def _refill(self) -> None:
        now = time.monotonic()
        self.budget = min(float(self.rate), self.budget + (now - self.last) * self.rate)
        self.last = now

    def _take(self, allowed: int, *, final: bool) -> str:
        content = _read_at(self.path, self.offset, allowed)
        self.offset += len(content)
        self.budget -= len(content)
        return self._decoder.decode(content, final=final)

    def _skip(self, count: int) -> str:
        """Skip `count` bytes and the rest of their last line; return a note."""
        rest = _read_at(self.path, self.offset + count, _CHUNK)
        count += rest.find(b"\n") + 1
        self.offset += count
        self._decoder.reset()
        return f"\n… {count:,} bytes of output are not shown here; all of it is in {self.path} …\n"


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size
    except FileNotFoundError:
        return 0


def _read_at(path: str, offset: int, count: int) -> bytes:
    """Read a part of a file; nothing if the run has replaced it by something else."""
    parts = []
    with contextlib.suppress(OSError), open_reader(path) as file:
        file.seek(offset)
        while count > 0 and (part := file.read(min(count, _CHUNK))):
            parts.append(part)
            count -= len(part)
    return b"".join(parts)
