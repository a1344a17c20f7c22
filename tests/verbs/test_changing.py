"""``mark``, ``label`` and ``delete``."""

import os

import pytest

from guild_ipy.domain.choosing.run_filter import RunFilter
from guild_ipy.errors import RunStateError
from guild_ipy.session.run_refs import list_runs
from guild_ipy.store.files.attrs import list_attrs
from guild_ipy.verbs.changing.delete import delete, report_deletion
from guild_ipy.verbs.changing.each_run import EachRun
from guild_ipy.verbs.changing.label import Label, edit_labels, report_labels
from guild_ipy.verbs.changing.mark import mark, report_marks
from guild_ipy.verbs.running.stop import stopped_message
from guild_ipy.view.changed_runs import name_runs


@pytest.fixture
def runs(train):
    """Two runs, newest first."""
    train.run("train", lr=0.1)
    train.run("train", lr=0.2)
    return list_runs(train.context)


def test_runs_are_marked_and_unmarked(train, runs):
    assert mark(train.context, runs[:1]) == 1
    assert [run.marked for run in runs] == [True, False]
    assert list_runs(train.context, RunFilter(marked=True)) == runs[:1]
    assert mark(train.context, runs, clear=True) == 2
    assert "marked" not in list_attrs(runs[0].dir)


@pytest.mark.parametrize(
    ("edit", "label"),
    [
        (Label(set="best"), "best"),
        (Label(append="best"), "lr=0.2 steps=2 best"),
        (Label(prepend="best"), "best lr=0.2 steps=2"),
        (Label(remove=("lr=0.2",)), "steps=2"),
        (Label(remove=("not there",)), "lr=0.2 steps=2"),
        (Label(remove=("lr",)), "lr=0.2 steps=2"),
        (Label(remove=("lr=0.2 steps=2",)), None),
        (Label(remove=("lr=.*", "steps=2")), "lr=0.2"),
        (Label(set="rate ${lr}, ${label|unquote}"), "rate 0.2, lr=0.2 steps=2"),
        (Label(append="${lr|%.2f}"), "lr=0.2 steps=2 0.20"),
        (Label(prepend="a ${missing}"), "a lr=0.2 steps=2"),
        (Label(clear=True), None),
        (Label(set="ñ\n'\"\u202e"), "ñ\n'\"\u202e"),
    ],
)
def test_labels_are_changed(train, runs, edit, label):
    assert edit_labels(train.context, runs[:1], edit) == [label or ""]
    assert runs[0].label == label
    assert runs[1].label == "lr=0.1 steps=2"


@pytest.mark.parametrize(
    ("label", "words", "left"),
    [
        ("best test", "best", "test"),
        ("retest test", "test", "retest"),
        ("a test a", "a", "test"),
        ("a b a b", "b", "a a"),
        ("a  b", "c", "a  b"),
        ("a+b", "a", "a+b"),
        ("x a+b y", "a+b", "x y"),
        ("a b", " ", "a b"),
    ],
)
def test_whole_words_are_taken_out_of_a_label(label, words, left):
    assert Label(remove=(words,)).apply(label) == left


def test_labels_are_said_with_what_they_were(train, runs):
    one, other = (f"train() {run.short_id}" for run in runs)
    assert str(report_labels(runs[:1], ["a"], ["b"])) == (
        f"Labeled 1 run: {one} 'a' -> 'b'; label {runs[0].short_id} --set 'a' takes it back"
    )
    assert str(report_labels(runs[:1], [""], ["b"])).endswith(f"label {runs[0].short_id} --clear takes it back")
    assert str(report_labels(runs, ["a", ""], ["", "b"])) == (
        f"Labeled 2 runs: {one} 'a' -> '', {other} '' -> 'b'; label RUN --set sets what is before an arrow again"
    )


def test_of_many_runs_the_first_are_named(train, runs):
    names = name_runs(runs[:1] * 12)
    assert names.endswith(f"train() {runs[0].short_id}, and 2 more")
    message = str(
        report_deletion(EachRun(done="deleted", runs=tuple(runs[:1] * 12), names=(name_runs(runs[:1]),) * 12))
    )
    assert message.startswith(f"Deleted 12 runs: {names}\nGet them back with `%guild_restore {runs[0].short_id} ")
    assert message.endswith(f" {runs[0].short_id}` and the ids of the others, which `%guild_runs --deleted` lists")


def test_that_nothing_was_to_be_done_is_said(train):
    said = [report_marks(train.context, []), report_labels([], [], []), report_deletion(EachRun(done="deleted"))]
    assert [each.text.rpartition(": ")[2] for each in said] == ["no run was selected"] * 3
    assert stopped_message([]) == "Stopped 0 runs: none was running"


def test_a_running_run_can_be_marked_and_labeled(notebook, start_waiting, let_go):
    run = start_waiting()
    mark(notebook.context, [run])
    edit_labels(notebook.context, [run], Label(set="mine"))
    let_go(run)
    assert (run.marked, run.label) == (True, "mine")


def test_deleted_runs_are_in_the_trash_whole(train, runs):
    assert len(delete(train.context, runs[:1]).runs) == 1
    assert list_runs(train.context) == runs[1:]
    (deleted,) = list_runs(train.context, RunFilter(deleted=True))
    assert (deleted.id, deleted.flags, deleted.result) == (runs[0].id, {"lr": 0.2, "steps": 2}, 0.4)


def test_none_is_deleted_when_one_of_them_runs(train, runs, start_waiting, let_go):
    running = start_waiting()
    with pytest.raises(RunStateError, match=f"run {running.short_id} is running; stop it first"):
        delete(train.context, [*runs, running])
    assert len(list_runs(train.context)) == 3
    let_go(running)


def test_a_link_to_a_run_elsewhere_is_not_deleted(train, runs, tmp_path):
    os.rename(runs[0].path, f"{tmp_path}/elsewhere")
    os.symlink(f"{tmp_path}/elsewhere", runs[0].path)
    done = delete(train.context, runs)
    assert "is a symbolic link; what it points to is not touched" in done.failure
    assert os.path.exists(f"{tmp_path}/elsewhere/.guild/opref")
    assert [run.id for run in done.runs] == [runs[1].id]
    assert str(report_deletion(done)).startswith(f"Deleted 1 run: train() {runs[1].short_id}\nGet it back with ")
