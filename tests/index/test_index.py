from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable

import pytest

from guild_ipy.domain.choosing.run_filter import RunFilter
from guild_ipy.domain.status import RunStatus
from guild_ipy.errors import StoreError
from guild_ipy.index.index import Index
from guild_ipy.session.settling import settle_run
from guild_ipy.settings import Settings
from guild_ipy.store.files.attrs import write_attr
from guild_ipy.store.guild_home import Home
from guild_ipy.store.run_dir import RunDir
from guild_ipy.store.state.changes import note_change
from guild_ipy.store.state.markers import set_pending, set_staged
from guild_ipy.store.trash import delete_run, restore_run
from tests.directories import list_runs
from tests.index.truth import EVERY, assert_right, make_run, overwrite, runs_of, wait_until_settled

Hold = Callable[[RunDir], subprocess.Popen[str]]


def test_first_listing_builds_the_index(index: Index):
    assert_right(index)
    assert len(index.records(EVERY)) == 30


def test_second_session_uses_what_the_first_has_built(index: Index, settings: Settings):
    wait_until_settled(index)
    index.close()
    read: list[str] = []
    make_run(index.home, "e" * 32, started=1)  # not ended: it alone is read
    other = Index(index.home, settings, lambda run_dir: read.append(run_dir.id))
    assert len(other.records(EVERY)) == 31
    assert read == ["e" * 32]


@pytest.mark.parametrize(
    "run_filter",
    [
        RunFilter(limit=3),
        RunFilter(operations=("train",)),
        RunFilter(statuses=frozenset({RunStatus.ERROR})),
        RunFilter(marked=True),
        RunFilter(labels=("red",)),
        RunFilter(tags=("good",), limit=1),
        RunFilter(deleted=True),
    ],
)
def test_filters_give_the_runs_that_they_give_without_an_index(index: Index, run_filter: RunFilter):
    assert index.records(run_filter) == list_runs(index.home, run_filter)


def test_new_deleted_and_restored_runs_are_seen(index: Index):
    index.refresh()
    first, second, *_ = runs_of(index)
    delete_run(index.home, first)
    assert_right(index)
    new = make_run(index.home, started=5, exit_status=0)
    assert_right(index)
    delete_run(index.home, second)
    restore_run(index.home, RunDir(f"{index.home.trash}/{first.id}"))
    assert_right(index)
    shutil.rmtree(new.path)
    assert_right(index)


def test_change_that_is_noted_is_seen_at_once(index: Index):
    index.refresh()
    run = runs_of(index)[7]
    write_attr(run, "label", "better")
    note_change(index.home, run.id)
    assert_right(index)


@pytest.mark.parametrize(
    ("attr", "content"),
    [("label", "other\n"), ("tags", "- a\n- b\n"), ("comments", "- body: hi\n  time: 5\n"), ("exit_status", "3\n"),
     ("flags", "lr: [\n"), ("note", "mine\n"), ("../opref", "script:. '' '' a.py")],
)  # fmt: skip
def test_full_refresh_sees_what_others_changed_in_place(index: Index, attr: str, content: str):
    index.refresh()
    for _ in range(2):
        overwrite(runs_of(index)[3].attr(attr), content)
        assert_right(index, full=True)
        content = content.replace("a", "c").replace("3", "4")


def test_run_replaced_by_another_of_its_name_is_seen(index: Index):
    index.refresh()
    run, other, *_ = runs_of(index)
    os.rename(run.path, f"{index.home.path}/aside")
    shutil.copytree(other.path, run.path)
    assert_right(index)


def test_run_is_followed_from_staging_to_its_end(index: Index, hold: Hold):
    run = make_run(index.home, initialized=3)
    set_staged(run)
    assert_right(index)
    set_pending(run)
    process = hold(run)
    assert_right(index)
    os.unlink(run.staged)
    write_attr(run, "started", 7)
    assert_right(index)
    os.unlink(run.pending)
    assert_right(index)
    assert {record.status for record in index.records(EVERY)} >= {RunStatus.RUNNING}
    process.kill()
    process.wait()
    assert_right(index)


def test_run_whose_end_others_write_is_seen_to_end(index: Index, hold: Hold):
    run = make_run(index.home, started=3)
    process = hold(run)
    assert_right(index)
    write_attr(run, "exit_status", 0)
    process.kill()
    process.wait()
    assert_right(index)


def test_folder_becomes_a_run_when_it_has_an_operation(index: Index):
    folder = index.home.run_dir("my run")
    os.makedirs(folder.attrs)
    os.makedirs(f"{index.home.runs}/no run at all")
    assert_right(index)
    with open(folder.opref, "w") as file:
        file.write("script:. '' '' a.py")
    assert_right(index)
    os.unlink(folder.opref)
    assert_right(index, full=True)


@pytest.mark.parametrize("name", ["a b", "new\nline", "bad \udcff byte", "ünïcode", "'; drop table run"])
def test_runs_of_any_name_are_listed(index: Index, name: str):
    run = make_run(index.home, name, started=3, exit_status=0, flags={name: name.replace("\udcff", "")}, label="x")
    assert_right(index)
    write_attr(run, "label", "y")
    note_change(index.home, name)
    assert_right(index)


@pytest.mark.parametrize(
    "value", [float("nan"), float("-inf"), 2**70, -0.0, None, True, [1, [2]], {"a": {}}, "", "a\0b"]
)
def test_flags_of_any_value_come_back(index: Index, value: object):
    make_run(index.home, flags={"odd": value}, started=1, exit_status=0)
    index.refresh()
    assert repr(index.records(EVERY)) == repr(list_runs(index.home, EVERY))


def test_damaged_runs_are_listed_as_such(index: Index):
    index.refresh()
    first, second, third, *_ = runs_of(index)
    os.unlink(first.opref)
    shutil.rmtree(second.attrs)
    with open(second.attrs, "w"):
        pass
    overwrite(third.attr("started"), "soon")
    assert_right(index, full=True)
    assert [record.status for record in index.records(EVERY)].count(RunStatus.DAMAGED) == 3


def test_home_without_runs_has_an_index(home: Home, settings: Settings):
    os.rmdir(home.runs)
    index = Index(home, settings, settle_run)
    assert_right(index)
    make_run(home)
    assert_right(index)


def test_home_that_cannot_be_listed_is_the_error_that_it_is_without_an_index(home: Home, settings: Settings):
    os.rmdir(home.runs)
    with open(home.runs, "w"):
        pass
    with pytest.raises(StoreError, match="cannot list the runs"):
        Index(home, settings, settle_run).records(EVERY)


def test_two_homes_have_two_indexes(index: Index, settings: Settings, tmp_path):
    other = Home(f"{tmp_path}/other")
    make_run(other)
    assert_right(index)
    assert_right(Index(other, settings, settle_run))
    assert_right(index)


def test_home_moved_in_the_place_of_another_is_seen(index: Index, tmp_path):
    index.refresh()
    runs = runs_of(index)
    shutil.copytree(index.home.path, f"{tmp_path}/copy", symlinks=True)
    overwrite(Home(f"{tmp_path}/copy").run_dir(runs[0].id).attr("label"), "copied")
    shutil.rmtree(index.home.path)
    os.rename(f"{tmp_path}/copy", index.home.path)
    assert_right(index)
