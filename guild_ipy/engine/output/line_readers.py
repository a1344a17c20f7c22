"""Readers of lines of output: by the patterns of the user, or else the usual forms of metrics.

The usual forms are those of Guild AI, which mean the same here: ``key: number`` is a value, ``key: number (step N)``
says the step as well, and ``step: N`` that of all that follow; before the first it is 0. Any other line may be one of
metrics (``metric_lines``) or a row of a table (``metric_tables``). Its step is the one that it says, else the last one
that was said, else its place in a progress bar; else the values of each name are counted from 0.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Protocol

from guild_ipy.domain.values.scalars import DEFAULT_PATTERNS, ScalarPoint
from guild_ipy.engine.output.match_limit import MatchLimit, TooSlow
from guild_ipy.engine.output.metric_lines import MAX_CHARACTERS, MetricLine, StepKind, parse_line
from guild_ipy.engine.output.metric_names import is_metric
from guild_ipy.engine.output.metric_tables import TableReader
from guild_ipy.engine.output.scalar_patterns import are_usual, parse_pattern

STEP = "step"

#: Processor time of one match: usual patterns take a tenth of it for a whole chunk.
_MATCH_SECONDS = 0.4
_MOST_SLOW_LINES = 3
_MOST_SHAPES = 10_000
_MOST_STEP = 2**63
_ANSI = re.compile(rb"\x1b\[[0-9;?]*[A-Za-z]")
#: Lines that differ in digits only have one shape.
_TO_SHAPE = bytes.maketrans(b"123456789", b"000000000")
#: A line has one of these if it has a number, or names the columns of a table.
_MARKS = (
    *(b"0", b"nan", b"Nan", b"naN", b"NaN", b"NAN", b"inf", b"Inf", b"INF"),
    *(b"  ", b"\t", b"|", b",", "│".encode(), "┃".encode()),
    *(b"poch", b"POCH", b"step", b"Step", b"STEP", b"iter", b"Iter", b"ITER"),
)
_FRACTION = re.compile(r"\d\.\d|\d\s?%")
_WORD = re.compile(r"[^\W\d][\w-]*")
_SHOWN_CHARACTERS = 60
#: Values of Guild's form that are steps to the lines that only we read.
_STEP_NAMES = frozenset({"epoch", "step", "iteration", "iter", "global_step"})


class LineReader(Protocol):
    """Finds the points in lines of output, which come in their order.

    A reader keeps the step between calls. Lines are bytes without their end; those that are too long are left out.
    """

    @property
    def declared_keys(self) -> frozenset[str]:
        """Keys that are scalars even if they are the names of flags."""
        ...

    @property
    def slow_patterns(self) -> Sequence[str]:
        """Patterns that took too long on some lines."""
        ...

    @property
    def unread_line(self) -> str:
        """The first line that looks like a metric and of which nothing was read; empty if there is none."""
        ...

    def read(self, lines: Sequence[bytes]) -> list[ScalarPoint]:
        """Return the points of these lines."""
        ...


def make_reader(patterns: Sequence[str]) -> LineReader:
    """Return a reader for the patterns of the user, or for the usual forms if they are the default ones."""
    return UsualReader() if are_usual(patterns) else PatternReader(patterns)


class PatternReader:
    """Finds what the user's patterns match.

    A match that takes long is ended, and a pattern with a few such lines is not used any more.
    """

    def __init__(self, patterns: Sequence[str]) -> None:
        self._patterns = [parse_pattern(pattern) for pattern in patterns]
        self._limit = MatchLimit(_MATCH_SECONDS)
        self._slow: Counter[str] = Counter()
        self._step = 0
        self.declared_keys = frozenset(key for pattern in self._patterns for key in pattern.declared_keys)
        self.unread_line = ""

    @property
    def slow_patterns(self) -> Sequence[str]:
        """See :class:`LineReader`."""
        return [*self._slow]

    def read(self, lines: Sequence[bytes]) -> list[ScalarPoint]:
        """See :class:`LineReader`."""
        with self._limit.counted():
            return [point for line in lines for point in self._read_line(plain_text(line))]

    def _read_line(self, text: str) -> list[ScalarPoint]:
        values = dict(self._find(text))
        step = values.pop(STEP, None)
        if step is not None and abs(step) < _MOST_STEP:
            self._step = int(step)
        return _points(values, self._step)

    def _find(self, text: str) -> Iterator[tuple[str, float]]:
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


class UsualReader:
    """Finds metrics in the usual forms.

    Most lines of a long output are alike but for their digits. The shape of a line of which nothing was read is
    remembered, so that the next ones cost next to nothing.
    """

    def __init__(self) -> None:
        self._patterns = [parse_pattern(pattern) for pattern in DEFAULT_PATTERNS]
        self._step = 0
        self._said_step: int | None = None
        self._counts: Counter[str] = Counter()
        self._table = TableReader()
        self._dull: set[bytes] = {b""}
        self.declared_keys: frozenset[str] = frozenset()
        self.slow_patterns: Sequence[str] = ()
        self.unread_line = ""

    def read(self, lines: Sequence[bytes]) -> list[ScalarPoint]:
        """See :class:`LineReader`."""
        block = b"\n".join(lines).translate(_TO_SHAPE)
        shapes = block.split(b"\n")
        if self._dull.issuperset(shapes):
            return []
        marks = [mark for mark in _MARKS if mark in block]
        return [
            point
            for line, shape in zip(lines, shapes, strict=True)
            if shape not in self._dull and any(map(shape.__contains__, marks))
            for point in self._read_line(line, shape)
        ]

    def _read_line(self, line: bytes, shape: bytes) -> list[ScalarPoint]:
        found = self._find(line)
        if found is None and len(shape) <= MAX_CHARACTERS:
            if len(self._dull) >= _MOST_SHAPES:
                self._dull = {b""}
            self._dull.add(shape)
        return found or []

    def _find(self, line: bytes) -> list[ScalarPoint] | None:
        """Return the points of a line, None if every line of its shape can be passed over."""
        text = plain_text(line)
        values = {key: value for pattern in self._patterns for key, value in pattern.find(text)} if ":" in text else {}
        if values:
            return self._as_guild_reads(values)
        if len(text) > MAX_CHARACTERS:
            return None
        if self._table.begins_with(text):
            self._dull = {b""}
            return []
        found = self._table.read_row(text) or parse_line(text)
        if found is None:
            self._note_unread(text)
            return None
        return self._place(found)

    def _as_guild_reads(self, values: dict[str, float]) -> list[ScalarPoint]:
        step = values.pop(STEP, None)
        if step is not None and abs(step) < _MOST_STEP:
            self._step = self._said_step = int(step)
        epoch = next((value for name, value in values.items() if name.lower() in _STEP_NAMES), None)
        if epoch is not None and epoch.is_integer():
            self._said_step = int(epoch)
        return _points(values, self._step)

    def _place(self, line: MetricLine) -> list[ScalarPoint]:
        """Return the values of a line with their step."""
        step = line.step
        if line.sets_step:
            self._said_step = step
        elif step is None or (line.step_kind is StepKind.PLACE and self._said_step is not None):
            step = self._said_step
        if step is not None:
            return _points(line.values, step)
        points = [ScalarPoint(tag=key, value=value, step=self._counts[key]) for key, value in line.values.items()]
        self._counts.update(line.values.keys())
        return points

    def _note_unread(self, text: str) -> None:
        if not self.unread_line and _FRACTION.search(text) and any(map(is_metric, _WORD.findall(text))):
            self.unread_line = text.strip()[:_SHOWN_CHARACTERS]


def plain_text(line: bytes) -> str:
    """Return a line as text, without colours and what is blank at its end."""
    plain = _ANSI.sub(b"", line) if b"\x1b" in line else line
    return plain.decode("utf-8", "ignore").rstrip()


def _points(values: dict[str, float], step: int) -> list[ScalarPoint]:
    return [ScalarPoint(tag=key, value=value, step=step) for key, value in sorted(values.items())]
