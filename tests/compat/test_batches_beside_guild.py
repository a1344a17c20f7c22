"""Batches of ours that `guild` starts again, with other flags."""

import pytest

from guild_ipy.batch.batch_options import BatchOptions
from guild_ipy.batch.new_batch import run_batch
from guild_ipy.engine.meta import read_meta
from guild_ipy.launching.launch import LaunchOptions
from guild_ipy.launching.new_run import RunRequest
from guild_ipy.session.run_handle import Run
from guild_ipy.session.viewer import SilentViewer

ECHO = "x = 1\ny = 2\nz = 'a'\nprint(x, y, z)\n"


@pytest.fixture
def batch(bench, monkeypatch):
    monkeypatch.chdir(bench.project)
    (bench.project / "echo.py").write_text(ECHO)
    request = RunRequest(operation="echo.py", flags={"x": [1, 2]}, launch=LaunchOptions(isolation="fresh"))
    return run_batch(bench.context, request, BatchOptions(jobs=2), SilentViewer())


def outputs(bench, batch):
    return [Run(bench.context.home.run_dir(id_)).output.strip() for id_ in batch.get("trials")]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], ["1 2 a", "2 2 a"]),
        (["x=[2,3]"], ["2 2 a", "3 2 a"]),
        (["x=3"], ["3 2 a"]),
        (["x=range[1:3]"], ["1 2 a", "2 2 a", "3 2 a"]),
        (["z=[a,b]"], ["1 2 a", "1 2 b", "2 2 a", "2 2 b"]),
        (["y=5"], ["1 5 a", "2 5 a"]),
    ],
)
def test_guild_gives_a_batch_other_flags(bench, batch, words, expected):
    before = set(batch.get("trials"))
    bench.guild("run", "--restart", batch.id, "-y", *words)
    assert outputs(bench, batch) == expected
    kept = {"1 2 a", "2 2 a"}.intersection(expected)
    assert len(before.intersection(batch.get("trials"))) == len(kept)


def test_what_guild_does_not_know_is_kept(bench, batch):
    bench.guild("run", "--restart", batch.id, "-y", "x=[1,2,3]")
    assert batch.label == "x=[1, 2, 3]"
    bench.guild("label", "--set", "mine", batch.id, "-y")
    bench.guild("run", "--restart", batch.id, "-y", "x=[1,2]")
    assert batch.label == "mine"
    program = read_meta(batch.dir).program
    assert (program.jobs, program.isolation) == (2, "fresh")
