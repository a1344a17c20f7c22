"""Pages that a fork will write to are copied beforehand, and a rehearsal finds out which."""

import json
import os
import resource
import sys
from collections.abc import Callable

import pytest

from guild_ipy.engine.beside.pages import Pages
from guild_ipy.engine.beside.rehearsal import rehearse

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="other systems do not tell")

#: About 6 MB in 100,000 objects, each of which has its reference count.
SHARED = [str(number) for number in range(100_000)]


def touch_all() -> None:
    """Write the reference count of each."""
    for _ in SHARED:
        pass


def touch_nothing() -> None:
    """Leave all shared."""


def count_faults(work: Callable[[], None]) -> int:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    work()
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before


def in_fork(work: Callable[[], object], path: str) -> object:
    """Give what `work` gives in a fork of this process."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            with open(path, "w", encoding="ascii") as file:
                json.dump(work(), file)
            code = 0
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    with open(path, encoding="ascii") as file:
        return json.load(file)


@pytest.fixture
def note(tmp_path) -> Callable[[Callable[[], None]], Pages]:
    """Give what a fork notes that does some work."""

    def note(work: Callable[[], None]) -> Pages:
        pages = Pages(notes=str(tmp_path / "notes"))
        in_fork(lambda: (work(), pages.note())[1], str(tmp_path / "answer"))
        return pages.noted()

    return note


def count(pages: Pages) -> int:
    return sum(number for _, number in pages.ranges)


@linux_only
class TestPages:
    def test_a_fork_notes_what_it_has_written_to(self, note):
        assert count(note(touch_all)) > count(note(touch_nothing)) + 1000

    def test_what_has_been_copied_is_not_copied_again(self, note, tmp_path):
        pages = note(touch_all)

        def copy_and_count() -> int:
            pages.copy()
            return count_faults(touch_all)

        plain = in_fork(lambda: count_faults(touch_all), str(tmp_path / "plain"))
        prepared = in_fork(copy_and_count, str(tmp_path / "prepared"))
        assert prepared < plain / 10

    def test_copying_changes_nothing(self, note, tmp_path):
        pages = note(touch_all)

        def copy_and_read() -> list[str]:
            pages.copy()
            return SHARED

        assert in_fork(copy_and_read, str(tmp_path / "read")) == SHARED

    def test_pages_that_are_not_there_are_passed_over(self):
        Pages(ranges=((1, 1), (2**40, 3))).copy()

    def test_a_process_that_is_not_asked_notes_nothing(self):
        Pages().note()
        assert Pages().noted() == Pages()

    @pytest.mark.parametrize("content", ["", "[[1, 2]", "[[1]]", '{"a": 1}', "[1]"])
    def test_a_note_that_cannot_be_read_is_none(self, tmp_path, content):
        path = tmp_path / "notes"
        path.write_text(content)
        assert Pages(notes=str(path)).noted() == Pages()


@linux_only
class TestRehearsal:
    def test_finds_what_a_supervisor_and_a_run_write_to(self):
        pages = rehearse()
        assert count(pages.supervisor) > 100
        assert count(pages.run) > 100

    def test_leaves_nothing_behind(self, tmp_path, monkeypatch, no_process_left):
        monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
        rehearse()
        assert os.listdir(tmp_path) == []

    @pytest.mark.parametrize("name", ["guild_ipy-rehearsal-x", "guild_ipy-tensorboard-x"])
    def test_removes_what_killed_processes_have_left(self, tmp_path, monkeypatch, no_process_left, name):
        monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
        (tmp_path / name / "run").mkdir(parents=True)
        os.utime(tmp_path / name, (0, 0))
        rehearse()
        assert os.listdir(tmp_path) == []

    def test_calls_no_exit_function_that_a_library_has_left(self, tmp_path):
        import atexit

        path = str(tmp_path / "called")
        owner = os.getpid()
        atexit.register(function := lambda: os.getpid() != owner and open(path, "w").close())
        try:
            rehearse()
        finally:
            atexit.unregister(function)
        assert not os.path.exists(path)

    def test_a_full_disk_costs_time_alone(self, tmp_path, monkeypatch):
        monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "is not there"))
        assert count(rehearse().run) == 0
