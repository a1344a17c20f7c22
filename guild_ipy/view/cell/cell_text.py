"""The text of a run below a cell of a notebook.

Plain lines are a stream, as those of the cell itself. A text in which the cursor moves is a block of its own, which is
shown again when it has changed (:mod:`guild_ipy.view.cell.terminal_text`). Of very many lines the first and the last
are shown.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

from guild_ipy.view.cell.cell_places import CellPlaces
from guild_ipy.view.cell.terminal_text import ROWS, TerminalText, find_control

#: After so many lines only the last ones are shown.
MOST_LINES = 1000
#: A block that has more lines which no longer change is ended, and another begun.
_BLOCK_LINES = 100
#: Of one portion of a text whose last lines are shown only the end is looked at, and no more lines than are shown.
_TAIL_CHARACTERS = 16384
_SECONDS_BETWEEN_UPDATES = 0.2


class CellText:
    """Writes the text of a run, in the order in which it comes.

    Parameters
    ----------
    places
        Where the run shows something below the cell.
    how_to_see_all
        Returns what a user does to see all lines.
    most_lines
        How many lines are shown before only the last ones are.
    """

    def __init__(
        self, places: CellPlaces, how_to_see_all: Callable[[], str], *, most_lines: float = MOST_LINES
    ) -> None:
        self._most_lines = most_lines
        self._places = places
        self._how_to_see_all = how_to_see_all
        self._block: _Block | None = None
        self._is_line_begun = False
        self._lines = 0
        self._skipped = 0

    @property
    def lines(self) -> int:
        """How many lines there are."""
        return self._lines + self._skipped

    def write(self, text: str) -> None:
        """Write more text; a part of it may be shown by the next call, or by :meth:`flush`."""
        while text:
            if self._lines >= self._most_lines:
                self._write_tail(text)
                return
            text = self._write_block(text) if self._block is not None else self._write_stream(text)

    def flush(self) -> None:
        """Show all that was written."""
        if self._block is not None:
            self._block.show()

    def clear(self) -> None:
        """Forget what is not shown yet, and count the lines anew."""
        self._block = None
        self._lines = self._skipped = 0

    def close(self) -> None:
        """Show all that was written, and begin anew with the next text: something else is shown in between."""
        if self._block is not None:
            self._block.show()
            self._block = None
        elif self._is_line_begun:
            self._stream("\n")

    def _write_stream(self, text: str) -> str:
        """Write to standard output up to the first line whose cursor moves; return the rest."""
        begin = 0 if self._places.was_cleared else find_control(text)
        if begin == 0 and self._is_line_begun:  # the front end knows what a return does
            begin = text.find("\n") + 1 or len(text)
        plain = text if begin is None else text[:begin]
        room = self._most_lines - self._lines
        if plain.count("\n") > room:
            plain = "".join(plain.splitlines(keepends=True)[: int(room)])
        self._stream(plain)
        rest = text[len(plain) :]
        if rest and self._lines < self._most_lines:
            self._block = _Block(self._places)
        return rest

    def _stream(self, text: str) -> None:
        if text:
            self._places.has_stream = True
            sys.stdout.write(text)
            sys.stdout.flush()
            self._lines += text.count("\n")
            self._is_line_begun = not text.endswith("\n")

    def _write_block(self, text: str) -> str:
        """Write to the block; plain text after the block has come to rest is returned."""
        assert self._block is not None
        may_stream = not self._places.was_cleared and find_control(text) != 0
        if may_stream and self._block.has_text and self._block.terminal.is_settled:
            self.close()
            self._is_line_begun = False
            return text
        self._block.terminal.feed(text)
        self._lines += self._block.take_final_lines()
        self._block.show_in_turn()
        if self._block.is_long:
            self._block = self._block.split()
        return ""

    def _write_tail(self, text: str) -> None:
        """Show the last lines only."""
        if self._block is None or not self._block.is_tail:
            self.close()
            self._block = _Block(self._places, is_tail=True)
        kept = "".join(text[-_TAIL_CHARACTERS:].splitlines(keepends=True)[-ROWS:])
        self._skipped += text.count("\n") - kept.count("\n")
        self._block.terminal.feed(kept)
        self._skipped += len(self._block.terminal.take_final_lines())
        if self._skipped:
            self._block.heading = f"… {self._skipped:,} lines are not shown here; {self._how_to_see_all()} …\n"
        self._block.show_in_turn()


class _Block:
    """A display whose text changes."""

    def __init__(self, places: CellPlaces, *, is_tail: bool = False) -> None:
        self.terminal = TerminalText()
        self.heading = ""
        self.is_tail = is_tail
        self._places = places
        self._place: str | None = None
        self._final: list[str] = []
        self._shown = ""
        self._next = 0.0

    @property
    def has_text(self) -> bool:
        return bool(self._final or self.terminal.text)

    @property
    def is_long(self) -> bool:
        return len(self._final) > _BLOCK_LINES

    def take_final_lines(self) -> int:
        """Keep the lines that no longer change; return how many there are more."""
        lines = self.terminal.take_final_lines()
        self._final += lines
        return len(lines)

    def split(self) -> _Block:
        """End with the lines that no longer change; return a block with the others."""
        other = _Block(self._places)
        other.terminal, self.terminal = self.terminal, other.terminal
        self.show()
        return other

    def show_in_turn(self) -> None:
        """Show the text, unless it was shown a moment ago."""
        if time.monotonic() >= self._next:
            self.show()

    def show(self) -> None:
        text = self.heading + "".join(f"{line}\n" for line in self._final) + self.terminal.text
        if text == self._shown:
            return
        bundle = {"text/plain": text.removesuffix("\n")}
        if self._place is None:
            self._place = self._places.show(bundle)
        else:
            self._places.update(self._place, bundle)
        self._shown = text
        self._next = time.monotonic() + _SECONDS_BETWEEN_UPDATES
