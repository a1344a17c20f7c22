r"""Reads tables that grow by a row for each epoch.

A table begins with a line of names, of which one is that of a metric; its cells are divided by bars, tabs, commas, or
two blanks, or by one blank if the first name is that of a step::

    epoch     train_loss  valid_loss  accuracy  time
    0         0.693147    0.512345    0.801234  00:05

A row has as many cells, all of them numbers or times. Other lines may come between rows; the next line of names begins
another table.
"""

from __future__ import annotations

import re

from guild_ipy.engine.output.line_parts import NUMBER, WORDS, parse_number
from guild_ipy.engine.output.metric_lines import MetricLine, StepKind
from guild_ipy.engine.output.metric_names import is_metric, is_name, scalar_name

_LEAST_CELLS = 2
_MOST_CELLS = 40
_MOST_CHARACTERS = 1000
_BARS = re.compile(r"[|│┃]")
_WIDE = re.compile(r"\t+|\s{2,}")
_NUMBER = re.compile(rf"(?P<number>{NUMBER})%?", re.IGNORECASE)
_NO_NUMBER = re.compile(r"\d+(?::\d\d)+(?:\.\d+)?|\d+(?:\.\d+)?\s?(?:ms|s|m|h)|None|-+|")
_NAME = re.compile(WORDS, re.VERBOSE)
_STEP = re.compile(r"(?:global[ _])?(?:epoch|step|iter(?:ation)?|round|episode|gen(?:eration)?)\b", re.IGNORECASE)


class TableReader:
    """Recognizes tables in lines that come one by one.

    Examples
    --------
    >>> table = TableReader()
    >>> table.begins_with("| epoch | loss |"), table.read_row("| 3 | 0.5 |").values
    (True, {'loss': 0.5})
    """

    def __init__(self) -> None:
        self._names: list[str] = []

    def begins_with(self, text: str) -> bool:
        """Whether a line has the names of another table than before; its rows are those that follow."""
        if len(text) > _MOST_CHARACTERS:
            return False
        cells = _split(text)
        if len(cells) < _LEAST_CELLS and _STEP.match(text.strip()):
            cells = text.split()
        if cells == self._names or not _LEAST_CELLS <= len(cells) <= _MOST_CELLS or not all(map(_is_heading, cells)):
            return False
        if len({*cells}) < len(cells) or not any(is_metric(cell) for cell in cells):
            return False
        self._names = cells
        return True

    def read_row(self, text: str) -> MetricLine | None:
        """Read a row of the table that has begun; None for any other line."""
        if not self._names or len(text) > _MOST_CHARACTERS:
            return None
        cells = _split(text)
        if len(cells) < len(self._names):
            cells = text.split()
        if len(cells) != len(self._names):
            return None
        found = [_NUMBER.fullmatch(cell) for cell in cells]
        if not any(found) or not all(
            each or _NO_NUMBER.fullmatch(cell) for each, cell in zip(found, cells, strict=True)
        ):
            return None
        numbers = {name: parse_number(each["number"]) for name, each in zip(self._names, found, strict=True) if each}
        return _line(numbers)


def _split(text: str) -> list[str]:
    if _BARS.search(text):
        cells = _BARS.split(text)
        outer = (cells[0].strip() == "", cells[-1].strip() == "")
        return [cell.strip() for cell in cells[outer[0] : len(cells) - outer[1]]]
    return [cell.strip() for cell in (text.split(",") if "," in text else _WIDE.split(text.strip()))]


def _is_heading(cell: str) -> bool:
    return _NAME.fullmatch(cell) is not None and is_name(cell)


def _line(numbers: dict[str, float]) -> MetricLine:
    counted = next((name for name in numbers if _STEP.fullmatch(name)), None)
    values = {scalar_name(name): number for name, number in numbers.items() if name != counted}
    if counted is None or not abs(numbers[counted]) < 2**63:
        return MetricLine(values=values)
    return MetricLine(values=values, step=int(numbers[counted]), step_kind=StepKind.EPOCH)
