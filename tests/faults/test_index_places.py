"""An index that others write to, that lies on a disk which is read-only, or that disappears: listings are right."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import random
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from benchmarks.homes import make_home
from guild_ipy.index.index import Index
from guild_ipy.session.settling import settle_run
from guild_ipy.settings import Settings
from guild_ipy.store.files.attrs import write_attr
from guild_ipy.store.guild_home import Home
from guild_ipy.store.state.changes import note_change
from guild_ipy.store.trash import delete_run, restore_run
from tests.directories import list_runs
from tests.index.truth import EVERY, assert_right, assert_table_right, database_of, make_run, runs_of

SPAWN = multiprocessing.get_context("spawn")
_LISTINGS = 40


@pytest.fixture
def settings(tmp_path):
    """Nothing but what a listing itself has to see."""
    return Settings(cache_dir=f"{tmp_path}/cache", index_few=0)


# -- several at once


def list_often(path: str, cache_dir: str, results: multiprocessing.Queue) -> None:
    """List while others change runs: each listing must be whole, and the index never the reason for trouble."""
    index = Index(Home(path), Settings(cache_dir=cache_dir), settle_run)
    troubles = []
    for _ in range(_LISTINGS):
        records = index.records(EVERY)
        if index.trouble or [record for record in records if record.damage]:
            troubles.append(index.trouble or [record.damage for record in records if record.damage])
    results.put((len(records), troubles))


@pytest.mark.timeout(1800)
def test_processes_that_refresh_while_runs_change_agree_in_the_end(home, settings, scale, report):
    make_home(home.path, 60)
    generator, rounds = random.Random(1), scale(1, 12)
    for _ in range(rounds):
        shutil.rmtree(settings.cache_dir, ignore_errors=True)
        results = SPAWN.Queue()
        readers = [SPAWN.Process(target=list_often, args=(home.path, settings.cache_dir, results)) for _ in range(2)]
        for reader in readers:
            reader.start()
        while any(reader.is_alive() for reader in readers) and results.empty():
            change_something(home, generator)
        found = [results.get(timeout=60) for _ in readers]
        for reader in readers:
            reader.join()
        assert [troubles for _, troubles in found] == [[], []]
        assert_right(Index(home, settings, settle_run), full=True)
    report("processes refreshing at once", rounds=rounds, listings=2 * rounds * _LISTINGS, differences=0)


def change_something(home: Home, generator: random.Random) -> None:
    runs = list_runs(home, EVERY)
    run_dir = generator.choice(runs).dir
    match generator.randrange(4):
        case 0:
            delete_run(home, run_dir)
            restore_run(home, type(run_dir)(f"{home.trash}/{run_dir.id}"))
        case 1:
            make_run(home, f"{generator.getrandbits(128):032x}", started=generator.randrange(1000), exit_status=0)
        case _:
            write_attr(run_dir, "label", f"label {generator.random()}")
            note_change(home, run_dir.id)


# -- a disk that nothing can be written to


@contextmanager
def read_only_disk(source: str, path: str) -> Iterator[str]:
    """Give what is in a folder as a disk that is read-only, and say by which means."""
    os.makedirs(path)
    if subprocess.run(["mount", "--bind", source, path], capture_output=True, check=False).returncode == 0:
        try:
            subprocess.run(["mount", "-o", "remount,bind,ro", path], check=True)
            yield "a mount that is read-only"
        finally:
            subprocess.run(["umount", "--lazy", path], check=True)
        return
    os.rmdir(path)
    os.rename(source, path)
    with forbid_writing(path):
        yield "folders without permission to write"


@contextmanager
def forbid_writing(path: str) -> Iterator[None]:
    every = [path, *(f"{folder}/{name}" for folder, folders, files in os.walk(path) for name in (*folders, *files))]
    modes = {each: os.stat(each).st_mode for each in every}
    for each in every:
        os.chmod(each, modes[each] & ~0o222)
    try:
        yield
    finally:
        for each, mode in modes.items():
            os.chmod(each, mode)


def assert_lists_all(index: Index) -> None:
    truth = list_runs(index.home, EVERY)
    assert truth
    assert index.records(EVERY) == truth
    assert_table_is_true(index)


def assert_table_is_true(index: Index) -> None:
    table = index.table([])
    assert len(table.numbers) == len(list_runs(index.home, EVERY))


@pytest.mark.parametrize("state", ["none yet", "up to date", "behind"])
def test_listings_are_right_with_an_index_on_a_read_only_disk(home, settings, tmp_path, report, state):
    make_home(home.path, 10)
    os.makedirs(settings.cache_dir, exist_ok=True)
    if state != "none yet":
        index = Index(home, settings, settle_run)
        assert_right(index)
        index.close()
    if state == "behind":
        make_run(home, started=5, exit_status=0)
    with read_only_disk(settings.cache_dir, f"{tmp_path}/read only") as means:
        index = Index(home, Settings(cache_dir=f"{tmp_path}/read only", index_few=0), settle_run)
        for _ in range(3):
            assert_lists_all(index)
        index.close()
    report(f"index on a read-only disk, {state}", means=means, trouble=index.trouble or "none")


def test_a_home_on_a_read_only_disk_is_indexed_and_listed(home, settings, tmp_path, report):
    make_home(home.path, 10)
    with read_only_disk(home.path, f"{tmp_path}/read only") as means:
        index = Index(Home(f"{tmp_path}/read only"), settings, settle_run)
        assert_right(index)
        assert_table_right(index)
        index.close()
    report("home on a read-only disk", means=means)


# -- files that disappear


def test_listings_are_right_when_files_of_the_index_disappear_while_it_is_open(home, settings, scale, report):
    make_home(home.path, 10)
    index, other = Index(home, settings, settle_run), Index(home, settings, settle_run)
    generator, counts = random.Random(0), Counter()
    for _ in range(scale(40, 1000)):
        for each in (index, other):
            assert each.refresh(), each.trouble
            assert each.records(EVERY) == list_runs(home, EVERY)
        folder = os.path.dirname(database_of(settings))
        names = [name for name in os.listdir(folder) if generator.random() < 0.5]
        for name in names:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(f"{folder}/{name}")
        counts.update(names)
        if generator.random() < 0.3:
            write_attr(generator.choice(runs_of(index)), "label", f"{generator.random()}")
            note_change(home, *(run.id for run in runs_of(index)))
        assert index.records(EVERY) == list_runs(home, EVERY)
        assert other.records(EVERY) == list_runs(home, EVERY)
    index.close()
    other.close()
    report("files of the index deleted while open", **counts, differences=0)
