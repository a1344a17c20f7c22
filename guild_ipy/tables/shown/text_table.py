"""A table of runs as text, in blocks of columns where it is wider than the screen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from guild_ipy.domain.status import RunStatus
from guild_ipy.printable import printable
from guild_ipy.tables.shown.shown_column import Look, ShownColumn
from guild_ipy.tables.shown.shown_table import ShownTable

_BETWEEN = "  "
_ELLIPSIS = "…"
_LABEL, _LEAST_LABEL = "label", 16


def format_text(table: ShownTable) -> str:
    """Write a table in lines of at most ``display.width`` characters, as far as its columns let it."""
    width = pd.get_option("display.width") if pd.get_option("display.expand_frame_repr") else None
    columns = _fit([_lines(column, table.row_gap) for column in table.columns], table, width)
    if table.column_gap is not None:
        columns.insert(table.column_gap, [_ELLIPSIS] * len(columns[0]))
    blocks = ["\n".join(map(_join, zip(*block, strict=True))) for block in _blocks(columns, width)]
    common = "".join(f"  {printable(name)}: {printable(text)}" for name, text in table.common)
    return "\n\n".join([*blocks, f"{table.count}{common and f' · the same in all:{common}'}"])


def _lines(column: ShownColumn, gap: int | None) -> list[str]:
    """Return the heading and the texts of a column, all of one width."""
    texts = [_text(column, text) for text in column.texts]
    if gap is not None:
        texts.insert(gap, _ELLIPSIS)
    lines = [printable(column.heading), *texts]
    width = max(map(len, lines))
    return [line.rjust(width) if column.look is Look.NUMBER else line.ljust(width) for line in lines]


def _text(column: ShownColumn, text: str) -> str:
    return f"{RunStatus(text).sign} {text}" if column.look is Look.STATUS and text else printable(text)


def _fit(columns: Sequence[list[str]], table: ShownTable, width: int | None) -> list[list[str]]:
    """Shorten the labels, if that puts all columns beside each other."""
    excess = len(_join([lines[0] for lines in columns])) - width if width else 0
    return [
        [_shorten(line, len(line) - excess) for line in lines]
        if column.heading == _LABEL and 0 < excess <= len(lines[0]) - _LEAST_LABEL
        else lines
        for column, lines in zip(table.columns, columns, strict=True)
    ]


def _shorten(line: str, width: int) -> str:
    return line[:width] if len(line.rstrip()) <= width else f"{line[: width - 1]}{_ELLIPSIS}"


def _blocks(columns: Sequence[list[str]], width: int | None) -> Iterator[list[list[str]]]:
    """Yield columns that fit beside each other; each block begins with the first column."""
    block = [columns[0]]
    for column in columns[1:]:
        if width and len(block) > 1 and len(_join([each[0] for each in (*block, column)])) > width:
            yield block
            block = [columns[0]]
        block.append(column)
    yield block


def _join(texts: Sequence[str]) -> str:
    return _BETWEEN.join(texts).rstrip()
