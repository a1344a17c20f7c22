"""Pages that a run will write to are copied beforehand; the first run of a fork server notes which they are."""

import json
import os
import resource
import sys
from collections.abc import Callable

import pytest

from guild_ipy.engine.beside.warm_pages import WarmPages
from guild_ipy.linux import copy_pages
from tests.engine.test_fork_server import KERNEL

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="other systems do not tell")

#: About 6 MB in 100,000 objects, each of which has its reference count.
SHARED = [str(number) for number in range(100_000)]

NOTED = """
def noted():
    import sys
    frame = sys._getframe()
    while frame.f_code.co_name != "become_run":
        frame = frame.f_back
    return sum(count for _, count in frame.f_locals["pages"].noted())
"""


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
def note(tmp_path) -> Callable[..., WarmPages]:
    """Give what a fork notes that does some work."""

    def note(work: Callable[[], None], pages: WarmPages | None = None) -> WarmPages:
        pages = pages or WarmPages()
        in_fork(lambda: (work(), pages.note())[1], str(tmp_path / "answer"))
        return pages

    return note


def count(pages: WarmPages) -> int:
    return sum(number for _, number in pages.noted())


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

    def test_the_note_of_the_first_stays(self, note):
        pages = note(touch_nothing)
        before = pages.noted()
        assert note(touch_all, pages).noted() == before

    def test_a_fork_that_has_written_to_very_much_notes_nothing(self, note, monkeypatch):
        monkeypatch.setattr("guild_ipy.engine.beside.warm_pages._MOST_PAGES", 1000)
        assert note(touch_all).noted() == []

    def test_pages_that_are_not_there_are_passed_over(self):
        copy_pages([(1, 1), (2**40, 3)])

    @pytest.mark.parametrize("content", [b"", b"[[1, 2]", b"[[1]]", b'{"a": 1}', b"[1]"])
    def test_a_note_that_cannot_be_read_is_none(self, content):
        pages = WarmPages()
        pages._note[: len(content)] = content
        assert pages.noted() == []


@linux_only
@pytest.mark.usefixtures("no_process_left")
def test_the_first_run_of_a_fork_server_notes_what_later_ones_copy(run_python):
    first, second = map(
        int, run_python(KERNEL + NOTED + "print(run_one(noted).result, run_one(noted).result)\n").split()
    )
    assert first == 0
    assert 100 < second < 4096
