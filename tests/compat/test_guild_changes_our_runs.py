"""The guild command marks, labels, stops and deletes runs that guild_ipy made."""

import json

import pytest

from guild_ipy.domain.status import RunStatus
from guild_ipy.launching.launch import LaunchOptions
from guild_ipy.launching.restart import start
from guild_ipy.session.viewer import SilentViewer
from guild_ipy.store.run_list import list_run_dirs
from guild_ipy.store.state.lock import is_alive

pytestmark = pytest.mark.guild


def test_guild_marks_and_unmarks(bench):
    run = bench.make("train")["train"]
    bench.guild("mark", "-y", run.id)
    assert run.marked
    bench.guild("mark", "-y", "--clear", run.id)
    assert not run.marked


def test_guild_labels_and_tags(bench):
    run = bench.make("train")["train"]
    bench.guild("label", "-y", "--append", "'quoted' ünï", run.id)
    bench.guild("tag", "-y", "--add", "green", run.id)
    assert run.label == "first try 'quoted' ünï"
    assert run.tags == ("green", "nightly")


def test_guild_stops_a_running_run(bench):
    run = bench.make("running")["running"]
    bench.guild("stop", "-y", run.id)
    assert run.wait(10).status is RunStatus.TERMINATED
    assert run.exit_status == -15
    assert not is_alive(run.dir)
    assert bench.guild_status(run) == "terminated"


def test_guild_deletes_and_restores_a_finished_run(bench):
    run = bench.make("script")["script"]
    bench.guild("runs", "delete", "-y", run.id)
    assert bench.runs() == []
    assert [each.id for each in list_run_dirs(bench.context.home, deleted=True)] == [run.id]
    bench.guild("runs", "restore", "-y", run.id)
    assert run.status is RunStatus.COMPLETED


def test_guild_deletes_a_running_run(bench):
    run = bench.make("running")["running"]
    bench.guild("runs", "delete", "-y", run.id)
    (deleted,) = list_run_dirs(bench.context.home, deleted=True)
    assert deleted.id == run.id
    assert not is_alive(deleted)
    assert json.loads(bench.guild("runs", "--json")) == []


def test_guild_merges_our_source_without_writing_over_that_of_the_project(bench, tmp_path):
    run = bench.make("script")["script"]
    script = bench.project / "script.py"
    copied = script.read_text()
    script.write_text(f"{copied}# edited since\n")
    bench.guild("merge", run.id, "-y", "--replace", "-t", str(tmp_path / "merged"))
    assert script.read_text() == f"{copied}# edited since\n"
    assert (tmp_path / "merged" / "script.py").read_text() == copied
    script.write_text(copied)


def test_we_start_with_the_flags_that_guild_has_staged_a_run_of_ours_with(bench):
    run = bench.make("script")["script"]
    bench.guild("run", "-y", "--restart", run.id, "lr=0.75", "--stage")
    start(bench.context, run, LaunchOptions(), SilentViewer())
    assert run.flags["lr"] == 0.75
    assert run.output == "accuracy: 0.25\n"
