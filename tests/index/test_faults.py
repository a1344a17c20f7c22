from __future__ import annotations

import multiprocessing
import os
import random
import resource
import shutil
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from benchmarks.homes import make_home
from guild_ipy.domain.choosing.run_filter import RunFilter
from guild_ipy.index.index import Index
from guild_ipy.index.refreshing import refresh
from guild_ipy.session.settling import settle_run
from guild_ipy.settings import Settings
from guild_ipy.store.files.attrs import write_attr
from guild_ipy.store.guild_home import Home
from guild_ipy.store.state.changes import note_change
from tests.directories import list_runs
from tests.index.truth import EVERY, assert_right, database_of, make_run

PAGE = 4096
SPAWN = multiprocessing.get_context("spawn")


def assert_lists_all(index: Index) -> None:
    assert index.records(EVERY) == list_runs(index.home, EVERY)


@pytest.mark.parametrize("seed", range(12))
def test_damaged_index_is_built_anew(index: Index, settings: Settings, seed: int):
    index.refresh()
    index.close()
    damage(database_of(settings), seed)
    assert_lists_all(Index(index.home, settings, settle_run))
    assert_right(Index(index.home, settings, settle_run))


def damage(path: str, seed: int) -> None:
    """Overwrite some pages, the first or others, or cut the file in half."""
    generator = random.Random(seed)
    size = os.stat(path).st_size
    if seed % 4 == 3:
        return os.truncate(path, size // 2)
    pages = range(size // PAGE) if seed % 4 else [0]
    with open(path, "r+b") as file:
        for page in generator.sample(pages, min(len(pages), 20)):
            file.seek(page * PAGE)
            file.write(generator.randbytes(PAGE))
    return None


@pytest.mark.parametrize("seed", range(8))
def test_index_damaged_while_it_is_open_is_built_anew(index: Index, settings: Settings, seed: int):
    index.refresh()
    damage(database_of(settings), seed)
    make_run(index.home)
    assert_lists_all(index)
    assert_lists_all(index)
    assert_lists_all(Index(index.home, settings, settle_run))
    assert_right(index)


def test_index_deleted_while_open_is_built_anew(index: Index, settings: Settings):
    other = Index(index.home, settings, settle_run)
    assert_right(index)
    assert_right(other)
    shutil.rmtree(settings.cache_dir)
    assert_right(index)
    make_run(index.home)
    assert_right(other)
    os.unlink(database_of(settings))
    assert_right(index)
    assert_right(other)


@pytest.mark.parametrize(
    "change",
    [
        "pragma user_version = 77",
        "pragma application_id = 77",
        "update meta set home = 'another'",
        "drop table flag",
        "delete from meta",
        "update record set data = 'no json'",
        "update record set data = '[1]'",
    ],
)
def test_index_of_another_version_or_with_nonsense_in_it_is_built_anew(index: Index, settings: Settings, change: str):
    index.refresh()
    with Index(index.home, settings, settle_run)._live._open_file().write() as connection:
        connection.execute(change)
    assert_lists_all(index)
    assert_lists_all(Index(index.home, settings, settle_run))
    assert_right(index)


def test_database_made_by_another_program_is_replaced(index: Index, settings: Settings):
    index.refresh()
    index.close()
    os.unlink(database_of(settings))
    sqlite3.connect(database_of(settings)).execute("create table t(a)").connection.close()
    assert_lists_all(index)
    assert_right(index)


@pytest.mark.parametrize("place", ["/dev/null/cache", "/proc/cache"])
def test_listing_works_where_no_index_can_be_written(home: Home, place: str):
    make_home(home.path, 3)
    index = Index(home, Settings(cache_dir=place), settle_run)
    assert not index.refresh()
    assert_lists_all(index)


def test_listing_works_when_the_place_of_the_index_is_taken(index: Index, settings: Settings):
    index.refresh()
    index.close()
    path = database_of(settings)
    os.unlink(path)
    os.makedirs(path + "/folder")
    assert_lists_all(index)


@contextmanager
def full_disk() -> Iterator[None]:
    """No file may grow beyond 64 KiB."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (65536, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


def test_listing_works_on_a_full_disk_and_the_index_goes_on_afterwards(home: Home, settings: Settings):
    make_home(home.path, 200)
    index = Index(home, settings, settle_run)
    with full_disk():
        assert_lists_all(index)
    assert_right(index)
    make_run(home)
    with full_disk():
        assert_lists_all(index)
    assert_right(index)


def list_often(path: str, cache_dir: str, results: multiprocessing.Queue) -> None:
    index = Index(Home(path), Settings(cache_dir=cache_dir), settle_run)
    counts = [len(index.records(EVERY)) for _ in range(30)]
    results.put((counts[-1], index.trouble))


def test_processes_that_refresh_at_once_agree(home: Home, settings: Settings):
    make_home(home.path, 400)
    results = SPAWN.Queue()
    readers = [SPAWN.Process(target=list_often, args=(home.path, settings.cache_dir, results)) for _ in range(3)]
    for reader in readers:
        reader.start()
    found = [results.get(timeout=60) for _ in readers]
    for reader in readers:
        reader.join()
    assert found == [(400, None)] * 3
    assert_right(Index(home, settings, settle_run))


def refresh_in_turns(path: str, cache_dir: str, results: multiprocessing.Queue) -> None:
    refresh._CHUNK_SECONDS = 0.004  # the lock goes round many times, as it does on a machine that is very busy
    index = Index(Home(path), Settings(cache_dir=cache_dir), settle_run)
    index.refresh()
    results.put(index.trouble)


def test_processes_that_build_the_index_by_turns_write_each_run_once(home: Home, settings: Settings):
    make_home(home.path, 400)
    results = SPAWN.Queue()
    arguments = (home.path, settings.cache_dir, results)
    builders = [SPAWN.Process(target=refresh_in_turns, args=arguments) for _ in range(3)]
    for builder in builders:
        builder.start()
    assert [results.get(timeout=60) for _ in builders] == [None] * 3
    for builder in builders:
        builder.join()
    assert_right(Index(home, settings, settle_run))


def change_for_ever(path: str, cache_dir: str, started: multiprocessing.Queue) -> None:
    home = Home(path)
    index = Index(home, Settings(cache_dir=cache_dir), settle_run)
    runs = [record.dir for record in index.records(EVERY)]
    started.put(True)
    while True:
        for number, run in enumerate(runs):
            write_attr(run, "label", f"{os.getpid()} {number}")
            note_change(home, run.id)
            index.refresh()


def test_killed_writers_leave_an_index_that_is_right(index: Index, settings: Settings):
    for wait in (0, 3, 10, 50):
        started = SPAWN.Queue()
        arguments = (index.home.path, settings.cache_dir, started)
        writers = [SPAWN.Process(target=change_for_ever, args=arguments) for _ in range(2)]
        for writer in writers:
            writer.start()
        for _ in writers:
            started.get(timeout=60)
        for _ in range(wait):
            index.refresh()
        for writer in writers:
            writer.kill()
            writer.join()
        assert_right(index, full=True)
        assert_right(Index(index.home, settings, settle_run))


def test_busy_index_is_done_without(index: Index, settings: Settings):
    impatient = Index(index.home, Settings(cache_dir=settings.cache_dir, index_patience=0.01), settle_run)
    with index._live._open_file().write():
        assert_lists_all(impatient)
        assert impatient.trouble == "OperationalError: database is locked"
    assert impatient.records(RunFilter(limit=2)) == list_runs(index.home, RunFilter(limit=2))
    assert impatient.trouble is None
