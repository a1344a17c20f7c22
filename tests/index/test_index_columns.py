import os
from dataclasses import replace

import pytest

from benchmarks.homes import make_home
from guild_ipy.domain.choosing.run_filter import RunFilter
from guild_ipy.index.queries.column_table import Field
from guild_ipy.session.run_refs import list_runs
from guild_ipy.session.session import Session
from guild_ipy.settings import Settings
from guild_ipy.store.events.scalar_summaries import summarize
from guild_ipy.store.files.attrs import write_attr
from guild_ipy.store.guild_home import Home
from guild_ipy.store.trash import delete_run
from tests.directories import list_runs as read_runs

ID, LR, LOSS = Field("run", "id"), Field("flag", "lr"), Field("scalar", "loss", "last")


@pytest.fixture
def context(home, tmp_path):
    """A home of 20 runs that have settled."""
    make_home(home.path, 20)
    settings = Settings(cache_dir=f"{tmp_path}/cache", index_few=0)
    context = Session(settings, home=home)
    yield context
    context.current_index.close()


def values(table, field):
    return table.columns[field].to_list(table.numbers)


def test_columns_of_runs_that_pass_a_filter_are_given_newest_first(context):
    table = context.index.table([ID, LR], RunFilter(operations=("prepare",), limit=4))
    records = read_runs(context.home, RunFilter(operations=("prepare",), limit=4))
    assert values(table, ID) == [record.dir.id for record in records]
    assert values(table, LR) == [record.flags["lr"] for record in records]


def test_columns_of_certain_runs_are_in_their_order(context):
    run_dirs = [record.dir for record in read_runs(context.home, RunFilter())][7:2:-2]
    table = context.index.table_of([*run_dirs, run_dirs[0]], [ID, LOSS])
    assert values(table, ID) == [run_dir.id for run_dir in (*run_dirs, run_dirs[0])]
    assert values(table, LOSS)[0] == summarize(run_dirs[0])["loss"].last
    assert table.gen > 0


def test_columns_of_deleted_runs_are_read_from_the_trash(context):
    live, gone = (record.dir for record in read_runs(context.home, RunFilter(limit=2)))
    delete_run(context.home, gone)
    (deleted,) = (record.dir for record in read_runs(context.home, RunFilter(deleted=True)))
    table = context.index.table_of([deleted, live], [ID, LR])
    assert (values(table, ID), table.gen) == ([gone.id, live.id], 0)
    assert values(context.index.table([ID], RunFilter(deleted=True)), ID) == [gone.id]


def test_columns_are_chosen_by_the_names_that_there_are(context):
    table = context.index.table(lambda names: [Field("flag", name) for name in names("flag")])
    assert [field.name for field in table.columns] == ["act", "batch", "dropout", "layers", "lr"]


def test_a_change_by_others_is_seen_at_once_by_a_full_look(context):
    while context.index.table([]).gen == 0 or context.index._live.ask(lambda reader: reader.state().unsettled):
        continue
    run_dir = read_runs(context.home, RunFilter())[5].dir
    with open(run_dir.attr("label"), "w") as file:
        file.write("by hand\n")
    labelled = RunFilter(labels=("by hand",))
    assert list_runs(context, labelled) == []
    assert [run.id for run in list_runs(context, labelled, full=True)] == [run_dir.id]
    assert [record.label for record in context.index.records(labelled, full=True)] == ["by hand"]


def test_summaries_of_many_runs_are_those_of_each(context):
    run_dirs = [record.dir for record in read_runs(context.home, RunFilter())]
    assert repr(context.index.summaries(run_dirs)) == repr([summarize(run_dir) for run_dir in run_dirs])


def test_everything_is_listed_where_there_can_be_no_index(context):
    settings = replace(context.settings, cache_dir="/dev/null/cache")
    without = Session(settings, home=context.home, engine=context.engine)
    assert without.index.records(RunFilter()) == read_runs(context.home, RunFilter())
    assert values(without.index.table([ID, LR]), LR) == values(context.index.table([ID, LR]), LR)
    assert "NotADirectoryError" in without.index.trouble


def test_the_index_is_one_until_another_home_is_asked_about(context, tmp_path):
    index = context.index
    assert context.index is index
    write_attr(list_runs(context)[0].dir, "label", "new")
    other = context.current_index.of(Home(f"{tmp_path}/other"), context.settings)
    assert other.records(RunFilter()) == []
    assert index._live._file is None
    assert context.index is not index
    assert len(list_runs(context)) == 20
    assert os.listdir(f"{tmp_path}/cache") == ["index"]
