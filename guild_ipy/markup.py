"""The HTML of all results: text, tables, and colours for light and dark pages alike.

Text has the colour of the page. Text that is set off has a translucent background: no colour of text has a contrast
of 4.5 (WCAG 2.2, level AA) on white and on black, but the page's own text has it on both of these backgrounds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from guild_ipy.printable import printable

#: Backgrounds of text that is on one side only.
ADDED = "rgba(46, 160, 67, 0.25)"
REMOVED = "rgba(248, 81, 73, 0.25)"
#: Opacity of less important text.
FAINT = 0.75
_LEFT = "style='text-align:left'"


def text(value: str) -> str:
    r"""Write a text of one line: no markup, no control character, and no half of a character in it.

    Examples
    --------
    >>> text("<b>\x1b\udcff")
    '&lt;b&gt;\\x1b?'
    """
    return _escaped(printable(value))


def lines(value: str) -> str:
    """Write a text of several lines, as :func:`text` does."""
    return "\n".join("\t".join(map(text, line.split("\t"))) for line in value.split("\n"))


def table(rows: Iterable[str], head: str = "", caption: str = "") -> str:
    """Write a table of rows that are written already; `caption` is, too."""
    parts = [
        f"<caption style='white-space:nowrap;text-align:left'>{caption}</caption>" if caption else "",
        f"<thead>{head}</thead>" if head else "",
    ]
    return f"<table>{''.join(parts)}<tbody>{''.join(rows)}</tbody></table>"


def names_and_texts(rows: Mapping[str, str], caption: str = "") -> str:
    """Write a table with a name and a text in each row."""
    return table((row(heading(text(name)), cell(lines(value))) for name, value in rows.items()), caption=caption)


def row(*cells: str) -> str:
    """Write a row of cells that are written already."""
    return f"<tr>{''.join(cells)}</tr>"


def heading(content: str, columns: int = 1) -> str:
    """Write a cell that names others."""
    span = f" colspan='{columns}'" if columns > 1 else ""
    return f"<th {_LEFT}{span}>{content}</th>"


def cell(content: str) -> str:
    """Write a cell."""
    return f"<td {_LEFT}>{content}</td>"


def set_off(content: str, background: str) -> str:
    """Write content on another background."""
    return f"<span style='background:{background}'>{content}</span>"


def _escaped(value: str) -> str:
    from html import escape  # start-up cost: a terminal shows no HTML

    return escape(value.encode("utf-8", "replace").decode())
