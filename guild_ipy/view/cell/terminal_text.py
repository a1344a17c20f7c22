r"""Text with cursor movements, as a terminal shows it: progress bars, and displays that are drawn again and again.

A terminal is emulated by pyte. Lines that have left its screen no longer change; colours stay in the text, as escape
sequences that a notebook understands.

Examples
--------
>>> terminal = TerminalText()
>>> terminal.feed("outer 1/2\n\rinner 1/9\x1b[A\router 2/2\n\rinner 9/9\n")
>>> terminal.text
'outer 2/2\ninner 9/9\n'
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import pyte
from pyte.modes import LNM
from pyte.screens import Char

#: Wider than any line that a program would break: a run is told that its terminal has 120 columns.
_COLUMNS = 2000
#: The lines of the screen.
ROWS = 60
#: What moves the cursor or erases: not a colour (``m``), and not the return of ``\r\n``.
_CONTROL = re.compile(r"\r(?!\n)|\x08|\x1b(?!\[[0-9;:]*m)")
#: All but the last two texts of a line between which the cursor only returns: the last one may be shorter.
_RETURNS = re.compile(r"[^\n\r\x1b\x08]*\r(?=[^\n\r\x1b\x08]*\r[^\n\r\x1b\x08]*\r)")
#: pyte's names of the eight colours, in their order.
_COLOURS = ("black", "red", "green", "brown", "blue", "magenta", "cyan", "white")
_STYLES: Mapping[str, int] = {"bold": 1, "italics": 3, "underscore": 4, "reverse": 7, "strikethrough": 9}


def find_control(text: str) -> int | None:
    """Return where in a text the line begins in which the cursor is moved first; None if it never is."""
    found = _CONTROL.search(text)
    return None if found is None else text.rfind("\n", 0, found.start()) + 1


class TerminalText:
    """The text of a terminal that is fed with what a program prints."""

    def __init__(self) -> None:
        self._screen = pyte.HistoryScreen(_COLUMNS, ROWS, history=10**6)
        self._screen.set_mode(LNM)  # a newline also returns: no terminal driver has added that
        self._stream = pyte.Stream(self._screen)

    def feed(self, text: str) -> None:
        """Interpret more output."""
        self._stream.feed(_RETURNS.sub("", text))

    def take_final_lines(self) -> list[str]:
        """Return the lines that have left the screen since the last call."""
        lines = [_format(line) for line in self._screen.history.top]
        self._screen.history.top.clear()
        return lines

    @property
    def text(self) -> str:
        """The lines of the screen, up to the cursor or the last one that is not empty."""
        lines = [_format(self._screen.buffer[row]) if row in self._screen.buffer else "" for row in range(ROWS)]
        last = max((row for row, line in enumerate(lines) if line), default=-1)
        cursor = self._screen.cursor
        shown = lines[: max(last + 1, cursor.y + (cursor.x > 0))]
        return "".join(f"{line}\n" for line in shown)

    @property
    def is_settled(self) -> bool:
        """Whether the cursor is at the beginning of an empty line below all text, so nothing above need change."""
        cursor = self._screen.cursor
        return bool(cursor.x == 0 and self.text.count("\n") <= cursor.y)


def _format(line: Mapping[int, Char]) -> str:
    """Return a line with escape sequences for its colours, without spaces at its end."""
    parts, style = [], ""
    width = max((column for column, char in line.items() if char.data.strip() or char.bg != "default"), default=-1)
    for column in range(width + 1):
        char = line.get(column)  # a look must not make the character
        new = "" if char is None else _style(char)
        if new != style:
            parts.append(f"\x1b[0;{new}m" if new else "\x1b[0m")
            style = new
        parts.append(" " if char is None else char.data)
    return "".join([*parts, "\x1b[0m" if style else ""])


def _style(char: Char) -> str:
    codes = [str(code) for name, code in _STYLES.items() if getattr(char, name)]
    codes += [*_colour(char.fg, 30), *_colour(char.bg, 40)]
    return ";".join(codes)


def _colour(name: str, first: int) -> list[str]:
    """Return the codes of a colour: of text from 30 on, of the background from 40 on."""
    if name == "default":
        return []
    plain = name.removeprefix("bright").replace("yellow", "brown")
    if plain in _COLOURS:
        return [str(first + _COLOURS.index(plain) + 60 * name.startswith("bright"))]
    red, green, blue = (int(name[place : place + 2], 16) for place in (0, 2, 4))
    return [str(first + 8), "2", str(red), str(green), str(blue)]
