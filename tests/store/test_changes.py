from __future__ import annotations

import multiprocessing
import os
import stat

import pytest

from guild_ipy.store.guild_home import Home
from guild_ipy.store.state import changes
from guild_ipy.store.state.changes import LogPosition, note_change, read_changes

RUNS = [f"{number:032x}" for number in range(5000)]
START = LogPosition()


def log_of(home: Home) -> str:
    return home.cache + "/changes"


def test_reader_gets_each_change_once(home: Home):
    note_change(home, RUNS[0], RUNS[1])
    first = read_changes(home, START)
    note_change(home, RUNS[2])
    second = read_changes(home, first.position)
    third = read_changes(home, second.position)
    assert [first.ids, second.ids, third.ids] == [{RUNS[0], RUNS[1]}, {RUNS[2]}, set()]
    assert all(each.is_complete for each in (first, second, third))


def test_home_without_a_log_has_no_changes(home: Home):
    assert read_changes(home, START) == changes.Changes(ids=frozenset(), position=START)


@pytest.mark.parametrize("name", ["my run", "a\nb", '"quoted"', "bad \udcff byte", "naïve"])
def test_odd_run_names_come_back(home: Home, name: str):
    note_change(home, name, RUNS[0])
    assert read_changes(home, START).ids == {name, RUNS[0]}


def test_a_torn_line_is_read_once_it_is_whole(home: Home):
    note_change(home, RUNS[0])
    with open(log_of(home), "a") as file:
        file.write(RUNS[1][:7])
        file.flush()
        first = read_changes(home, START)
        file.write(RUNS[1][7:] + "\n")
    assert (first.ids, read_changes(home, first.position).ids) == ({RUNS[0]}, {RUNS[1]})


def test_nothing_is_missed_when_a_long_log_is_put_away(home: Home, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(changes, "MAX_BYTES", 500)
    position, seen = START, set()
    for start in range(0, 200, 10):
        note_change(home, *RUNS[start : start + 10])
        news = read_changes(home, position)
        assert news.is_complete
        position, seen = news.position, seen | news.ids
    assert seen == set(RUNS[:200])
    assert os.path.getsize(log_of(home)) < 1000


def test_reader_that_stayed_away_for_two_logs_is_told_so(home: Home, monkeypatch: pytest.MonkeyPatch):
    note_change(home, RUNS[0])
    position = read_changes(home, START).position
    monkeypatch.setattr(changes, "MAX_BYTES", 10)
    for each in RUNS[:3]:
        note_change(home, each)
    news = read_changes(home, position)
    assert not news.is_complete
    assert read_changes(home, news.position).is_complete


@pytest.mark.parametrize("content", [b"", b"\0" * 100, b"guild_ipy changes x\n", b"\xff" * 5000])
def test_damaged_log_is_replaced_and_readers_are_told(home: Home, content: bytes):
    note_change(home, RUNS[0])
    position = read_changes(home, START).position
    with open(log_of(home), "wb") as file:
        file.write(content)
    lost = read_changes(home, position)
    note_change(home, RUNS[1])
    assert not lost.is_complete
    assert read_changes(home, lost.position).ids == {RUNS[1]}


def test_removed_log_is_noticed(home: Home):
    note_change(home, RUNS[0])
    position = read_changes(home, START).position
    os.unlink(log_of(home))
    assert not read_changes(home, position).is_complete


def test_home_that_cannot_be_written_is_no_error(home: Home):
    os.rmdir(home.runs)
    os.chmod(home.path, stat.S_IRUSR | stat.S_IXUSR)
    note_change(home, RUNS[0])
    note_change(Home("/dev/null/home"), RUNS[0])
    assert read_changes(Home("/dev/null/home"), START).ids == set()


def write_all(path: str, ids: list[str]) -> None:
    changes.MAX_BYTES = 2000
    for each in ids:
        note_change(Home(path), each)


def test_no_change_of_several_processes_is_lost_while_logs_are_put_away(home: Home):
    spawn = multiprocessing.get_context("spawn")
    writers = [spawn.Process(target=write_all, args=(home.path, RUNS[part::3][:400])) for part in range(3)]
    for writer in writers:
        writer.start()
    position, seen, complete = START, set(), True
    while any(writer.is_alive() for writer in writers) or read_changes(home, position).position != position:
        news = read_changes(home, position)
        position, seen, complete = news.position, seen | news.ids, complete and news.is_complete
    for writer in writers:
        writer.join()
    assert seen == {each for part in range(3) for each in RUNS[part::3][:400]} or not complete
