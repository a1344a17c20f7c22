from __future__ import annotations

import os
import sqlite3
from dataclasses import replace

import pytest

from benchmarks.homes import make_home
from guild_ipy.domain.values.scalars import ScalarPoint
from guild_ipy.index.index import Index
from guild_ipy.index.rows import event_sources as sources
from guild_ipy.index.rows.event_sources import EventSource, read_sources, stamp_sources, summarize_sources
from guild_ipy.session.settling import settle_run
from guild_ipy.settings import Settings
from guild_ipy.store.events import scalar_summaries as scalars
from guild_ipy.store.events.event_writer import EventWriter
from guild_ipy.store.events.scalar_summaries import summarize
from guild_ipy.store.guild_home import Home
from guild_ipy.store.run_dir import RunDir
from tests.index.truth import assert_right, database_of, make_run, runs_of, wait_until_settled


def points(first: int, last: int) -> list[ScalarPoint]:
    return [ScalarPoint(tag="loss", value=1 / (step + 1), step=step) for step in range(first, last)]


@pytest.fixture
def offsets(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Where event files were read from."""
    seen: list[int] = []
    read = scalars.iter_series
    monkeypatch.setattr(scalars, "iter_series", lambda path, offset: (seen.append(offset), read(path, offset))[1])
    return seen


def read(run_dir: RunDir, known: list[EventSource]) -> list[EventSource]:
    found = read_sources(run_dir, stamp_sources(run_dir), known)
    assert summarize_sources(run_dir, found) == summarize(run_dir)
    return found


def test_file_that_grows_is_read_from_where_it_ended(home: Home, offsets: list[int]):
    run_dir = make_run(home)
    writer = EventWriter(run_dir.guild)
    writer.write(points(0, 5))
    first = read(run_dir, [])
    size = os.path.getsize(writer.path)
    offsets.clear()
    writer.write(points(5, 10))
    read_sources(run_dir, stamp_sources(run_dir), first)
    writer.close()
    assert offsets == [size]


def test_file_that_was_replaced_by_a_longer_one_is_read_anew(home: Home):
    run_dir = make_run(home)
    writer = EventWriter(run_dir.guild)
    writer.write(points(0, 5))
    first = read(run_dir, [])
    other = EventWriter(run_dir.path)
    other.write(points(100, 120))
    with open(other.path, "rb") as new, open(writer.path, "wb") as old:
        old.write(new.read())
    os.unlink(other.path)
    writer.close()
    other.close()
    assert summarize_sources(run_dir, read(run_dir, first))["loss"].count == 20


def test_file_that_has_not_changed_is_not_read(home: Home, offsets: list[int]):
    run_dir = make_run(home)
    writer = EventWriter(run_dir.guild)
    writer.write(points(0, 5))
    writer.close()
    first = read(run_dir, [])
    offsets.clear()
    assert read_sources(run_dir, stamp_sources(run_dir), first) == first
    assert offsets == []


def test_scalars_of_a_run_at_work_are_read_on(index: Index, hold, offsets: list[int]):
    run_dir = make_run(index.home, started=5)
    process = hold(run_dir)
    writer = EventWriter(run_dir.guild)
    writer.write(points(0, 1000))
    assert_right(index)
    size = os.path.getsize(writer.path)
    writer.write(points(1000, 1003))
    offsets.clear()
    index.refresh()
    assert offsets == [size]
    writer.close()
    assert_right(index)
    process.kill()


def test_of_small_files_of_runs_that_have_ended_only_summaries_are_kept(
    home: Home, settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    make_home(home.path, 3)
    run_dir = make_run(home, started=5, exit_status=0)
    writer = EventWriter(run_dir.guild)
    writer.write(points(0, 3000))
    writer.close()
    index = Index(home, settings, settle_run)
    wait_until_settled(index)
    index.close()
    kept = sqlite3.connect(database_of(settings)).execute("select scalars is null from source").fetchall()
    assert sorted(kept) == [(0,), (1,), (1,), (1,)]
    monkeypatch.setattr(sources, "SMALL_BYTES", 0)
    assert_right(Index(home, settings, settle_run))


def test_scalars_that_are_gone_are_gone_from_the_index(index: Index):
    index.refresh()
    run_dir = runs_of(index)[4]
    (path,) = stamp_sources(run_dir)
    os.unlink(f"{run_dir.path}/{path}")
    assert_right(index, full=True)
    assert index.summaries([run_dir]) == [{}]


def test_event_file_in_a_new_folder_of_a_folder_is_seen_by_a_full_refresh(index: Index):
    run_dir = runs_of(index)[4]
    os.makedirs(f"{run_dir.path}/logs/old")
    assert_right(index)
    os.makedirs(f"{run_dir.path}/logs/old/new")
    writer = EventWriter(f"{run_dir.path}/logs/old/new")
    writer.write(points(0, 2))
    writer.close()
    assert_right(index, full=True)
    assert "logs/old/new#loss" in index.summaries([run_dir])[0]


def test_scalars_are_recovered_before_they_are_read(index: Index, settings: Settings):
    def settle(run_dir: RunDir) -> None:
        if run_dir == lost and os.path.exists(lost.reserve):
            os.unlink(lost.reserve)
            writer = EventWriter(run_dir.guild)
            writer.write(points(0, 2))
            writer.close()

    lost = make_run(index.home, started=5, exit_status=1)
    os.makedirs(lost.job)
    with open(lost.reserve, "wb"):
        pass
    settling = Index(index.home, replace(settings), settle)
    assert settling.summaries([lost])[0]["loss"].count == 2
    assert_right(settling)


def test_deleted_runs_are_summarised_from_their_files(index: Index):
    run_dir = runs_of(index)[0]
    trash = RunDir(f"{index.home.trash}/{run_dir.id}")
    os.makedirs(index.home.trash)
    os.rename(run_dir.path, trash.path)
    assert index.summaries([trash]) == [summarize(trash)]
