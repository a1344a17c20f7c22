"""A staged run may depend on one that has not ended."""

from pathlib import Path

import pytest

from guild_ipy.domain.status import RunStatus
from guild_ipy.errors import DependencyError, RunStateError
from guild_ipy.launching.launch import LaunchOptions
from guild_ipy.launching.restart import start
from guild_ipy.scheduling.restaging import restage
from guild_ipy.session.run_handle import Run
from guild_ipy.session.viewer import SilentViewer
from guild_ipy.store.trash import delete_run

GUILD_FILE = """
train: {main: train, flags-dest: globals, flags: {size: 1, bad: no}}
serve: {main: serve, requires: [{operation: train}]}
a: {main: serve, requires: [{operation: b}]}
b: {main: serve, requires: [{operation: a}, {operation: train}]}
"""
TRAIN = "size = 1\nbad = False\nif bad: raise SystemExit('bad')\nopen('model.txt', 'w').write('m' * size)\n"


@pytest.fixture(autouse=True)
def project(queues):
    Path("guild.yml").write_text(GUILD_FILE)
    Path("train.py").write_text(TRAIN)
    Path("serve.py").write_text("print(open('model.txt').read())\n")


def test_it_waits_and_takes_the_files_when_the_other_has_completed(queues):
    train = queues.stage("train", size=3)
    serve = queues.stage("serve")
    assert queues.reasons()[serve.id] == f"waits for {train.short_id} to complete"
    queues.run_once()
    assert Run(serve.dir).output == "mmm\n"
    assert Run(serve.dir).deps == {"train": ["model.txt"]} or "train" in Run(serve.dir).deps


def test_a_staged_run_can_be_named_where_another_would_be_used(queues):
    queues.notebook.run("train", size=1)
    train = queues.stage("train", size=5)
    serve, usual = queues.stage("serve", train=train.id), queues.stage("serve")
    queues.run_once()
    assert [Run(each.dir).output for each in (serve, usual)] == ["mmmmm\n", "m\n"]


def test_it_does_not_hold_up_those_behind_it(queues):
    train, serve = queues.stage("train"), queues.stage("serve")
    later = queues.stage(x=2)
    queues.run_once(where=f"id != {train.id}")
    assert [Run(each.dir).status for each in (train, serve, later)] == [
        RunStatus.STAGED,
        RunStatus.STAGED,
        RunStatus.COMPLETED,
    ]


def test_it_is_not_started_if_the_other_fails(queues):
    train, serve = queues.stage("train", bad=True), queues.stage("serve")
    queues.run_once()
    assert Run(serve.dir).status is RunStatus.STAGED
    assert f"run {train.short_id} is error, and has to complete first" in queues.reasons()[serve.id]


def test_it_is_not_started_if_the_other_is_deleted(queues):
    train, serve = queues.stage("train"), queues.stage("serve")
    delete_run(queues.notebook.context.home, train.dir)
    queues.run_once()
    assert f"run {train.short_id} was deleted" in queues.reasons()[serve.id]


def test_it_is_not_started_by_hand_before_that(queues):
    train, serve = queues.stage("train"), queues.stage("serve")
    with pytest.raises(DependencyError, match=f"run {train.short_id} is staged, and has to complete first"):
        start(queues.notebook.context, serve, LaunchOptions(), SilentViewer())
    assert Run(serve.dir).status is RunStatus.STAGED


def test_a_run_that_would_wait_for_itself_is_refused(queues):
    queues.stage("train")
    queues.notebook.run("train")
    Path("guild.yml").write_text(GUILD_FILE.replace("a: {main: serve, requires: [{operation: b}]}", "a: {main: train}"))
    a = queues.stage("a")
    b = queues.stage("b")
    Path(a.dir.requires).write_bytes(Path(b.dir.requires).read_bytes().replace(b'"a"', b'"b"'))
    with pytest.raises(RunStateError, match="would wait for itself"):
        restage(queues.notebook.context, a, {"b": b.id}, SilentViewer())
