r"""Text with the colours of a terminal, as spans: words for the style of each, and the text.

The words are ``bold faint italic underline strike``, ``fg0`` to ``fg15`` for the colour of the text and ``bg0`` to
``bg15`` for its background: the eight colours and their bright ones. Other colours become the nearest of these, which
a page can show readably in any theme. Sequences that move the cursor are carried out first, as by a terminal; any that
remain, and all other control characters, are left out.

Examples
--------
>>> read_spans("a\x1b[1;31mb\x1b[0mc")
[('', 'a'), ('fg1 bold', 'b'), ('', 'c')]
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import product

from guild_ipy.view.cell.terminal_text import TerminalText, find_control
from guild_ipy.view.live import collapse_returns
from guild_ipy.widgets.detail.highlighting import Span

_STYLE = re.compile(r"\x1b\[([0-9;:]*)m")
_CONTROLS = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b[ -/]*[0-~]?|[\x00-\x08\x0b-\x1f\x7f-\x9f]"
)
#: A terminal is slow; of longer texts it is given the end, and before that only returns are followed.
_MOST_FOR_TERMINAL = 60_000
_WORDS = {1: "bold", 2: "faint", 3: "italic", 4: "underline", 9: "strike"}
_ENDS = {22: ("bold", "faint"), 23: ("italic",), 24: ("underline",), 29: ("strike",), 39: ("fg",), 49: ("bg",)}
#: The first of eight codes: of which kind, and which of the colours.
_EIGHT = {30: ("fg", 0), 90: ("fg", 8), 40: ("bg", 0), 100: ("bg", 8)}
_ANY = {38: "fg", 48: "bg"}
_FROM_TABLE, _FROM_PARTS = 5, 2
_PALETTE = (
    *((0, 0, 0), (170, 0, 0), (0, 170, 0), (170, 85, 0), (0, 0, 170), (170, 0, 170), (0, 170, 170), (170, 170, 170)),
    *((85, 85, 85), (255, 85, 85), (85, 255, 85), (255, 255, 85), (85, 85, 255), (255, 85, 255), (85, 255, 255)),
    (255, 255, 255),
)
_STEPS = (0, 95, 135, 175, 215, 255)
#: The colours of a terminal that has 256.
_TABLE = (
    *_PALETTE,
    *product(_STEPS, repeat=3),
    *((level, level, level) for level in range(8, 248, 10)),
)


def read_spans(text: str) -> list[Span]:
    """Return the spans of a text that may move the cursor of a terminal."""
    if find_control(text) is not None:
        text = _show_in_terminal(text)
    spans: list[Span] = []
    style: dict[str, str] = {}
    for place, part in enumerate(_STYLE.split(text)):
        if place % 2:
            _change(style, part)
        elif plain := _CONTROLS.sub("", part):
            spans.append((" ".join(sorted(style.values(), key=_order)), plain))
    return spans


def _show_in_terminal(text: str) -> str:
    begin = text.find("\n", len(text) - _MOST_FOR_TERMINAL) + 1 if len(text) > _MOST_FOR_TERMINAL else 0
    terminal = TerminalText()
    terminal.feed(text[begin:])
    shown = "".join(f"{line}\n" for line in terminal.take_final_lines()) + terminal.text
    return collapse_returns(text[:begin]) + shown


def _order(word: str) -> tuple[bool, str]:
    return not word.startswith(("fg", "bg")), word


def _change(style: dict[str, str], codes: str) -> None:
    """Apply the codes of an escape sequence to a style; its keys are words, and ``fg`` and ``bg`` for the colours."""
    numbers = iter([int(code[:4] or 0) for code in re.split("[;:]", codes)])
    for number in numbers:
        eight = _EIGHT.get(number - number % 10)
        if number == 0:
            style.clear()
        elif number in _WORDS:
            style[_WORDS[number]] = _WORDS[number]
        elif number in _ENDS:
            for kind in _ENDS[number]:
                style.pop(kind, None)
        elif number in _ANY:
            style[_ANY[number]] = f"{_ANY[number]}{_read_colour(numbers)}"
        elif eight is not None and number % 10 in range(8):
            style[eight[0]] = f"{eight[0]}{eight[1] + number % 10}"


def _read_colour(following: Iterator[int]) -> int:
    """Return the place in the palette of a colour that is written by its number or by its parts."""
    form = next(following, None)
    if form == _FROM_TABLE:
        return _nearest(_TABLE[next(following, 0) % len(_TABLE)])
    parts = [next(following, 0) for _ in range(3)] if form == _FROM_PARTS else [0, 0, 0]
    return _nearest(tuple(parts))


@lru_cache(maxsize=1024)
def _nearest(colour: tuple[int, ...]) -> int:
    def distance(place: int) -> int:
        return sum((one - other) ** 2 for one, other in zip(colour, _PALETTE[place], strict=True))

    return min(range(len(_PALETTE)), key=distance)
