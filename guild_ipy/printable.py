r"""Text that is safe for a terminal: names, labels and messages of others cannot steer it.

Only the output of a run, and a file that ``cat`` shows, are written as they are.
"""

from __future__ import annotations

TYPE_CHECKING = False  # typing.TYPE_CHECKING, without loading typing: every shell command loads this
if TYPE_CHECKING:
    from collections.abc import Sequence

#: How Python represents bytes of file names that are not UTF-8; lower ones can be control characters.
_FIRST_BYTE, _LAST_BYTE = "\udca0", "\udcff"


def printable(text: str) -> str:
    r"""Write every control character of a text as an escape, so that it stays on its line.

    Examples
    --------
    >>> printable("a\x1b[31m\nb"), printable("für 3 €")
    ('a\\x1b[31m\\nb', 'für 3 €')
    """
    if text.isprintable():
        return text
    return "".join(char if _is_shown(char) else repr(char)[1:-1] for char in text)


def printable_lines(text: str) -> str:
    r"""Do the same to a text of several lines: new lines and tabs stay.

    Examples
    --------
    >>> printable_lines("a\tb\r\n\x1b[2J")
    'a\tb\\r\n\\x1b[2J'
    """
    return "\n".join("\t".join(map(printable, line.split("\t"))) for line in text.split("\n"))


def align_columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Write rows of cells, which are printable, as lines with the columns below each other.

    Examples
    --------
    >>> align_columns([("run", "lr"), ("3f2a1b4c", "0.1")])
    ['run       lr', '3f2a1b4c  0.1']
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]


def _is_shown(char: str) -> bool:
    return char.isprintable() or _FIRST_BYTE <= char <= _LAST_BYTE
