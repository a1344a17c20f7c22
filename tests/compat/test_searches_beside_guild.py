"""Searches of ours as `guild` lists and restarts them, and its spaces beside ours."""

import json
import os
import random
import subprocess

import pytest

from guild_ipy.batch.batch_options import BatchOptions
from guild_ipy.batch.new_batch import run_batch
from guild_ipy.batch.search.random_search import DEFAULT_TRIALS
from guild_ipy.batch.search.search_options import SearchOptions
from guild_ipy.batch.search.search_space import parse_space
from guild_ipy.errors import UsageError
from guild_ipy.launching.launch import LaunchOptions
from guild_ipy.launching.new_run import RunRequest
from guild_ipy.operations.flag_values.typed_text import FlagText
from guild_ipy.operations.spec_options import SpecOptions
from guild_ipy.session.run_handle import Run
from guild_ipy.session.viewer import SilentViewer

ECHO = "x = 1.0\nn = 2\nz = 'a'\nprint('loss:', x + n)\n"
#: Guild AI's copy of skopt draws with a module that numpy has no more.
DRAW = """
import json, sys, types, warnings
warnings.simplefilter("ignore")
sys.modules["numpy.core.umath_tests"] = types.ModuleType("numpy.core.umath_tests")
from guild.plugins import random_main, skopt_util
from guild._skopt.space import Space

def draw(text):
    try:
        _, dims, initial = skopt_util.flag_dims({"x": text})
        rows = [list(row) for row in Space(dims).rvs(random_main.DEFAULT_MAX_TRIALS, random_state=3)]
        skopt_util._apply_initial_x(initial, rows[0])
        return [skopt_util.native_python_xs(row)[0] for row in rows]
    except Exception as error:
        return str(error) or repr(error)

print(json.dumps({text: draw(text) for text in sys.argv[1:]}))
"""
SAME = ["uniform[-2:2]", "uniform[-2.0:2]", "[1:20]", "[1:20:7]", "loguniform[1e-5:1e-1]", "loguniform[0.1:1.0:0.5]"]
WRONG = ["uniform[3:3]", "uniform[3:1]", "[2:1]", "loguniform[2:1]"]
#: With what is different on purpose: the types of the values of Guild AI, and of ours.
DIFFERENT = {"loguniform[1:100]": ({float}, {int})}


def start(bench, monkeypatch, options, **flags):
    monkeypatch.chdir(bench.project)
    (bench.project / "echo.py").write_text(ECHO)
    request = RunRequest(
        operation="echo.py",
        flags={name: FlagText(text) for name, text in flags.items()},
        launch=LaunchOptions(isolation="fresh"),
        spec=SpecOptions(random_seed=3),
    )
    return run_batch(bench.context, request, options, SilentViewer())


def trials(bench, batch):
    return [Run(bench.context.home.run_dir(id_)) for id_ in batch.get("trials")]


@pytest.mark.parametrize("optimizer", [None, "tpe"])
def test_guild_lists_a_search_and_its_trials(bench, monkeypatch, optimizer):
    options = BatchOptions(max_trials=3, search=SearchOptions(optimizer=optimizer))
    batch = start(bench, monkeypatch, options, x="uniform[-2:2]", n="choice[1,2]")
    listed = bench.guild("runs").splitlines()
    assert sum(f"echo.py+{optimizer or 'skopt:random'} " in line and "completed" in line for line in listed) == 1
    assert sum("echo.py " in line and "completed" in line for line in listed) == 3
    last = trials(bench, batch)[-1]
    info = json.loads(bench.guild("runs", "info", last.id, "--json"))
    assert (info["operation"], info["status"], info["flags"]) == ("echo.py", "completed", last.flags)
    assert info["scalars"]["loss"][0] == pytest.approx(last.scalars["loss"])


def test_guild_gives_a_search_other_spaces(bench, monkeypatch):
    batch = start(bench, monkeypatch, BatchOptions(max_trials=3), x="uniform[-2:2]")
    before = set(batch.get("trials"))
    bench.guild("run", "--restart", batch.id, "-y")
    assert set(batch.get("trials")) == before
    bench.guild("run", "--restart", batch.id, "-y", "x=uniform[5.0:6.0]", "n=[3:9]")
    found = trials(bench, batch)
    assert [trial.status.value for trial in found] == ["completed"] * 3
    assert all(5 <= trial.flags["x"] <= 6 and trial.flags["n"] in range(3, 10) for trial in found)


@pytest.fixture(scope="module")
def drawn(guild_command):
    """What Guild AI draws from the spaces; the text of an error for those that it refuses."""
    python = f"{os.path.dirname(guild_command)}/python"
    command = [python, "-c", DRAW, *SAME, *WRONG, *DIFFERENT]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def draw(text):
    space = parse_space(text)
    first = [] if space.first is None else [space.first]
    return [*first, *(space.draw(random.Random(n)) for n in range(DEFAULT_TRIALS - len(first)))]


class TestSpaces:
    @pytest.mark.parametrize("text", SAME)
    def test_values_are_as_many_of_the_same_types_within_the_same_ends(self, drawn, text):
        ours, space = draw(text), parse_space(text)
        assert len(drawn[text]) == len(ours) == 20
        assert set(map(type, drawn[text])) == set(map(type, ours))
        assert all(space.low <= value <= space.high for value in (*drawn[text], *ours))
        assert space.first is None or drawn[text][0] == ours[0] == space.first

    @pytest.mark.parametrize("text", WRONG)
    def test_what_guild_refuses_is_refused(self, drawn, text):
        assert isinstance(drawn[text], str)
        with pytest.raises(UsageError, match="is empty"):
            parse_space(text)

    @pytest.mark.parametrize("text", DIFFERENT)
    def test_what_is_different_is_so_on_purpose(self, drawn, text):
        assert (set(map(type, drawn[text])), set(map(type, draw(text)))) == DIFFERENT[text]
