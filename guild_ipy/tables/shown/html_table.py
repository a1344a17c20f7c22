"""A table of runs as HTML."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from guild_ipy import markup
from guild_ipy.domain.status import RunStatus
from guild_ipy.tables.shown.shown_column import Look, ShownColumn
from guild_ipy.tables.shown.shown_table import ShownTable
from guild_ipy.tables.shown.table_style import CLASS, STYLE

_ELLIPSIS = "…"
#: More columns than this leave little room for texts.
_ROOMY = 10


def format_html(table: ShownTable) -> str:
    """Write a table with its style."""
    crowded = ' class="crowded"' if len(table.columns) > _ROOMY else ""
    head = _row("th", [_heading(column) for column in table.columns], table.column_gap)
    body = [_row("td", cells, table.column_gap) for cells in _rows(table)]
    if table.row_gap is not None:
        width = len(table.columns) + (table.column_gap is not None)
        body.insert(table.row_gap, f"<tr>{_gap('td') * width}</tr>")
    return (
        f'<div class="{CLASS}">{STYLE}'
        f"<table{crowded}><thead>{head}</thead><tbody>{''.join(body)}</tbody></table>{_below(table)}</div>"
    )


def _rows(table: ShownTable) -> Iterator[list[tuple[str, str]]]:
    columns = [list(_cells(column)) for column in table.columns]
    return ([column[row] for column in columns] for row in range(table.height))


def _row(tag: str, cells: Sequence[tuple[str, str]], gap: int | None) -> str:
    written = [f"<{tag}{attributes}>{content}</{tag}>" for attributes, content in cells]
    if gap is not None:
        written.insert(gap, _gap(tag))
    return f"<tr>{''.join(written)}</tr>"


def _gap(tag: str) -> str:
    return f'<{tag} class="gap">{_ELLIPSIS}</{tag}>'


def _heading(column: ShownColumn) -> tuple[str, str]:
    return f' class="{column.look.value}"', markup.text(column.heading)


def _cells(column: ShownColumn) -> Iterator[tuple[str, str]]:
    """Yield the attributes and the content of each cell."""
    for text, whole in zip(column.texts, column.wholes or column.texts, strict=True):
        title = f' title="{markup.text(whole)}"' if whole != text else ""
        if column.look is Look.STATUS and text:
            yield f' class="{text}"', f"<b>{RunStatus(text).sign}</b> {markup.text(text)}"
        else:
            yield f' class="{column.look.value}"{title}', markup.text(text)


def _below(table: ShownTable) -> str:
    common = "".join(f" <b>{markup.text(name)}</b> {markup.text(text)}" for name, text in table.common)
    return f"<p>{table.count}{common and f' · the same in all:{common}'}</p>"
