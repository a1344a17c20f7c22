from __future__ import annotations

import os

import pandas as pd
import pytest

from guild_ipy.errors import UsageError
from guild_ipy.frame.runs_frame import runs
from guild_ipy.store.files.attrs import write_attr
from guild_ipy.store.files.whole_file import write_file

pytestmark = pytest.mark.usefixtures("home")


def test_runs_are_listed_newest_first_in_a_plain_frame(add_run):
    add_run("aaaa")
    add_run("bbbb", label="best", marked=True)

    df = runs()

    assert type(df) is pd.DataFrame
    assert list(df.columns) == [
        "run",
        "operation",
        "started",
        "time",
        "status",
        "label",
        "marked",
        "notebook",
        "project",
    ]
    assert df.run.to_list() == ["bbbb0000", "aaaa0000"]
    assert df.operation.to_list() == ["train()", "train()"]
    assert df.status.to_list() == ["completed", "completed"]
    assert df.marked.to_list() == [True, False]
    assert df.label.isna().to_list() == [False, True]


NOON = 1_795_176_000_000_000
DTYPES = [
    *["string", "category", "datetime64[us, UTC]", "timedelta64[us]", "category", "string", "bool", "string", "string"]
]


def test_columns_have_the_right_dtypes(add_run, monkeypatch):
    monkeypatch.setattr("guild_ipy.tables.columns.dtypes.local_timezone", lambda: "UTC")
    add_run("aaaa")

    assert list(map(str, runs().dtypes)) == DTYPES


def test_a_home_without_runs_gives_the_same_dtypes(monkeypatch):
    monkeypatch.setattr("guild_ipy.tables.columns.dtypes.local_timezone", lambda: "UTC")
    df = runs(details=True)

    assert list(map(str, df.dtypes))[:9] == DTYPES
    assert df.empty


def test_times_are_exact(add_run):
    add_run("aaaa", started=NOON + 5, stopped=NOON + 60_000_005)

    df = runs()

    assert df.started[0] == pd.Timestamp("2026-11-20 12:00:00.000005Z")
    assert df.time[0] == pd.Timedelta(minutes=1)


def test_a_run_that_never_started_has_no_times(add_run):
    run_dir = add_run("aaaa")
    os.unlink(run_dir.attr("started"))

    assert runs()[["started", "time"]].isna().all(axis=None)


def test_runs_that_share_8_digits_can_be_told_apart_even_if_only_one_is_listed(add_run):
    add_run("aaaaaaaa1", label="one")
    add_run("aaaaaaaa2", label="two")

    assert runs(labels="two").run.to_list() == ["aaaaaaaa2"]


def test_a_damaged_run_is_listed_with_the_reason(add_run):
    run_dir = add_run("aaaa")
    write_file(run_dir, run_dir.attr("label"), b"[unfinished")

    df = runs(details=True)

    assert df.status.to_list() == ["damaged"]
    assert "attrs/label" in df.damage[0]


def test_a_run_without_operation_is_listed(add_run):
    run_dir = add_run("aaaa")
    write_file(run_dir, run_dir.opref, b"nonsense")

    assert runs().operation.isna().to_list() == [True]


def test_details_add_columns(add_run):
    run_dir = add_run("aaaa", tags=["a", "b"], exit_status=-15, sourcecode_digest="c0ffee")
    write_attr(run_dir, "comments", [{"body": "fine", "time": NOON, "user": "ada", "host": "box"}])

    row = runs(details=True).loc[0]

    assert row["id"] == run_dir.id
    assert row.exit_status == -15
    assert (row.tags, row.comments, row.digest) == ("a, b", "fine", "c0ffee")
    assert row.run_dir == run_dir.path
    assert row.status == "terminated"


@pytest.mark.parametrize(
    ("filters", "labels"),
    [
        ({"operations": "train"}, ["c", "a"]),
        ({"operations": ["train", "test"]}, ["c", "b", "a"]),
        ({"labels": ["a", "b"]}, ["b", "a"]),
        ({"tags": "x"}, ["b"]),
        ({"comments": "nothing"}, []),
        ({"error": True}, ["c"]),
        ({"error": True, "completed": True}, ["c", "b", "a"]),
        ({"error": False, "running": None}, ["c", "b", "a"]),
        ({"marked": True}, ["a"]),
        ({"unmarked": True}, ["c", "b"]),
        ({"marked": False}, ["c", "b", "a"]),
        ({"unlabeled": True}, []),
        ({"started": "after 2026-11-21"}, []),
        ({"digest": "c0"}, ["b"]),
        ({"deleted": True}, []),
        ({"limit": 1}, ["c"]),
        ({"limit": 0}, []),
    ],
)
def test_filters_narrow_the_list(add_run, filters, labels):
    add_run("aaaa", label="a", marked=True)
    add_run("bbbb", label="b", tags=["x"], operation="test", sourcecode_digest="c0ffee")
    add_run("cccc", label="c", exit_status=1)

    assert runs(**filters).label.to_list() == labels


def test_an_unknown_filter_is_refused_with_the_nearest():
    with pytest.raises(UsageError, match=r"no filter 'operation' \(did you mean 'operations'\?\)"):
        runs(operation="train")


@pytest.mark.parametrize(
    ("filters", "message"),
    [
        ({"labels": 3}, "labels takes a text or a list of texts, not 3"),
        ({"tags": ["a", 3]}, "tags takes a text or a list of texts, not 3"),
        ({"digest": ["a"]}, "digest takes a text, not a list"),
        ({"running": "yes"}, "running takes True or False, not 'yes'"),
        ({"limit": -1}, "limit takes a whole number from 0 up, not -1"),
        ({"limit": True}, "limit takes a whole number from 0 up, not True"),
        ({"marked": True, "unmarked": True}, "leave no run"),
        ({"started": "once"}, "cannot read 'once' as a time range"),
    ],
)
def test_a_value_that_a_filter_cannot_have_is_refused(filters, message):
    with pytest.raises(UsageError, match=message):
        runs(**filters)


def test_refresh_is_full_or_nothing():
    with pytest.raises(UsageError, match="refresh takes 'full', not 'now'"):
        runs(refresh="now")
