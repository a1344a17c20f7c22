"""Other processes help to read many runs; whatever becomes of them, the index is right."""

from __future__ import annotations

import marshal
import os
import signal
import socket
import struct
import subprocess
import threading
from collections.abc import Callable

import pytest

from benchmarks.homes import make_home
from guild_ipy.engine.helpers import Helper, hire_helpers
from guild_ipy.index import reading
from guild_ipy.index.index import Index
from guild_ipy.settings import Settings
from guild_ipy.store.attrs import write_attr
from guild_ipy.store.home import Home
from tests.index.truth import assert_right, assert_table_right, make_run

RUNS = 300


@pytest.fixture(autouse=True)
def few_are_many(monkeypatch):
    """Let three helpers be hired for a home of a test's size."""
    monkeypatch.setattr(reading, "_FEWEST", 50)
    monkeypatch.setattr(reading, "_count_processors", lambda: 4)


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Home:
    """Runs of all sorts: most have ended, and some are nothing that a helper reads."""
    home = Home(f"{tmp_path_factory.mktemp('many')}/home")
    ids = make_home(home.path, RUNS)
    for number, id in enumerate(ids[:60]):  # noqa: A001 - the word of the field
        run_dir = home.run_dir(id)
        if number % 6 == 0:
            write_attr(run_dir, "label", "half \udcff a character")
        elif number % 6 == 1:
            write_attr(run_dir, "flags", {"large": 2**70, "none": None, "list": [1, "a"]})
        elif number % 6 == 2:
            os.unlink(run_dir.attr("exit_status"))
        elif number % 6 == 3:
            with open(run_dir.attr("started"), "w") as file:
                file.write("{[")
        elif number % 6 == 4:
            os.unlink(run_dir.opref)
        else:
            with open(run_dir.staged, "w"):
                pass
    make_run(home, name="a name of its own")
    os.mkdir(f"{home.runs}/no run")
    return home


@pytest.fixture
def index_with(home: Home, tmp_path) -> Callable[[reading.Hire], Index]:
    settings = Settings(cache_dir=f"{tmp_path}/cache", index_few=0, index_sweep=False)
    return lambda hire: Index(home, settings, hire=hire)


def test_runs_that_helpers_have_read_are_as_if_read_here(index_with, monkeypatch):
    taken: list[int] = []
    receive = reading._Helper.receive

    def count(helper: reading._Helper) -> list[reading.Answer]:
        answers = receive(helper)
        taken.append(sum(rows is not None for _, rows in answers))
        return answers

    monkeypatch.setattr(reading._Helper, "receive", count)
    monkeypatch.setattr("guild_ipy.index.refresh._OWN_SHARE", 1)
    index = index_with(hire_helpers)
    assert_right(index)
    assert_table_right(index)
    assert sum(taken) > 100, "helpers have read most of them"


def test_helpers_end_with_the_update(index_with):
    hired: list[Helper] = []

    def hire(runs: str, count: int) -> list[Helper]:
        hired.extend(hire_helpers(runs, count))
        return hired

    index_with(hire).refresh()
    assert [helper.process.returncode is None for helper in hired] == [False] * 3


def test_few_runs_are_read_without_help(index_with, monkeypatch):
    monkeypatch.setattr(reading, "_FEWEST", RUNS + 100)
    assert_right(index_with(lambda runs, count: pytest.fail(f"{count} helpers were hired")))


def test_changes_in_a_known_home_are_read_without_help(index_with, home):
    index_with(hire_helpers).refresh()
    index = index_with(lambda runs, count: pytest.fail(f"{count} helpers were hired"))
    make_run(home)
    assert_right(index)


@pytest.mark.parametrize("moment", ["at once", "later"])
def test_helpers_that_are_killed_cost_no_run(index_with, moment):
    def hire_and_kill(runs: str, count: int) -> list[Helper]:
        hired = hire_helpers(runs, count)
        for helper in hired:
            if moment == "at once":
                helper.process.kill()
            else:
                threading.Timer(0.12, helper.process.kill).start()
        return hired

    assert_right(index_with(hire_and_kill))


def test_helpers_that_hang_are_given_up(index_with, monkeypatch):
    monkeypatch.setattr(reading, "_LONGEST_SECONDS", 0.2)

    def hire_and_stop(runs: str, count: int) -> list[Helper]:
        hired = hire_helpers(runs, count)
        for helper in hired:
            helper.process.send_signal(signal.SIGSTOP)
        return hired

    assert_right(index_with(hire_and_stop))


class Fool:
    """A helper that always says the same, and no more."""

    def __init__(self, answer: bytes) -> None:
        self.channel, self._theirs = socket.socketpair()
        self._theirs.sendall(answer)
        self._theirs.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        self.channel.close()
        self._theirs.close()


ANSWERS = {
    "nothing": b"",
    "half a length": b"\0\0",
    "half an answer": struct.pack(">Q", 100) + b"x",
    "no answer": struct.pack(">Q", 4) + b"\xff\xff\xff\xff",
    "a number": (found := marshal.dumps(3), struct.pack(">Q", len(found)) + found)[1],
    "too few": (found := marshal.dumps([None]), struct.pack(">Q", len(found)) + found)[1],
    "wrong rows": (found := marshal.dumps([(1, 2)] * 32), struct.pack(">Q", len(found)) + found)[1],
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS.keys())
def test_helpers_that_answer_nonsense_are_not_believed(index_with, answer):
    assert_right(index_with(lambda runs, count: [Fool(answer) for _ in range(count)]))


def test_a_machine_without_processes_reads_alone(index_with, monkeypatch):
    def refuse(*_: object, **__: object) -> None:
        raise OSError("no process to be had")

    monkeypatch.setattr(subprocess, "Popen", refuse)
    assert_right(index_with(hire_helpers))
