"""``comment``."""

import threading

import pytest

from guild_ipy.domain.choosing.run_filter import RunFilter
from guild_ipy.engine.run_files.provenance import host_name, user_name
from guild_ipy.errors import DamagedRun, RunStateError, UsageError
from guild_ipy.session.run_refs import list_runs
from guild_ipy.store.files.attrs import list_attrs, read_attr, write_attr
from guild_ipy.verbs.changing.comment import CommentEdit, commented_message, edit_comments, list_comments
from guild_ipy.verbs.looking.info import get_info

NOON = 1_795_176_000_000_000
OLD = {"body": "old", "user": "ada", "host": "lab", "time": NOON}


@pytest.fixture
def runs(train):
    """Two runs, newest first; the older one has two comments."""
    older = train.run("train", lr=0.1)
    train.run("train", lr=0.2)
    write_attr(older.dir, "comments", [OLD, {**OLD, "body": "older\nstill", "mood": "fine"}])
    return list_runs(train.context)


def edit(train, runs, **changes):
    change = CommentEdit(**changes)
    return commented_message(runs, change, edit_comments(train.context, runs, change))


def bodies(run):
    return [comment.body for comment in run.comments]


def test_a_comment_has_user_host_and_time(train, runs):
    edit(train, runs[:1], add="  looks good\n  really\n")
    (comment,) = runs[0].comments
    assert (comment.body, comment.user, comment.host) == ("looks good\n  really", user_name(), host_name())
    assert runs[0].started.timestamp() * 1e6 < comment.time


@pytest.mark.parametrize(
    ("user", "expected"), [("bob", ("bob", host_name())), ("bob@box", ("bob", "box")), ("@box", (user_name(), "box"))]
)
def test_a_comment_can_be_somebody_elses(train, runs, user, expected):
    edit(train, runs[:1], add="hm", user=user)
    (comment,) = runs[0].comments
    assert (comment.user, comment.host) == expected


@pytest.mark.parametrize(
    ("changes", "left"),
    [
        ({"add": "new"}, ["old", "older\nstill", "new"]),
        ({"edit": 1, "text": "new"}, ["new", "older\nstill"]),
        ({"edit": 2, "text": "new"}, ["old", "new"]),
        ({"delete": 1}, ["older\nstill"]),
        ({"delete": 2}, ["old"]),
        ({"clear": True}, []),
    ],
)
def test_comments_are_changed_by_number(train, runs, changes, left):
    edit(train, runs[1:], **changes)
    assert bodies(runs[1]) == left


def test_an_edited_comment_is_of_who_edits_it_and_keeps_what_we_do_not_know(train, runs):
    edit(train, runs[1:], edit=2, text="new", user="bob@box")
    first, second = read_attr(runs[1].dir, "comments")
    assert first == OLD
    assert second.pop("time") > runs[1].started.timestamp() * 1e6
    assert second == {"body": "new", "user": "bob", "host": "box", "mood": "fine"}


def test_no_run_is_changed_where_one_has_no_such_comment(train, runs):
    with pytest.raises(RunStateError, match=f"run {runs[0].short_id} has no comments, so there is no comment 2"):
        edit(train, runs, delete=2)
    with pytest.raises(RunStateError, match="has 2 comments, so there is no comment 3"):
        edit(train, runs[1:], edit=3, text="x")
    assert bodies(runs[1]) == ["old", "older\nstill"]


def test_the_last_comment_leaves_no_file(train, runs):
    edit(train, runs, clear=True)
    assert "comments" not in list_attrs(runs[1].dir)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({}, "comment takes one of a text to add, a number to edit, a number to delete, and clear"),
        ({"add": "x", "clear": True}, "comment takes one of"),
        ({"add": "x", "delete": 1}, "comment takes one of"),
        ({"add": " \n"}, "the text is empty"),
        ({"add": 3}, "a comment is a text, not 3"),
        ({"add": "x" * 200_000}, "at most 100000 characters, this one has 200000"),
        ({"edit": 1}, "the number of a comment to edit goes with its new text"),
        ({"delete": 0}, "comments have numbers from 1 up, not 0"),
        ({"delete": "1"}, "comments have numbers from 1 up, not '1'"),
        ({"edit": True, "text": "x"}, "comments have numbers from 1 up, not True"),
    ],
)
def test_what_is_no_change_is_refused(changes, message):
    with pytest.raises(UsageError, match=message):
        CommentEdit(**changes)


def test_it_is_said_what_was_done(train, runs):
    one, other = (f"train() {run.short_id}" for run in runs)
    assert edit(train, runs, add="new") == f"Added a comment to 2 runs: {one}, {other}"
    assert edit(train, runs[:1], edit=1, text="x") == f"Changed comment 1 of 1 run: {one}; the text was 'new'"
    assert edit(train, runs[1:], delete=2) == f"Deleted comment 2 of 1 run: {other}; the text was 'older\\nstill'"
    assert edit(train, runs, clear=True) == (
        f"Deleted all comments of 2 runs: {one}, {other}; the text was 'x', 'old', 'new'"
    )
    assert edit(train, runs[:1], clear=True) == f"Deleted no comments of 1 run: {one}: there are none"
    assert edit(train, [], add="x") == "Commented on 0 runs: no run was selected"


def test_comments_are_listed_with_their_numbers(train, runs):
    one, other = (f"train() {run.short_id}" for run in runs)
    lines = str(list_comments(runs)).splitlines()
    assert (lines[0:3], lines[4:5], lines[6:]) == (
        [one, "  no comments", other],
        ["    old"],
        ["    older", "    still"],
    )
    assert (lines[3][:14], lines[5][:14]) == ("  1 ada@lab 20", "  2 ada@lab 20")


def test_info_shows_each_comment_with_its_number(train, runs):
    write_attr(runs[0].dir, "comments", [{"body": "same"}, {"body": "same", "time": 10**20}, {"body": "", "user": "u"}])
    assert str(get_info(runs[0])).splitlines()[-4:] == ["comments:", "  1: same", f"  2 {10**20}: same", "  3 u"]
    assert "  2 ada@lab" in str(get_info(runs[1]))
    assert str(get_info(runs[1])).endswith(": older\n    still")


def test_comments_are_found_by_filters_and_expressions_at_once(train, runs):
    context = train.context
    assert list_runs(context, RunFilter(comments=("Good",))) == []
    edit(train, runs[:1], add="all good", user="zoe@moon")
    for run_filter in (
        RunFilter(comments=("Good",)),
        RunFilter(comments=("MOON",)),
        RunFilter(where="comment contains good"),
        RunFilter(where="comments contains 'all GOOD'"),
    ):
        assert list_runs(context, run_filter) == runs[:1]


def test_damaged_comments_are_never_lost_unless_they_are_to_be_removed(train, runs):
    with open(runs[1].dir.attr("comments"), "w") as file:
        file.write("- text\n")
    with pytest.raises(DamagedRun, match="it is not a list of maps"):
        edit(train, runs, add="c")
    assert bodies(runs[0]) == []
    edit(train, runs[1:], clear=True)
    assert bodies(runs[1]) == []


def test_those_who_comment_at_once_lose_nothing(train, runs):
    texts = [f"t{number:02}" for number in range(20)]
    threads = [threading.Thread(target=edit, args=(train, runs[:1]), kwargs={"add": text}) for text in texts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(bodies(runs[0])) == texts
