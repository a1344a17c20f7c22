"""The output of a run as it grows, in portions that a face can show.

A portion is text, or something that the run displayed. The file has all of it. Output that comes faster than the face
can show it is skipped, with a note.
"""

from __future__ import annotations

import codecs
import contextlib
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from guild_ipy.settings import Settings
from guild_ipy.store.displays.display import Display
from guild_ipy.store.displays.display_log import DisplayReader, load_values
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
        self._run_dir = run_dir
        self._tail = _Tail(path=run_dir.output, rate=settings.output_rate)
        self._log = DisplayReader(run_dir)
        self._awaited: dict[str, Display] = {}
        """Displays by id whose text has not been reached."""
        if not from_start:
            self._tail.skip_to_end()
            for _ in self._log.read_new():
                pass

    def follow(self, wait: Callable[[float], bool]) -> Iterator[str | Display]:
        """Yield new output, as text and displays, until `wait(seconds)` returns that the run has ended."""
        while not wait(self._interval):
            yield from self.new()
        yield from self.rest()

    def new(self) -> Iterator[str | Display]:
        """Yield the output that has come since the last call."""
        yield from self._read(final=False)

    def rest(self) -> Iterator[str | Display]:
        """Yield the rest of the output of a run that has ended."""
        yield from self._read(final=True)

    def _read(self, *, final: bool) -> Iterator[str | Display]:
        notice = self._tail.skip_excess(final=final)
        start, content = self._tail.read(final=final)
        self._read_log()  # after the output: an entry is written before its text
        end = start + len(content)
        decode = self._tail.decode
        yield from filter(None, [notice])
        for display in self._reached(end, final=final):
            text = decode(content[: max(0, display.at - start)])
            yield from filter(None, [text])
            yield load_values(self._run_dir, display)
            after = max(start, display.at + display.length)
            content, start = content[after - start :], after
        self._tail.offset = max(end, start)
        yield from filter(None, [decode(content, final=final)])

    def _read_log(self) -> None:
        for each in self._log.read_new():
            if isinstance(each, Display):
                self._awaited[each.id] = each
            elif each.id in self._awaited:
                self._awaited[each.id] = replace(self._awaited[each.id], at=each.at)

    def _reached(self, end: int, *, final: bool) -> list[Display]:
        """Return the displays whose text begins before `end`, in order, and forget them."""
        reached = [each for each in self._awaited.values() if final or each.at < end + (not each.length)]
        for each in reached:
            del self._awaited[each.id]
        return sorted(reached, key=lambda each: each.at)


@dataclass(kw_only=True)
class _Tail:
    """Reads a growing file with a budget of bytes a second."""

    path: str
    rate: int
    offset: int = 0
    budget: float = 0.0
    last: float = 0.0

    def __post_init__(self) -> None:
        self.budget = float(self.rate)
        self.last = time.monotonic()
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")

    def skip_to_end(self) -> None:
        self.offset = _size(self.path)

    def skip_excess(self, *, final: bool) -> str:
        """Skip output that comes faster than the budget allows, up to the next line; return a note if there is some."""
        self._refill()
        available, allowed = _size(self.path) - self.offset, self._allowed(final=final)
        if available <= max(allowed, 0 if final else _CHUNK) or not (final or available > 2 * self.rate):
            return ""
        count = available - allowed
        rest = _read_at(self.path, self.offset + count, _CHUNK)
        count += rest.find(b"\n") + 1
        self.offset += count
        self._decoder.reset()
        return f"\n… {count:,} bytes of output are not shown here; all of it is in {self.path} …\n"

    def read(self, *, final: bool) -> tuple[int, bytes]:
        """Return the output that the budget allows; at the end, that of one second; and where it begins."""
        content = _read_at(self.path, self.offset, self._allowed(final=final))
        self.budget -= len(content)
        return self.offset, content

    def decode(self, content: bytes, *, final: bool = False) -> str:
        return self._decoder.decode(content, final=final)

    def _allowed(self, *, final: bool) -> int:
        return self.rate if final else int(self.budget)

    def _refill(self) -> None:
        now = time.monotonic()
        self.budget = min(float(self.rate), self.budget + (now - self.last) * self.rate)
        self.last = now


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
