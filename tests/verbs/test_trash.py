"""``restore`` and ``purge``."""

import os
import shutil

import pytest

from guild_ipy.domain.choosing.run_filter import RunFilter
from guild_ipy.errors import RunNotFound
from guild_ipy.session.run_handle import Run
from guild_ipy.session.run_refs import list_runs, select_runs
from guild_ipy.store.run_dir import RunDir
from guild_ipy.verbs.changing.delete import delete
from guild_ipy.verbs.changing.purge import purge, purged_message
from guild_ipy.verbs.changing.restore import restore

DELETED = RunFilter(deleted=True)


@pytest.fixture
def runs(train):
    """Two runs, newest first."""
    train.run("train", lr=0.1)
    train.run("train", lr=0.2)
    return list_runs(train.context)


@pytest.fixture
def context(train):
    return train.context


def deleted(context):
    return list_runs(context, DELETED)


def delete_twice(context, run):
    """Delete a run, and again one that has come back by its id meanwhile; the newest deletion has label 'again'."""
    shutil.copytree(run.path, f"{run.path}.copy")
    delete(context, [run])
    os.rename(f"{run.path}.copy", run.path)
    with open(run.dir.attr("label"), "w") as file:
        file.write("again\n")
    delete(context, [run])


def test_restored_runs_are_as_they_were(context, runs):
    delete(context, runs)
    done = restore(context, deleted(context))
    assert str(done) == f"Restored 2 runs: train() {runs[0].short_id}, train() {runs[1].short_id}"
    assert [(run.id, run.flags, run.result) for run in list_runs(context)] == [
        (runs[0].id, {"lr": 0.2, "steps": 2}, 0.4),
        (runs[1].id, {"lr": 0.1, "steps": 2}, 0.2),
    ]
    assert deleted(context) == []


def test_a_run_that_is_there_again_is_refused_and_the_others_are_restored(context, runs):
    delete(context, runs)
    shutil.copytree(f"{context.home.trash}/{runs[0].id}", runs[0].path)
    done = restore(context, deleted(context))
    assert str(done) == f"Restored 1 run: train() {runs[1].short_id}"
    assert done.failure == (
        f"1 run could not be restored: train() {runs[0].short_id}: "
        f"run {runs[0].id!r} is among the live runs; delete that one first"
    )
    assert [run.id for run in deleted(context)] == [runs[0].id]


def test_of_a_run_that_was_deleted_twice_the_last_comes_back(context, runs):
    delete_twice(context, runs[0])
    found = select_runs(context, [runs[0].short_id], DELETED)
    assert restore(context, found).failure == ""
    assert runs[0].label == "again"
    assert restore(context, deleted(context)).names == ()
    assert len(deleted(context)) == 1


def test_of_all_deletions_of_a_run_the_last_comes_back_whatever_their_order(context, runs):
    delete_twice(context, runs[0])
    done = restore(context, sorted(deleted(context), key=lambda run: -len(run.id)))
    assert (len(done.names), len(done.refused), runs[0].label) == (1, 1, "again")


def test_the_older_deletion_has_its_id_again_when_it_is_restored(context, runs):
    delete_twice(context, runs[0])
    (older,) = (run for run in deleted(context) if run.id != runs[0].id)
    assert restore(context, [older]).failure == ""
    assert (runs[0].label, len(list_runs(context))) == ("lr=0.2 steps=2", 2)


def test_purged_runs_are_gone(context, runs):
    delete(context, runs)
    done = purge(context, deleted(context)[:1])
    assert purged_message(done) == f"Purged 1 run: train() {runs[0].short_id}; it cannot be restored"
    assert [run.id for run in deleted(context)] == [runs[1].id]
    assert sorted(os.listdir(os.path.dirname(context.home.trash))) == ["runs"]


def test_live_runs_are_neither_restored_nor_purged(context, runs):
    for do in restore, purge:
        done = do(context, runs[:1])
        assert (str(done), done.runs) == ("", ())
        assert f"train() {runs[0].short_id}: {runs[0].dir.path!r} is not a run in " in done.failure
    assert list_runs(context) == runs


def test_a_run_that_is_running_is_not_purged(context, train, start_waiting, let_go):
    running = start_waiting()
    os.makedirs(context.home.trash)
    trashed = Run(RunDir(f"{context.home.trash}/{running.id}"))
    os.rename(running.path, trashed.path)
    assert purge(context, [trashed]).failure.endswith(f"run {running.short_id!r} is running; stop it first")
    os.rename(trashed.path, running.path)
    let_go(running)


def test_a_run_that_is_held_as_a_value_is_found_where_it_is(context, runs):
    delete(context, runs[:1])
    (found,) = select_runs(context, [runs[0]], DELETED)
    assert restore(context, [found]).failure == ""
    assert select_runs(context, [found]) == [runs[0]]
    with pytest.raises(RunNotFound, match=f"'{runs[0].id}': it is not deleted"):
        select_runs(context, [runs[0]], DELETED)


def test_a_deleted_run_is_named_as_such(context, runs):
    delete(context, runs[:1])
    short_id = runs[0].short_id
    with pytest.raises(RunNotFound, match=f"'{short_id}': it is deleted; restore {short_id} brings it back"):
        select_runs(context, [short_id])
    with pytest.raises(RunNotFound, match="'2': there is 1 run in the trash"):
        select_runs(context, [2], DELETED)


def test_that_nothing_was_to_be_done_is_said(context, runs):
    assert str(restore(context, [])) == "Restored 0 runs: no deleted run was selected"
    assert purged_message(purge(context, [])) == "Purged 0 runs: no deleted run was selected"
