import linecache

import pytest

import guild_ipy
from guild_ipy.domain.program import CellFile
from guild_ipy.engine.child.failure import format_failure, show_cells

CELLS = {"<ipython-input-1-abc>": CellFile(path="cells/01.py", number=3)}
SOURCE = "def fail():\n    return 1 / 0\n\ndef loop():\n    return loop()\n"


@pytest.fixture
def functions(tmp_path):
    """The functions of a captured cell."""
    (tmp_path / "cells").mkdir()
    (tmp_path / "cells/01.py").write_text(SOURCE)
    show_cells(CELLS, str(tmp_path))
    names = {}
    exec(compile(SOURCE, "<ipython-input-1-abc>", "exec"), names)
    yield names
    linecache.cache.pop("<ipython-input-1-abc>")


def format_error(function):
    with pytest.raises(BaseException) as caught:  # noqa: PT011 - any
        function()
    return format_failure(caught.value, CELLS)


def test_a_cell_is_named_by_its_number_and_shown(functions):
    text = format_error(functions["fail"])
    assert "  Cell In[3], line 2, in fail\n    return 1 / 0\n           ~~^~~\n" in text
    assert text.endswith("ZeroDivisionError: division by zero\n")


def test_a_deep_recursion_is_short(functions):
    text = format_error(functions["loop"])
    assert "[Previous line repeated" in text
    assert len(text) < 5000


def test_a_lost_cell_still_has_its_number(tmp_path):
    show_cells(CELLS, str(tmp_path))
    names = {}
    exec(compile(SOURCE, "<ipython-input-1-abc>", "exec"), names)
    assert "Cell In[3], line 2, in fail\n" in format_error(names["fail"])


def test_an_exception_that_cannot_say_itself_is_shown(functions):
    class Mute(Exception):
        def __str__(self):
            raise ValueError

    def fail():
        raise Mute

    assert "Mute: <exception str() failed>" in format_error(fail)


def test_an_error_of_a_verb_is_shown_where_the_run_has_called_it():
    def report():
        guild_ipy.inputs()

    text = format_error(report)
    assert "guild_ipy/" not in text
    assert text.endswith("UsageError: this is no run; call inputs in an operation that requires a set of runs\n")


def test_an_exception_without_frames_is_one_line():
    assert format_failure(ValueError("bad"), {}) == "ValueError: bad\n"
