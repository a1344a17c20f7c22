from __future__ import annotations

from collections.abc import Callable

import pytest

from benchmarks.homes import make_home
from guild_ipy.domain.choosing.run_filter import RunFilter
from guild_ipy.domain.choosing.time_range import parse_time_range
from guild_ipy.domain.status import RunStatus
from guild_ipy.index.index import Index
from guild_ipy.index.queries import column_table as tables
from guild_ipy.index.queries.column_table import Field
from guild_ipy.session.settling import settle_run
from guild_ipy.settings import Settings
from guild_ipy.store.files.attrs import write_attr
from guild_ipy.store.guild_home import Home
from guild_ipy.store.run_dir import RunDir
from guild_ipy.store.state.changes import note_change
from guild_ipy.store.trash import delete_run
from tests.directories import read_table
from tests.index.truth import EVERY, assert_table_right, database_of, everything, make_run, runs_of, show


@pytest.fixture(autouse=True)
def small_segments(monkeypatch: pytest.MonkeyPatch):
    """Segments of 8 runs, stored anew after 3 changes."""
    for module in ("queries.column_table", "refreshing.row_writer"):
        monkeypatch.setattr(f"guild_ipy.index.{module}.SEGMENT_BITS", 3)
    monkeypatch.setattr(tables, "SEGMENT_RUNS", 8)
    monkeypatch.setattr("tests.directories.SEGMENT_RUNS", 8)
    monkeypatch.setattr(tables, "_MOST_PATCHED", 3)


def test_columns_show_what_the_directories_hold(index: Index):
    assert_table_right(index)


def test_columns_of_a_home_without_runs_are_empty(home: Home, settings: Settings):
    assert_table_right(Index(home, settings, settle_run))


def test_changed_new_and_deleted_runs_are_in_the_columns(index: Index):
    index.table(everything)
    for number, run in enumerate(runs_of(index)):
        if number % 7 == 0:
            write_attr(run, "label", f"label {number}")
            write_attr(run, "flags", {"lr": number, "new": [number]})
            note_change(index.home, run.id)
            assert_table_right(index)
        if number % 11 == 0:
            delete_run(index.home, run)
            make_run(index.home, f"{number:032x}", started=number, flags={"lr": "text", "other": None}, note=number)
            assert_table_right(index)


def test_segments_are_stored_once_and_again_after_many_changes(index: Index, settings: Settings, monkeypatch):
    stored: list[int] = []
    store = tables.store_segments
    monkeypatch.setattr(
        tables, "store_segments", lambda connection, stale: (stored.append(len(stale)), store(connection, stale))[1]
    )
    runs = runs_of(index)
    for changed in (0, 0, 3, 30):
        for run in runs[:changed]:
            write_attr(run, "label", f"{changed}")
        note_change(index.home, *(run.id for run in runs[:changed]))
        index.table([Field("run", "label")])
    assert stored == [4, 4]
    index.close()
    assert_table_right(Index(index.home, settings, settle_run))


@pytest.mark.parametrize(
    "run_filter",
    [
        RunFilter(limit=3),
        RunFilter(operations=("train", "nothing")),
        RunFilter(operations=("prep*",), limit=2),
        RunFilter(statuses=frozenset({RunStatus.ERROR, RunStatus.TERMINATED})),
        RunFilter(marked=True),
        RunFilter(marked=False, limit=5),
        RunFilter(unlabeled=True),
        RunFilter(labels=("red",)),
        RunFilter(labels=("-",)),
        RunFilter(labels=("0.1 ", "0.3"), limit=2),
        RunFilter(tags=("good", "bad")),
        RunFilter(comments=("HELLO",)),
        RunFilter(comments=("-",), limit=1),
        RunFilter(digest="0" * 31 + "1"),
        RunFilter(started=parse_time_range("after 2026-11-22")),
        RunFilter(started=parse_time_range("between 2020-01-01 and 2030-01-01"), limit=7),
        RunFilter(started=parse_time_range("before 2020-01-01")),
        RunFilter(deleted=True),
    ],
)
def test_filters_give_the_rows_that_they_give_without_an_index(index: Index, run_filter: RunFilter):
    make_run(index.home, started=5, label=" spaced\t", comments=[{"body": "x", "user": "hello", "host": "h"}])
    make_run(index.home, "e" * 32, label="\t", initialized=1_795_350_738_774_101)
    delete_run(index.home, runs_of(index)[3])
    assert_table_right(index, run_filter)


def test_flags_of_any_value_are_in_columns(index: Index):
    odd = [float("nan"), float("-inf"), 2**70, -0.0, True, [1, [2]], {"a": {}}, "", "a\0b", 2**60, 1.5, "\x1f", "ü"]
    for number, value in enumerate(odd):
        make_run(index.home, f"{number:032x}", flags={"odd": value, f"odd {value}": value}, started=number)
    assert_table_right(index)


def test_names_that_no_run_has_any_more_are_gone(index: Index):
    run = make_run(index.home, flags={"once": 1}, note="x")
    seen: list[list[str]] = []

    def look(names: Callable[[str], list[str]]) -> list[Field]:
        seen.append([*names("flag"), *(name for name in names("attr") if name == "note")])
        return []

    index.table(look)
    delete_run(index.home, run)
    index.table(look)
    assert [set(before) - set(after) for before, after in [seen]] == [{"once", "note"}]


def test_column_of_an_unknown_name_is_empty(index: Index):
    field = Field("flag", "no such flag")
    table = index.table([field])
    assert table.columns[field].to_list(table.numbers) == [None] * 30


def test_damaged_column_is_made_anew(index: Index):
    index.table(everything)
    with index._live._open_file().write() as connection:
        connection.execute("update colseg set data = x'00' where n = 0")
    truth = show(read_table(index.home, everything, EVERY))
    assert show(index.table(everything)) == truth


def test_columns_can_be_had_where_no_index_can_be_written(home: Home):
    make_home(home.path, 10)
    assert_read_only(Index(home, Settings(cache_dir="/dev/null/cache"), settle_run))


def assert_read_only(index: Index) -> None:
    truth = show(read_table(index.home, everything, EVERY))
    assert show(index.table(everything)) == truth
    assert index.trouble is not None


def test_runs_of_the_trash_have_columns_too(index: Index, settings: Settings):
    run = runs_of(index)[0]
    delete_run(index.home, run)
    table = index.table([Field("run", "id")], RunFilter(deleted=True))
    assert table.columns[Field("run", "id")].to_list(table.numbers) == [run.id]
    index.refresh()
    assert database_of(settings)
    assert RunDir(f"{index.home.trash}/{run.id}") not in runs_of(index)
