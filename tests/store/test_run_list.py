from __future__ import annotations

import os
import shutil
from collections.abc import Callable

import pytest

from guild_ipy.domain.choosing.run_filter import RunFilter
from guild_ipy.domain.status import RunStatus
from guild_ipy.errors import RunNotFound
from guild_ipy.index.index import Index
from guild_ipy.settings import Settings
from guild_ipy.store.guild_home import Home
from guild_ipy.store.run_dir import RunDir
from guild_ipy.store.run_list import find_run_dir, list_run_dirs
from guild_ipy.store.run_record import RunRecord
from guild_ipy.store.trash import delete_run

MakeRun = Callable[..., RunDir]


def list_runs(home: Home, run_filter: RunFilter) -> list[RunRecord]:
    return Index(home, Settings(cache_dir="/dev/null/nowhere")).records(run_filter)


def ids(home: Home, **fields: object) -> list[str]:
    return [record.dir.id for record in list_runs(home, RunFilter(**fields))]  # type: ignore[arg-type]


def test_home_without_runs_lists_nothing(home: Home):
    os.rmdir(home.runs)
    assert (ids(home), list_run_dirs(home, deleted=True)) == ([], [])


def test_runs_are_listed_newest_first_by_start_else_by_making(home: Home, make_run: MakeRun):
    make_run(id="b", started=5, initialized=1)
    make_run(id="a", started=5)
    make_run(id="none")
    make_run(id="staged later", initialized=7)
    make_run(id="oldest", started=1, initialized=9)
    assert ids(home) == ["staged later", "a", "b", "oldest", "none"]


def test_limit_is_applied_after_the_filters(home: Home, make_run: MakeRun):
    for number in range(6):
        make_run(id=f"{number}", started=number, **({"marked": True} if number % 2 else {}))
    assert ids(home, marked=True, limit=2) == ["5", "3"]


def test_directory_without_operation_reference_is_no_run(home: Home):
    os.makedirs(f"{home.runs}/folder")
    with open(f"{home.runs}/file", "w"):
        pass
    assert ids(home) == []


def test_run_that_lost_its_operation_reference_is_listed_as_damaged(home: Home, make_run: MakeRun):
    run_dir = make_run(started=1)
    os.unlink(run_dir.opref)
    (record,) = list_runs(home, RunFilter())
    assert (record.status, record.damage) == (RunStatus.DAMAGED, "opref: it is missing")


def test_run_that_guild_is_making_is_not_listed_yet(home: Home, make_run: MakeRun):
    run_dir = make_run()
    os.unlink(run_dir.opref)
    assert ids(home) == []
    os.utime(run_dir.attrs, (1, 1))
    assert ids(home) == [run_dir.id]


def test_run_that_we_are_making_is_not_listed_yet(home: Home, make_run: MakeRun, hold):
    run_dir = make_run(started=1)
    os.unlink(run_dir.opref)
    maker = hold(run_dir)
    assert ids(home) == []
    maker.kill()
    maker.wait()
    assert ids(home) == [run_dir.id]


def test_damaged_run_does_not_hide_the_others(home: Home, make_run: MakeRun):
    broken = make_run(started=3)
    make_run(started=2)
    shutil.rmtree(broken.attrs)
    with open(broken.attrs, "w"):
        pass
    statuses = [record.status for record in list_runs(home, RunFilter())]
    assert sorted(statuses, key=str) == [RunStatus.DAMAGED, RunStatus.ERROR]


def test_deleted_runs_are_listed_apart(home: Home, make_run: MakeRun):
    delete_run(home, make_run(id="gone"))
    make_run(id="live")
    assert (ids(home), ids(home, deleted=True)) == (["live"], ["gone"])


def test_run_is_found_by_the_beginning_of_its_id(home: Home, make_run: MakeRun):
    run_dir = make_run(id="abc1")
    make_run(id="abd2")
    assert find_run_dir(home, "abc") == run_dir


def test_full_id_is_never_ambiguous(home: Home, make_run: MakeRun):
    run_dir = make_run(id="abc")
    make_run(id="abcd")
    assert find_run_dir(home, "abc") == run_dir


def test_ambiguous_id_names_the_first_candidates(home: Home, make_run: MakeRun):
    for name in ("a1", "a2", "a3", "a4"):
        make_run(id=name)
    with pytest.raises(RunNotFound, match=r"no run matches 'a': 4 runs begin so \(a1, a2, a3, \.\.\.\); give more"):
        find_run_dir(home, "a")


@pytest.mark.parametrize("ref", ["", "..", "/", "../runs", "abc/.guild", "zzz"])
def test_what_is_no_run_is_not_found(home: Home, make_run: MakeRun, ref: str):
    make_run(id="abc")
    with pytest.raises(RunNotFound):
        find_run_dir(home, ref)
