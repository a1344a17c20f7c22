r"""Finds scalars in the output of a run.

Each line is matched against patterns: regular expressions in one of these forms, those of ``output-scalars``
in a Guild file::

    (\w+)=([0-9.]+)                 two groups: key and value
    (?P<_key>\w+)=(?P<_val>\S+)     the same
    loss=(?P<loss>\S+)              the name of a group is the key; several are several keys
    loss: error is (\S+)            KEY: and an expression with one group

In them ``\key``, ``\value`` and ``\step`` stand for what the default patterns match as such. A value that is
not a number is ignored. The key ``step`` is the step of the values of its line and of all that follow;
before the first it is 0. A value that only repeats a flag of that name is not a scalar, unless a pattern has the key
itself (:mod:`guild_ipy.engine.output.flag_echoes`). A carriage return ends a line as a newline does, colours are
ignored, and so is a line of more than 64 KiB.

A run may print faster than its output can be read. Output that cannot be read within some seconds after its end is
skipped, but for its last part, so that the last values are right. A match of a user's pattern that takes long is ended,
and after a few such lines the pattern is not used for the rest of the run, with a note in the output
(:mod:`guild_ipy.engine.output.match_limit`).
"""

from __future__ import annotations

import contextlib
import math
import os
import re
import shutil
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from threading import get_native_id

from guild_ipy.domain.values.scalars import DEFAULT_PATTERNS, ScalarPoint, expand_aliases
from guild_ipy.engine.output.flag_echoes import EchoFilter
from guild_ipy.engine.output.match_limit import MatchLimit, TooSlow
from guild_ipy.errors import StoreError, UsageError
from guild_ipy.store.events.events import EVENT_MARK, EventWriter
from guild_ipy.store.files.folders import make_folders
from guild_ipy.store.files.regular_file import open_regular
from guild_ipy.store.run_dir import RunDir

MAX_LINE_BYTES = 65536
STEP = "step"

_CHUNK_BYTES = 2**18
#: How many bytes are read of the output of a run that has ended, and at least of its end.
_LONGEST_SECONDS = 3.0
_LAST_BYTES = 2**18
#: Processor time of one match: usual patterns take a tenth of it for a whole chunk.
_MATCH_SECONDS = 0.4
_MOST_SLOW_LINES = 3
_NAMED = re.compile(r"([^\s:()\[\]\\]+): +(.+)\Z", re.DOTALL)
_KEY_AND_VALUE = 2
_ANSI = re.compile(rb"\x1b\[[0-9;?]*[A-Za-z]")


class OutputScanner:
    r"""Finds scalars in output that comes piece by piece.

    Examples
    --------
    >>> [point.value for point in OutputScanner().feed(b"loss: 0.5\nloss: 0.")]
    [0.5]
    """

    def __init__(self, patterns: Sequence[str] = DEFAULT_PATTERNS, flags: Mapping[str, float] | None = None) -> None:
        self._patterns = [_parse_pattern(pattern) for pattern in patterns]
        self._limit = MatchLimit(_MATCH_SECONDS) if needs_limit(patterns) else None
        self._slow: Counter[str] = Counter()
        declared = {key for pattern in self._patterns for key in pattern.declared_keys}
        self._echoes = EchoFilter({name: value for name, value in (flags or {}).items() if name not in declared})
        self._needed = b":" if tuple(patterns) == DEFAULT_PATTERNS else b""
        self._rest = b""
        self._is_too_long = False
        self._step = 0

    def feed(self, data: bytes) -> list[ScalarPoint]:
        """Return the points of the lines that the next piece completes."""
        lines = (self._rest + data).replace(b"\r", b"\n").split(b"\n")
        if self._is_too_long and len(lines) > 1:
            lines[0] = b""
            self._is_too_long = False
        self._rest = lines.pop()
        if len(self._rest) > MAX_LINE_BYTES:
            self._rest = b""
            self._is_too_long = True
        with self._limit.counted() if self._limit else contextlib.nullcontext():
            points = [point for line in lines if self._needed in line for point in self._read_line(line)]
        return self._echoes.let_through(points)

    def skip_line(self) -> None:
        """Skip the rest of the line with which the next piece begins."""
        self._rest = b""
        self._is_too_long = True

    def finish(self) -> list[ScalarPoint]:
        """Return the points of a last line without newline."""
        return self.feed(b"\n")

    @property
    def slow_patterns(self) -> Sequence[str]:
        """Patterns that took too long on some lines."""
        return [*self._slow]

    def _read_line(self, line: bytes) -> list[ScalarPoint]:
        if len(line) > MAX_LINE_BYTES:
            return []
        plain = _ANSI.sub(b"", line) if b"\x1b" in line else line
        text = plain.decode("utf-8", "ignore").rstrip()
        values = dict(self._find(text))
        step = values.pop(STEP, None)
        if step is not None and abs(step) < 2**63:
            self._step = int(step)
        return [ScalarPoint(tag=key, value=value, step=self._step) for key, value in sorted(values.items())]

    def _find(self, text: str) -> Iterator[tuple[str, float]]:
        if self._limit is None:  # the default patterns do not backtrack
            for pattern in self._patterns:
                yield from pattern.find(text)
            return
        for pattern in [*self._patterns]:
            try:
                with self._limit.matching():
                    found = [*pattern.find(text)]
            except TooSlow:
                self._slow[pattern.text] += 1
                if self._slow[pattern.text] >= _MOST_SLOW_LINES:
                    self._patterns.remove(pattern)
            else:
                yield from found


class ScalarRecorder:
    """Writes the output scalars of one run to an event file, which is made at the first point.

    Points that could not be written (disk full) are written by the next scan.
    """

    def __init__(
        self, run_dir: RunDir, patterns: Sequence[str], flags: Mapping[str, float], *, folder: str | None = None
    ) -> None:
        self._run_dir = run_dir
        self._folder = folder or run_dir.guild
        self._scanner = OutputScanner(patterns, flags)
        self._offset = 0
        self._unwritten: list[ScalarPoint] = []
        self._writer: EventWriter | None = None

    def scan(self, seconds: float = math.inf) -> bool:
        """Read new output for about `seconds` and write its points; return whether all of it is read."""
        deadline = time.monotonic() + seconds
        for chunk in self._read_new():
            self._unwritten += self._scanner.feed(chunk)
            self._write()
            if time.monotonic() > deadline:
                return False
        return True

    def scan_end(self) -> None:
        """Read the rest after the end of the run, or the last part of a rest that is too long."""
        if not self.scan(_LONGEST_SECONDS):
            self._offset = max(self._offset, os.stat(self._run_dir.output).st_size - _LAST_BYTES)
            self._scanner.skip_line()
            self.scan()

    @property
    def slow_patterns(self) -> Sequence[str]:
        """Patterns that took too long on some lines, which may lack values."""
        return self._scanner.slow_patterns

    def close(self) -> None:
        """Read the last line as complete, and close the event file."""
        self._unwritten += self._scanner.finish()
        try:
            self._write()
        finally:
            if self._writer is not None:
                self._writer.close()
                self._writer = None

    def _read_new(self) -> Iterator[bytes]:
        try:
            descriptor = open_regular(self._run_dir.output)
        except OSError:  # the run has removed or replaced it
            return
        try:
            while chunk := os.pread(descriptor, _CHUNK_BYTES, self._offset):
                self._offset += len(chunk)
                yield chunk
        finally:
            os.close(descriptor)

    def _write(self) -> None:
        if not self._unwritten:
            return
        if self._writer is None:
            self._writer = EventWriter(self._folder)
        self._writer.write(self._unwritten)
        self._unwritten = []


def recover_scalars(run_dir: RunDir, patterns: Sequence[str], flags: Mapping[str, float]) -> Sequence[str]:
    """Write the output scalars of a run again from all of its output, since its supervisor died.

    Return the patterns that took too long on some lines.
    """
    folder = f"{run_dir.tmp}/scalars.{get_native_id()}"
    try:
        make_folders(folder, inside=run_dir.guild)
        recorder = ScalarRecorder(run_dir, patterns, flags, folder=folder)
        recorder.scan_end()
        recorder.close()
        old, new = _list_event_files(run_dir.guild), _list_event_files(folder)
        for name in new:
            os.rename(f"{folder}/{name}", f"{run_dir.guild}/{name}")
        for name in old - new:
            os.unlink(f"{run_dir.guild}/{name}")
    except OSError as error:
        raise StoreError(f"cannot write the scalars of run {run_dir.short_id!r}: {error.strerror}") from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return recorder.slow_patterns


def needs_limit(patterns: Sequence[str]) -> bool:
    """Whether patterns may backtrack for long: all but the default ones."""
    return tuple(patterns) != DEFAULT_PATTERNS


def check_patterns(patterns: Iterable[str]) -> None:
    """Raise UsageError for a pattern that is not a regular expression, or whose groups have no meaning."""
    for pattern in patterns:
        _parse_pattern(pattern)


def guild_patterns(patterns: Sequence[str]) -> list[str | dict[str, str]] | None:
    r"""Return patterns as ``output-scalars`` of a Guild file has them; None for the default ones.

    Examples
    --------
    >>> guild_patterns([r"loss: error is (\S+)"])
    [{'loss': 'error is (\\S+)'}]
    """
    if tuple(patterns) == DEFAULT_PATTERNS:
        return None
    parsed = [_parse_pattern(pattern) for pattern in patterns]
    return [{each.name: each.expression.pattern} if each.name else each.expression.pattern for each in parsed]


@dataclass(frozen=True, kw_only=True)
class _Pattern:
    text: str
    """The pattern as the user wrote it."""
    expression: re.Pattern[str]
    name: str | None = None

    @property
    def declared_keys(self) -> frozenset[str]:
        """The keys in the pattern itself; keys that it finds in a line may be names of flags."""
        named = self.expression.groupindex.keys() - {"_key", "_val"}
        return frozenset(named if self.name is None else {self.name})

    def find(self, text: str) -> Iterator[tuple[str, float]]:
        for match in self.expression.finditer(text):
            for key, found in self._pairs(match):
                try:
                    yield key, float(found)
                except (TypeError, ValueError):
                    continue

    def _pairs(self, match: re.Match[str]) -> list[tuple[str, str]]:
        named = match.groupdict()
        if not named:
            return [(match[1], match[2]) if self.name is None else (self.name, match[1])]
        if named.keys() >= {"_key", "_val"}:
            return [(named["_key"], named["_val"])]
        return list(named.items())


def _parse_pattern(pattern: str) -> _Pattern:
    expression = _compile(pattern, pattern)
    if expression.groupindex or expression.groups == _KEY_AND_VALUE:
        return _Pattern(text=pattern, expression=expression)
    named = _NAMED.match(pattern)
    if expression.groups == 1 and named:
        return _Pattern(text=pattern, expression=_compile(named[2], pattern), name=named[1])
    raise UsageError(
        f"output scalar pattern {pattern!r} has {expression.groups} groups; name them, or write KEY: before "
        "an expression with one group"
    )


def _compile(text: str, pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(expand_aliases(text))
    except re.error as error:
        raise UsageError(f"output scalar pattern {pattern!r} is no regular expression: {error}") from error


def _list_event_files(folder: str) -> set[str]:
    return {name for name in os.listdir(folder) if EVENT_MARK in name}
