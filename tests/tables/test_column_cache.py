from __future__ import annotations

import os
import shutil

import pandas as pd
import pytest

from guild_ipy.frame.runs_frame import runs
from guild_ipy.index.index import Index
from guild_ipy.session.session import get_session
from guild_ipy.store.files.attrs import write_attr
from guild_ipy.store.state.changes import note_change
from guild_ipy.tables.columns.column_cache import columns_of


@pytest.fixture
def df(add_run) -> pd.DataFrame:
    add_run("aaaa", flags={"lr": 0.1, "layers": [1, 2], "n": 1}, label="one", scalars={"loss": [1.0]}, note="x")
    add_run("bbbb", flags={"lr": 0.2, "layers": [3], "n": 2}, label="two", scalars={"loss": [2.0]}, note="y")
    return runs()


@pytest.fixture
def reads(monkeypatch) -> list[object]:
    """Note which columns are read from the index."""
    found: list[object] = []
    read_table = Index.table

    def note(index, wanted, *args, **keywords):
        found.extend([wanted] if callable(wanted) else wanted)
        return read_table(index, wanted, *args, **keywords)

    monkeypatch.setattr(Index, "table", note)
    return found


def test_while_no_run_changes_no_column_is_read_twice(df, reads):
    df.guild.compare()
    reads.clear()

    runs()
    runs().guild.compare()
    df.guild.flags()
    df.head(1).guild.compare("loss")

    assert reads == []


def test_a_run_that_changes_is_seen_in_the_next_frame(df, home):
    write_attr(home.run_dir("bbbb".ljust(32, "0")), "label", "new")

    assert runs(refresh="full").label.to_list() == ["new", "one"]


def test_a_run_that_comes_is_seen_in_the_next_frame(df, add_run):
    df.guild.compare()
    add_run("cccc", flags={"depth": 3})

    found = runs().guild.compare()

    assert found.run.to_list() == ["cccc0000", "bbbb0000", "aaaa0000"]
    assert found.depth.to_list()[0] == 3


@pytest.mark.parametrize("verb", [None, "compare", "flags", "attributes", "scalars"])
def test_what_is_done_to_a_frame_is_not_seen_in_the_next(df, verb):
    def give() -> pd.DataFrame:
        return getattr(runs().guild, verb)() if verb else runs(details=True)

    expected = give().copy(deep=True)
    spoilt = give()

    for column in spoilt.columns:
        spoilt[column] = spoilt[column].iloc[::-1].array
    spoilt.loc[0] = spoilt.loc[1]
    for column in spoilt.select_dtypes("object"):
        spoilt[column].iloc[0].append("spoilt")

    pd.testing.assert_frame_equal(give(), expected)


def test_an_index_that_was_thrown_away_and_built_anew_shows_other_runs(df, add_run):
    df.guild.compare()
    context = get_session()
    context.current_index.close()
    shutil.rmtree(context.settings.cache_dir)
    os.makedirs(context.settings.cache_dir)
    add_run("cccc")

    assert runs().run.to_list() == ["cccc0000", "bbbb0000", "aaaa0000"]


def test_without_an_index_the_frames_are_the_same(df, monkeypatch):
    expected = [df, df.guild.compare(), df.guild.flags(), df.guild.attributes(), df.guild.scalars()]
    monkeypatch.setattr("guild_ipy.index.synced.SyncedDatabase._open_file", _cannot)

    again = runs()
    found = [again, again.guild.compare(), again.guild.flags(), again.guild.attributes(), again.guild.scalars()]

    for one, other in zip(found, expected, strict=True):
        pd.testing.assert_frame_equal(one, other)


def _cannot(*args, **keywords):
    raise OSError(28, "No space left on device")


def test_deleted_and_live_runs_stand_in_one_frame(df, home, add_run):
    both = runs()
    df[df.label == "two"].guild.delete()

    found = both.guild.compare()

    assert found.label.to_list() == ["two", "one"]
    assert found.lr.to_list() == [0.2, 0.1]
    assert found.layers.to_list() == [[3], [1, 2]]
    assert both.guild.scalars().last_val.to_list() == [2.0, 1.0]


def test_a_home_that_is_changed_by_its_log_is_seen(df, home):
    run_dir = home.run_dir("aaaa".ljust(32, "0"))
    write_attr(run_dir, "label", "logged")
    note_change(home, run_dir.id)

    assert runs().label.to_list() == ["two", "logged"]


def test_a_run_in_the_place_of_one_that_is_gone_is_not_taken_for_it(df, add_run, home):
    context = get_session()
    generation = columns_of(context.index).now(context, lambda names: ())
    shutil.rmtree(home.run_dir("bbbb".ljust(32, "0")).path)
    add_run("cccc")
    runs()

    assert generation.ids(context) == ["", "aaaa".ljust(32, "0")]


def test_runs_whose_ids_begin_alike_are_told_apart_in_every_frame(df, add_run):
    add_run("aaaa00001")
    add_run("aaaa00002")

    assert sorted(runs().run) == ["aaaa00000", "aaaa00001", "aaaa00002", "bbbb0000"]
    assert runs().guild.compare().run.to_list() == runs().run.to_list()
    assert runs(details=True).id.map(len).unique().tolist() == [32]
