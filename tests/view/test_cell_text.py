"""The text of a run below a cell: as a stream, and where the cursor moves as blocks that are shown anew."""

import pytest

from guild_ipy.view.cell.cell_places import CellPlaces
from guild_ipy.view.cell.cell_text import MOST_LINES, CellText


class Cell:
    """A front end: the outputs of one cell, in order, streams joined."""

    def __init__(self, capsys):
        self._capsys = capsys
        self._outputs = []
        self.messages = 0

    def publish(self, data, metadata=None, *, display_id=None, update=False):
        self._take_stream()
        self.messages += 1
        if update:
            (shown,) = [each for each in self._outputs if each[0] == display_id]
            shown[1] = data["text/plain"]
        else:
            self._outputs.append([display_id, data["text/plain"]])

    cell = ""

    def clear(self):
        self._take_stream()
        self._outputs.clear()

    def _take_stream(self):
        text = self._capsys.readouterr().out
        if text and self._outputs and self._outputs[-1][0] == "stream":
            self._outputs[-1][1] += text
        elif text:
            self._outputs.append(["stream", text])

    @property
    def shown(self):
        self._take_stream()
        return [("stream" if name == "stream" else "block", text) for name, text in self._outputs]


@pytest.fixture
def cell(capsys):
    return Cell(capsys)


@pytest.fixture
def text(cell):
    return CellText(CellPlaces(cell), lambda: "cat shows all")


def test_plain_lines_are_a_stream(cell, text):
    for part in ("a\nb", "c\n", "\x1b[31mred\x1b[0m\n"):
        text.write(part)
    text.close()
    assert cell.shown == [("stream", "a\nbc\n\x1b[31mred\x1b[0m\n")]


def test_a_bar_is_a_block_and_what_follows_is_a_stream_again(cell, text):
    text.write("begin\n\r 1%")
    for part in ("\r50%", "\r99%", "\r100%\n", "end\n"):
        text.write(part)
    text.close()
    assert cell.shown == [("stream", "begin\n"), ("block", "100%"), ("stream", "end\n")]


def test_a_line_that_was_begun_as_a_stream_ends_as_one(cell, text):
    text.write("epoch 1")
    text.write("\repoch 2\n\rbar")
    text.close()
    assert cell.shown == [("stream", "epoch 1\repoch 2\n"), ("block", "bar")]


def test_a_block_is_shown_at_once_and_then_in_turn(cell, text):
    for step in range(1000):
        text.write(f"\r{step}")
    assert cell.messages < 50
    text.flush()
    assert cell.shown == [("block", "999")]


def test_a_long_block_is_ended_so_that_little_is_shown_anew(cell, text):
    for step in range(400):
        text.write(f"\r{step}\rdone {step}\n\rbar")
    text.close()
    shown = "\n".join(block for _, block in cell.shown).splitlines()
    assert shown == [f"done {step}" for step in range(400)] + ["bar"]
    assert len(cell.shown) > 2


def test_of_very_many_lines_the_first_and_the_last_are_shown(cell, text):
    lines = [f"line {number}\n" for number in range(100_000)]
    for first in range(0, len(lines), 5000):
        text.write("".join(lines[first : first + 5000]))
    text.close()
    (_, head), (_, tail) = cell.shown
    assert head == "".join(lines[:MOST_LINES])
    note, *last = tail.splitlines()
    assert "\n".join(last) == "".join(lines[-len(last) :]).rstrip("\n")
    assert note == f"… {len(lines) - MOST_LINES - len(last):,} lines are not shown here; cat shows all …"
    assert text.lines >= MOST_LINES


def test_what_is_cleared_gives_its_places_to_what_follows(cell, capsys):
    places = CellPlaces(cell)
    text = CellText(places, str)
    text.write("before\n")
    for step in range(3):
        text.close()
        places.clear(wait=True)
        text.clear()
        text.write(f"step {step}\n")
        text.close()
        places.show({"text/plain": f"figure {step}"})
    assert cell.shown == [("block", "step 2"), ("block", "figure 2")]
    places.clear(wait=False)
    assert cell.shown == [("block", ""), ("block", "")]
