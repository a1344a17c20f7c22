import os
from pathlib import Path
from tempfile import gettempdir

import pytest

import guild_ipy
from guild_ipy.domain.choosing.run_filter import EVERY, RunFilter
from guild_ipy.frame.runs_frame import runs
from guild_ipy.widgets.runs_requests import RunsRequests

A, B = "aaaa0000", "bbbb0000"
OTHER_USER = 54321  # a number that no user has


@pytest.fixture(autouse=True)
def two(add_run):
    add_run("aaaa", label="one", tags=["old"])
    add_run("bbbb", label="two")


def state():
    """Give what a user sees of the runs."""
    frame = runs(details=True)
    columns = ["run", "marked", "label", "tags", "comments"]
    return frame[columns].astype(object).where(frame[columns].notna(), None).to_numpy().tolist()


@pytest.mark.parametrize(
    ("kind", "request_"),
    [
        ("mark", {"runs": [A]}),
        ("mark", {"runs": [A, B]}),
        ("label", {"runs": [A], "text": "new"}),
        ("label", {"runs": [A], "text": ""}),
        ("tag", {"runs": [A, B], "add": ["x", "y"]}),
        ("tag", {"runs": [A], "add": ["x"], "remove": ["old"]}),
        ("comment", {"runs": [A], "text": "fine"}),
        ("delete", {"runs": [A]}),
        ("delete", {"runs": [A, B]}),
    ],
)
def test_a_change_is_made_and_taken_back_without_a_command(ask, kind, request_):
    before = state()
    done = ask(kind, **request_)
    undo = done["undo"]
    assert "takes it back" not in done["text"]
    assert "restore" not in done["text"]
    assert state() != before
    ask(undo.pop("type"), **undo)
    assert state() == before


def test_a_comment_is_edited_and_that_is_taken_back(ask):
    ask("comment", A, text="fine")
    undo = ask("comment", A, text="better", edit=1)["undo"]
    assert state()[1][4] == "better"
    ask(undo.pop("type"), **undo)
    assert state()[1][4] == "fine"


def test_a_comment_that_is_another_one_by_now_is_not_overwritten(ask):
    ask("comment", A, text="first")
    ask("comment", A, text="second")
    ask("comment", A, delete=1)
    for number, before in ((1, "first"), (2, "second")):
        error = ask("comment", A, edit=number, text="mine", before=before)["error"]["text"]
        assert error == f"comment {number} of run {A} is another one by now; copy your text and look again"
    assert state()[1][4] == "second"
    ask("comment", A, edit=1, text="mine", before="second")
    assert state()[1][4] == "mine"


def test_an_unmark_is_taken_back(ask):
    ask("mark", A)
    undo = ask("mark", A, clear=True)["undo"]
    assert state()[1][1] is False
    ask(undo.pop("type"), **undo)
    assert state()[1][1] is True


def test_what_cannot_be_taken_back_in_one_step_has_no_undo(ask):
    assert ask("label", A, B, text="both")["undo"] is None
    assert ask("tag", A, B, add=["old"])["undo"] is None


def test_the_mark_of_a_rule_takes_others_away_and_is_taken_back(ask):
    ask("mark", B)
    undo = ask("mark_best", A, B, column="run::started", greatest=False, filter="")["undo"]
    assert [each[1] for each in state()] == [False, True]
    ask(undo.pop("type"), **undo)
    assert [each[1] for each in state()] == [True, False]


@pytest.mark.parametrize(
    ("run_filter", "filter_", "words"),
    [
        (EVERY, " ", ""),
        (RunFilter(operations=("train",)), "label = one", ", operations train, where label = one"),
        (RunFilter(where="marked"), "label = one", ", where (marked) and (label = one)"),
        (RunFilter(where="marked"), "", ", where marked"),
    ],
)
def test_the_history_of_a_mark_says_among_which_runs_of_a_table_it_was_the_best(make_table, run_filter, filter_, words):
    request = {"type": "mark_best", "runs": [A], "column": "run::started", "greatest": True, "filter": filter_}
    requests = RunsRequests(make_table(run_filter), None, lambda: None)
    requests.answer({"type": "mark", "runs": [A]})
    requests.answer(request)
    assert guild_ipy.get_run(A).marks[-1].rule == f"max started{words}, of 1 run in a table"


@pytest.mark.parametrize(
    ("kind", "request_", "text"),
    [
        ("label", {"runs": [A]}, "'text' is a text, not None"),
        ("label", {"text": "x"}, "no run was chosen"),
        ("tag", {"runs": [A], "add": "x"}, "'add' is a list of texts, not 'x'"),
        ("mark", {"runs": ["ffff0000"]}, "no run matches 'ffff0000'"),
        ("restore", {"runs": [A]}, "it is not deleted"),
        ("undo_mark", {"runs": [A]}, "there is no mark to take back"),
        ("comment", {"runs": [A], "text": "x", "edit": 7}, "7"),
        ("mark_best", {"runs": [A], "column": "nothing"}, "'nothing' is the key of no column"),
        ("runs", {"columns": ["nothing"]}, "'nothing' is the key of no column"),
        ("dance", {}, "a request of type 'dance' is not known here; reload the page"),
    ],
)
def test_what_cannot_be_done_is_answered(ask, kind, request_, text):
    before = state()
    assert text in ask(kind, **request_)["error"]["text"]
    assert state() == before


@pytest.fixture
def open_home(home, tmp_path, tmp_path_factory):
    """Let other users into the folders of pytest."""
    base = tmp_path_factory.getbasetemp()
    for folder in {base.parent, base, tmp_path, Path(home.path)} - {Path(gettempdir())}:
        os.chmod(folder, 0o755)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can do something as another user")
@pytest.mark.parametrize(
    ("kind", "request_"),
    [("mark", {}), ("label", {"text": "x"}), ("tag", {"add": ["x"]}), ("comment", {"text": "x"}), ("delete", {})],
)
def test_the_run_of_another_user_is_left_as_it_is(ask, open_home, kind, request_):
    before = state()
    os.seteuid(OTHER_USER)
    try:
        error = ask(kind, A, B, **request_)["error"]["text"]
    finally:
        os.seteuid(0)
    assert "belongs to user 'root'" in error
    assert state() == before
