"""Marks with memory, stale runs and lineages in a notebook."""

import pytest

from guild_ipy.errors import RunStateError
from guild_ipy.store.files.attrs import write_attr
from tests.used_runs import used


@pytest.fixture
def runs(train):
    """Two runs of `train`, and one that used the older of them before the newer one was made."""
    older = train.run("run = %guild_run train lr=0.5\nrun")
    user = train.run("run = %guild_run train lr=2\nrun")
    write_attr(user.dir, "deps", used("other", older.id))
    return [older, user]


def test_a_lineage_is_a_picture_with_a_frame(train, runs):
    made = train.run("made = %guild_lineage 1 --up\nmade")
    assert made.frame["run"].to_list() == [runs[1].short_id, runs[0].short_id]
    assert train.run("made.frame.guild.flags()")["lr"].to_list() == [2.0, 0.5]
    data, _ = train.shell.display_formatter.format(made)
    assert data["text/html"].startswith("<svg ")
    assert data["image/svg+xml"] == data["text/html"]
    assert data["text/plain"].splitlines()[1] == "made of:"


def test_stale_runs_are_listed(train, runs):
    assert train.run("%guild_runs --stale").empty
    write_attr(runs[1].dir, "deps", used("train", "a" * 32))
    assert train.run("%guild_runs --stale -Fo train")["run"].to_list() == [runs[1].short_id]
    assert train.run("%guild_runs --details")["stale"].to_list() == [True, False]


def test_marks_are_set_with_a_reason_or_by_rule_and_taken_back(train, runs):
    assert train.printed("%guild_mark 1 --reason 'looks good'").startswith("Marked 1 run(s): train() ")
    assert train.run("%guild_info 1").lines["mark"].endswith(": looks good")
    printed = train.printed("%guild_mark --best loss --where 'lr > 0'")
    older, user = (run.short_id for run in runs)
    assert printed.splitlines()[0] == (
        f"Marked 1 run(s): train() {older} by min loss, where lr > 0; unmarked 1 other(s): train() {user}; "
        "mark --undo takes it back"
    )
    assert train.printed("%guild_mark --undo").startswith("Took back the last mark or unmark of 2 run(s): train() ")
    assert [run.marked for run in runs] == [False, True]
    assert train.printed("%guild_mark 1 --undo").startswith("Took back the last mark or unmark of 1 run(s): ")
    with pytest.raises(RunStateError, match="there is no mark to take back"):
        train.run("%guild_mark --undo")
