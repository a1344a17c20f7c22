"""The trash of a home that both programs use: each lists, restores and purges what the other has deleted."""

from __future__ import annotations

import json
import os
import shutil

import pytest

from guild_ipy.domain.choosing.run_filter import RunFilter
from guild_ipy.domain.status import RunStatus
from guild_ipy.session.run_handle import Run
from guild_ipy.session.run_refs import list_runs
from guild_ipy.verbs.changing.delete import delete
from guild_ipy.verbs.changing.purge import purge
from guild_ipy.verbs.changing.restore import restore

pytestmark = pytest.mark.guild


@pytest.fixture
def run(bench) -> Run:
    return bench.make("train")["train"]


def listed(bench, *options: str) -> list[str]:
    return [each["id"] for each in json.loads(bench.guild("runs", "--json", *options))]


def deleted(bench) -> list[Run]:
    return list_runs(bench.context, RunFilter(deleted=True))


def test_guild_lists_and_restores_what_we_have_deleted(bench, run):
    delete(bench.context, [run])
    assert (listed(bench), listed(bench, "--deleted")) == ([], [run.id])
    bench.guild("runs", "restore", "-y", run.short_id)
    assert (listed(bench), deleted(bench)) == ([run.id], [])
    assert [each.id for each in list_runs(bench.context)] == [run.id]
    assert run.status is RunStatus.COMPLETED


def test_we_list_and_restore_what_guild_has_deleted(bench, run):
    bench.guild("runs", "delete", "-y", run.id)
    assert [each.id for each in deleted(bench)] == [run.id]
    assert not restore(bench.context, deleted(bench)).failure
    assert (listed(bench), listed(bench, "--deleted")) == ([run.id], [])
    assert list_runs(bench.context) == [run]


def test_guild_purges_what_we_have_deleted(bench, run):
    delete(bench.context, [run])
    bench.guild("runs", "purge", "-y", run.id)
    assert deleted(bench) == []


def test_we_purge_what_guild_has_deleted(bench, run):
    bench.guild("runs", "delete", "-y", run.id)
    assert not purge(bench.context, deleted(bench)).failure
    assert listed(bench, "--deleted") == []
    assert os.listdir(f"{bench.context.home.path}/trash") == ["runs"]


@pytest.mark.parametrize("first", ["guild", "we"])
@pytest.mark.parametrize("then", ["guild", "we"])
def test_of_a_run_that_was_deleted_twice_both_come_back_by_their_id(bench, run, first, then):
    def delete_by(program: str) -> None:
        if program == "guild":
            bench.guild("runs", "delete", "-y", run.id)
        else:
            delete(bench.context, [run])

    shutil.copytree(run.path, f"{bench.project}/copy")
    delete_by(first)
    shutil.copytree(f"{bench.project}/copy", run.path)
    bench.guild("label", "-y", "--set", "second", run.id)
    delete_by(then)
    assert len(listed(bench, "--deleted")) == len(deleted(bench)) == 2
    labels = []
    while found := deleted(bench):
        done = restore(bench.context, found)
        assert len(done.refused) == len(found) - 1
        labels.append(run.label)
        delete(bench.context, [run])
        purge(bench.context, [each for each in deleted(bench) if each.id == run.id])
    assert labels == ["second", "first try"]


def test_guild_finds_what_we_have_deleted_twice(bench, run):
    shutil.copytree(run.path, f"{bench.project}/copy")
    delete(bench.context, [run])
    shutil.copytree(f"{bench.project}/copy", run.path)
    delete(bench.context, [run])
    (aside,) = set(listed(bench, "--deleted")) - {run.id}
    assert aside.startswith(f"{run.id}_")
    bench.guild("runs", "purge", "-y", aside)
    assert not restore(bench.context, deleted(bench)).failure
    assert listed(bench) == [run.id]
