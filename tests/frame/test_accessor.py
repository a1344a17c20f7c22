from __future__ import annotations

import importlib
import io
import os
import shutil

import pandas as pd
import pytest

from guild_ipy.errors import NoRunColumn, RunNotFound, RunStateError, UsageError
from guild_ipy.frame import accessor
from guild_ipy.frame.runs_frame import runs
from guild_ipy.store.files.attrs import delete_attr, read_attr
from guild_ipy.store.state.lock import hold_alive


@pytest.fixture
def df(add_run) -> pd.DataFrame:
    add_run("aaaa", flags={"lr": 0.1}, label="one", scalars={"loss": [2.0, 1.0]})
    add_run("bbbb", flags={"lr": 0.2}, label="two", scalars={"loss": [4.0, 3.0]})
    return runs()


def through_csv(df):
    return pd.read_csv(io.StringIO(df.to_csv(index=False)))


@pytest.mark.parametrize(
    "change",
    [
        lambda df: df[df.marked == False],  # noqa: E712 - as users write it
        lambda df: df.sort_values("label"),
        lambda df: pd.concat([df.head(1), df.tail(1)]),
        lambda df: pd.concat([df, df]),
        lambda df: df.merge(df.guild.compare()[["run", "loss"]], on="run"),
        lambda df: df.merge(pd.DataFrame({"run": ["aaaa0000", "bbbb0000"], "x": [1, 2]}), on="run"),
        lambda df: df.merge(pd.DataFrame({"label": ["other"]}), on="label", how="outer"),
        lambda df: df.set_index("run"),
        lambda df: df[["run"]].astype("category"),
        lambda df: df.groupby("run", as_index=False)[["marked"]].sum(),
        lambda df: df.guild.scalars(),
        through_csv,
    ],
)
def test_the_runs_are_found_whatever_was_done_with_the_frame(df, change):
    assert sorted(change(df).guild.flags().lr) == [0.1, 0.2]


def test_runs_keep_the_order_of_the_frame(df):
    assert df.sort_values("label").guild.flags().run.to_list() == ["aaaa0000", "bbbb0000"]


def test_what_it_gives_merges_with_the_frame_however_its_runs_are_named(df, home):
    whole = pd.DataFrame({"run": ["aaaa".ljust(32, "0"), "bbbb"]})

    merged = whole.merge(whole.guild.flags(), on="run")

    assert merged.lr.to_list() == [0.1, 0.2]


def test_an_empty_frame_has_nothing_to_give(df):
    none = df[df.label == "other"]

    assert list(none.guild.flags().columns) == ["run"]
    assert none.guild.compare().empty
    assert none.guild.scalars().empty
    assert none.guild.scalars_detail().empty
    assert none.guild.mark() == 0
    with pytest.raises(UsageError, match="no run in this frame"):
        none.guild.info()


def test_info_is_about_the_first_run(df):
    info = df.guild.info()

    assert info.lines["label"] == "two"
    assert "lr" in str(info)


def test_mark_and_clear_count_runs(df):
    assert pd.concat([df, df]).guild.mark() == 2
    assert runs().marked.to_list() == [True, True]

    assert df.head(1).guild.mark(clear=True) == 1
    assert runs().marked.to_list() == [False, True]


@pytest.mark.parametrize(
    ("args", "keywords", "label"),
    [
        (["new"], {}, "new"),
        ([], {"append": "b"}, "two b"),
        ([], {"prepend": "a"}, "a two"),
        ([], {"remove": "two"}, None),
        ([], {"clear": True}, None),
    ],
)
def test_label_changes_labels(df, home, args, keywords, label):
    assert df.head(1).guild.label(*args, **keywords) == 1

    assert read_attr(home.run_dir("bbbb".ljust(32, "0")), "label") == label


@pytest.mark.parametrize(("args", "keywords"), [([], {}), (["a"], {"append": "b"}), (["a"], {"clear": True})])
def test_label_takes_one_change(df, args, keywords):
    with pytest.raises(UsageError, match="label takes one of"):
        df.guild.label(*args, **keywords)


def test_delete_moves_the_runs_to_the_trash(df):
    assert df.head(1).guild.delete() == 1

    assert runs().label.to_list() == ["one"]
    assert runs(deleted=True).label.to_list() == ["two"]


def test_a_deleted_run_can_still_be_looked_at_and_not_changed(df):
    df.guild.delete()

    assert df.guild.flags().lr.to_list() == [0.2, 0.1]
    with pytest.raises(RunNotFound, match="'bbbb0000': it is deleted; restore it first"):
        df.guild.mark()


def test_deleted_runs_are_restored_by_the_frame_they_were_in(df, capsys):
    df.guild.delete()
    capsys.readouterr()
    assert df.head(1).guild.restore() == 1
    assert capsys.readouterr().out == "Restored 1 run: train() bbbb0000\n"
    assert runs(deleted=True).guild.restore() == 1
    assert runs().run.to_list() == df.run.to_list()


def test_live_runs_are_neither_restored_nor_purged(df):
    with pytest.raises(RunNotFound, match="'bbbb0000': it is not deleted"):
        df.guild.restore()
    with pytest.raises(RunNotFound, match="'bbbb0000': it is not deleted"):
        df.guild.purge()
    assert len(runs()) == len(df)


def test_purged_runs_are_gone(df):
    df.guild.delete()
    assert df.tail(1).guild.purge() == 1
    assert runs(deleted=True).run.to_list() == ["bbbb0000"]


def test_of_two_deletions_of_a_run_each_has_a_row(df, home):
    for label in ("first", "second"):
        shutil.copytree(home.run_dir("b" * 4 + "0" * 28).path, f"{home.path}/copy")
        df.head(1).guild.label(label)
        df.head(1).guild.delete()
        os.rename(f"{home.path}/copy", home.run_dir("b" * 4 + "0" * 28).path)
    df.head(1).guild.delete()
    trash = runs(deleted=True)
    assert len(set(trash.run)) == 3
    assert trash[trash.label == "first"].guild.restore() == 1
    assert runs().label.to_list()[0] == "first"


def test_tags_and_comments_of_all_runs_of_a_frame_are_changed(df, capsys):
    assert df.guild.tag("best", "paper") == 2
    assert df.head(1).guild.tag(remove="best", sync_labels=True) == 1
    assert df.guild.comment("fine\nwell") == 2
    assert df.tail(1).guild.comment("new", edit=1, user="ada@lab") == 1
    frame = runs(details=True)
    assert frame.tags.to_list() == ["paper", "best, paper"]
    assert frame.comments.to_list() == ["fine; well", "new"]
    assert df.guild.compare(".tags").tags.to_list() == ["paper", "best, paper"]
    assert runs(tags="best").run.to_list() == df.tail(1).run.to_list()
    assert df.guild.comment(delete=1) == df.guild.comment(clear=True) == 2
    assert df.guild.tag(clear=True) == 2
    assert capsys.readouterr().out.count("\n") == 7


def test_no_run_is_deleted_when_one_is_running(df, add_run):
    running = add_run("cccc")
    running_lock = hold_alive(running)
    df = runs()
    delete_attr(running, "exit_status")

    with pytest.raises(RunStateError, match="cccc0000 is running"):
        df.guild.delete()

    assert running_lock is not None
    assert len(runs()) == 3


def test_a_run_that_is_gone_is_named(df):
    with pytest.raises(RunNotFound, match="'ffff0000': it is not in"):
        pd.DataFrame({"run": ["aaaa0000", "ffff0000"]}).guild.flags()


def test_other_frames_have_no_accessor_and_complete_as_before():
    other = pd.DataFrame({"x": [1]})

    assert not hasattr(other, "guild")
    assert "guild" not in dir(other)
    with pytest.raises(NoRunColumn, match="needs one column 'run'"):
        other.guild  # noqa: B018 - looking is enough


def test_frames_of_runs_complete_it(df):
    assert "guild" in dir(df)


def test_loading_the_module_again_warns_nothing(df):
    importlib.reload(accessor).register_accessor()

    assert len(df.copy().guild.flags()) == 2
