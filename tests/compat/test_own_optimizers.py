"""Operations of a Guild file that are optimizers: they make and run trials by Guild AI, as its manual says."""

import os

import pytest

from guild_ipy.batch.batch_options import BatchOptions
from guild_ipy.batch.new_batch import run_batch
from guild_ipy.batch.search.search_options import SearchOptions
from guild_ipy.domain.choosing.run_filter import EVERY
from guild_ipy.errors import UsageError
from guild_ipy.launching.new_run import RunRequest
from guild_ipy.operations.flag_values.typed_text import FlagText
from guild_ipy.session.viewer import SilentViewer

GUILDFILE = """
- operations:
    train:
      main: train
      flags: {x: 1.0, n: 3}
      objective: {maximize: score}
      default-max-trials: 4
      optimizers:
        mine: {algorithm: halving, start: 2}
        fast: {algorithm: tpe}
    halving:
      exec: "'PYTHON' -W ignore mine.py --start ${start}"
      flags: {start: 1}
"""
TRAIN = "x = 1.0\nn = 3\nprint('score:', x + n)\n"
OPTIMIZER = """
import sys
from guild import batch_util
batch = batch_util.batch_run()
flags = batch.batch_proto.get("flags")
print("given", flags, batch.get("objective"), batch.get("max_trials"), sys.argv[1:])
batch_util.handle_trials(batch, [dict(flags, x=value) for value in (0.25, 0.5)])
"""


@pytest.fixture
def run_search(bench, monkeypatch):
    monkeypatch.chdir(bench.project)
    python = os.path.join(os.environ["GUILD_PEER_ENV"], "bin/python")
    files = {"guild.yml": GUILDFILE.replace("PYTHON", python), "train.py": TRAIN, "mine.py": OPTIMIZER}
    for name, text in files.items():
        (bench.project / name).write_text(text)

    def run_search(optimizer, **flags):
        request = RunRequest(operation="train", flags={name: FlagText(text) for name, text in flags.items()})
        options = BatchOptions(search=SearchOptions(optimizer=optimizer))
        return run_batch(bench.context, request, options, SilentViewer())

    return run_search


@pytest.mark.parametrize(("optimizer", "start"), [("mine", 2), ("halving", 1)])
def test_an_operation_sees_to_the_trials(bench, run_search, optimizer, start):
    batch = run_search(optimizer, x="[0:1]")
    given = {"n": 3, "x": "uniform[0.0:1.0]"}
    assert f"given {given} -score 4 ['--start', '{start}']" in batch.output
    assert batch.status.value == "completed"
    trials = [each for each in bench.context.index.records(EVERY) if each.operation == "train"]
    assert sorted(each.flags["x"] for each in trials) == [0.25, 0.5]
    assert {each.status.value for each in trials} == {"completed"}
    assert "train+halving" in {each.operation for each in bench.context.index.records(EVERY)}
    assert "train+halving" in bench.guild("runs")


def test_what_the_guild_file_says_of_a_search_counts(run_search):
    batch = run_search("fast", x="[0:1]")
    assert (batch.operation, len(batch.get("trials")), batch.get("objective")) == ("train+tpe", 4, "-score")


def test_what_is_neither_an_optimizer_nor_an_operation_is_refused(run_search):
    with pytest.raises(UsageError, match="optimizer 'halvin' is unknown; give one of random, tpe"):
        run_search("halvin", x="[0:1]")
