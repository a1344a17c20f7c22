"""Displays in the output of a run, as it is followed."""

import os

import pytest

from guild_ipy.engine.follow import OutputTail
from guild_ipy.settings import Settings
from guild_ipy.store.displays.display import Display, DisplayKind
from guild_ipy.store.displays.display_log import DisplayWriter


class Writer:
    """The process of a run, as far as its output is concerned."""

    def __init__(self, run_dir):
        self._run_dir = run_dir
        self._log = DisplayWriter(run_dir)

    def text(self, content):
        with open(self._run_dir.output, "ab") as file:
            file.write(content)

    def announce(self, name):
        """Log a display at the end of the output, whose text is not written yet."""
        size = os.path.getsize(self._run_dir.output) if os.path.exists(self._run_dir.output) else 0
        display = Display(
            kind=DisplayKind.DISPLAY,
            at=size,
            length=len(name) + 1,
            data={"text/plain": name},
            metadata={},
            display_id=None,
            wait=False,
            is_trusted=True,
        )
        return self._log.add(display)

    def show(self, name):
        self.announce(name)
        self.text(f"{name}\n".encode())

    def move(self, display, at):
        self._log.move(display.id, at)


@pytest.fixture
def writer(run_dir):
    return Writer(run_dir)


def follow(run_dir, *steps, **options):
    left = list(steps)

    def wait(_timeout):
        left.pop(0)()
        return not left

    settings = Settings(output_interval=0.001, **options)
    pieces = OutputTail(run_dir, settings).follow(wait)
    return [piece if isinstance(piece, str) else {piece.data["text/plain"]} for piece in pieces]


def nothing():
    pass


def test_displays_are_at_their_places(run_dir, writer):
    def print_and_show():
        writer.text(b"a\n")
        writer.show("one")
        writer.show("two")
        writer.text("é\n".encode())

    assert follow(run_dir, print_and_show) == ["a\n", {"one"}, {"two"}, "é\n"]
    assert follow(run_dir, nothing, nothing) == ["a\n", {"one"}, {"two"}, "é\n"]


def test_a_display_comes_once_though_its_text_is_not_whole_yet(run_dir, writer):
    steps = (
        lambda: writer.text(b"a\n"),
        lambda: writer.announce("one"),
        lambda: writer.text(b"on"),
        lambda: writer.text(b"e\nb\n"),
        nothing,
    )
    assert follow(run_dir, *steps) == ["a\n", {"one"}, "b\n"]


def test_a_display_whose_text_was_never_written_comes_at_the_end(run_dir, writer):
    assert follow(run_dir, lambda: writer.text(b"a\n"), lambda: writer.announce("one"), nothing) == ["a\n", {"one"}]


def test_a_display_that_another_process_has_pushed_away_is_at_its_new_place(run_dir, writer):
    display = writer.announce("one")
    writer.text(b"other\none\nrest\n")
    writer.move(display, len("other\n"))
    assert follow(run_dir, nothing) == ["other\n", {"one"}, "rest\n"]


def test_of_output_that_is_too_fast_the_displays_are_shown(run_dir, writer):
    for number in range(3):
        writer.text(b"x" * 99 + b"\n" * 100)
        writer.show(str(number))
    writer.text(b"end\n")
    pieces = follow(run_dir, nothing, output_rate=100)
    assert [piece for piece in pieces if isinstance(piece, set)] == [{"0"}, {"1"}, {"2"}]
    assert "bytes of output are not shown here" in pieces[0]
    assert pieces[-1].endswith("end\n")
