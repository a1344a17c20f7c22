"""Whatever lies in the place of a file of a run, whoever looks at the run is held up by nothing."""

from __future__ import annotations

import os
import shutil
import socket
import time
from contextlib import suppress

import pytest

from guild_ipy.errors import GuildError
from guild_ipy.session.run_refs import list_runs
from guild_ipy.store.events.scalar_summaries import summarize
from guild_ipy.store.output import complete_index
from guild_ipy.verbs.changing.delete import delete
from guild_ipy.verbs.looking.diff import diff

FILES = (
    "output output.index alive LOCK PENDING STAGED manifest opref "
    "attrs/label attrs/flags attrs/exit_status attrs/_marks attrs/env "
    "job/output.gaps job/meta.json job/result.pkl job/result.txt job/exception.json job/exit_status job/reserve "
    "job/payload.pkl events.out.tfevents.1.a.1.0"
).split()
SECONDS = 10.0


def make_socket(path):
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(os.path.basename(path))


def make_hole(path):
    with open(path, "wb") as file:
        file.truncate(2**40)


ODD = {
    "pipe": os.mkfifo,
    "socket": make_socket,
    "device": lambda path: os.symlink("/dev/zero", path),
    "folder": os.mkdir,
    "terabyte of holes": make_hole,
}


@pytest.fixture
def run(notebook):
    notebook.cell("def train():\n    print('loss: 1')\n    return [1]")
    return notebook.run("train")


@pytest.fixture
def in_place_of(run, tmp_path, monkeypatch):
    """Put something in the place of a file of the run, which is otherwise as it was in the beginning."""
    shutil.copytree(run.path, tmp_path / "intact")

    def in_place_of(name, kind):
        shutil.rmtree(run.path)
        shutil.copytree(tmp_path / "intact", run.path)
        path = f"{run.path}/.guild/{name}"
        with suppress(FileNotFoundError):
            os.unlink(path)
        with monkeypatch.context() as patch:
            patch.chdir(os.path.dirname(path))  # the path of a socket must be short
            ODD[kind](path)

    return in_place_of


def look(context, run):
    """Do all that only looks at a run; a line of an error is an answer, too."""
    looks = (
        lambda: list_runs(context),
        context.index.refresh,
        lambda: run.output,
        lambda: run.result,
        lambda: run.exception,
        lambda: summarize(run.dir),
        lambda: complete_index(run.dir),
        lambda: diff([run, run]),
    )
    for each in looks:
        with suppress(GuildError):
            each()


def time_look(context, run):
    began = time.monotonic()
    look(context, run)
    return time.monotonic() - began


@pytest.mark.timeout(600)
@pytest.mark.parametrize("kind", ODD)
def test_an_odd_file_holds_nobody_up(notebook, run, in_place_of, kind, scale, report):  # noqa: PLR0913, PLR0917 - fixtures
    names, seconds = FILES[:: scale(3, 1)], []
    for name in names:
        in_place_of(name, kind)
        seconds.append(time_look(notebook.context, run))
    report(f"{kind} in the place of a file", files=len(names), held_up=sum(each > SECONDS for each in seconds))
    assert max(seconds) < SECONDS


@pytest.mark.timeout(60)
@pytest.mark.parametrize("kind", ODD)
def test_a_run_with_an_odd_lock_can_be_deleted(notebook, run, in_place_of, kind):
    in_place_of("alive", kind)
    delete(notebook.context, [run])
    assert list_runs(notebook.context) == []
