"""Runs that Guild AI has made, run again by us: from what they recorded, with their flags or others."""

from __future__ import annotations

import pytest

from guild_ipy.domain.status import RunStatus
from guild_ipy.errors import FlagError, RunStateError
from guild_ipy.launching.launch import LaunchOptions
from guild_ipy.launching.restart import Change, restart, start
from guild_ipy.launching.todays_source.forced_source import ForcedSource
from guild_ipy.session.run_handle import Run
from guild_ipy.session.viewer import SilentViewer

pytestmark = pytest.mark.guild

_GUILD_FILE = r"""
command: {exec: 'echo got ${lr} ${flag_args}', flags: {lr: 0.1, w: x y}}
module: {main: constants, flags-import: all}
folder: {main: pkg/inner, flags-import: all}
parser: {main: parsed --fixed, flags: {rate: 0.5}}
map: {main: mapped, flags-dest: 'global:P', flags: {lr: 3}}
encoded:
  main: parsed
  flags:
    r: {arg-name: rate, default: low, arg-encoding: {low: '0.25', high: '0.75'}}
    f: {arg-name: fixed, arg-switch: yes, default: yes}
  output-scalars: [{rate: 'got (\value)'}]
steps: {steps: [module]}
"""
_SOURCES = {
    "constants.py": "lr = 0.1\nprint('got', lr)\nprint('loss:', lr)\n",
    "pkg/inner.py": "lr = 0.2\nprint('got', lr)\n",
    "mapped.py": "P = {'lr': 1}\nprint('got', P['lr'])\n",
    "parsed.py": "import argparse\np = argparse.ArgumentParser()\np.add_argument('--rate', type=float)\n"
    "p.add_argument('--fixed', action='store_true')\na = p.parse_args()\nprint('got', a.rate, a.fixed)\n",
}


@pytest.fixture
def made(bench):
    """Make a run with guild, in a project whose files are then gone."""
    (bench.project / "guild.yml").write_text(_GUILD_FILE)
    (bench.project / "pkg").mkdir()
    for path, text in _SOURCES.items():
        (bench.project / path).write_text(text)

    def make(*words: str) -> Run:
        bench.guild("run", "-y", *words)
        for path in _SOURCES:
            (bench.project / path).unlink()
        return bench.runs()[0]

    return make


def again(bench, run: Run, **flags) -> Run:
    done = restart(bench.context, run, Change(flags=flags), LaunchOptions(), SilentViewer())
    assert done is not None
    return done


@pytest.mark.parametrize(
    ("operation", "printed", "changed"),
    [
        ("command", "got 0.1 --lr 0.1 --w x y", ({"lr": 0.5}, "got 0.5 --lr 0.5 --w x y")),
        ("module", "got 0.1", ({"lr": 0.5}, "got 0.5")),
        ("constants.py", "got 0.1", ({"lr": 0.5}, "got 0.5")),
        ("folder", "got 0.2", ({"lr": 0.5}, "got 0.5")),
        ("parser", "got 0.5 True", ({"rate": 2}, "got 2.0 True")),
        ("map", "got 3", ({"lr": 4}, "got 4")),
        ("encoded", "got 0.25 True", ({"r": "high", "f": False}, "got 0.75 False")),
    ],
)
def test_a_run_is_repeated_and_changed(bench, made, operation, printed, changed):
    change, then = changed
    run = made(operation)
    assert printed in run.output
    before = dict(run.flags)
    again(bench, run)
    assert (run.output.splitlines()[0], dict(run.flags)) == (printed, before)
    again(bench, run, **change)
    assert run.output.splitlines()[0] == then
    assert dict(run.flags) == {**before, **change}
    assert run.get("exit_status") == 0
    bench.guild("run", "-y", "--restart", run.id)
    assert run.status.is_finished


def test_scalars_are_found_by_the_patterns_of_the_run(bench, made):
    assert again(bench, made("encoded")).scalars == {"rate": 0.25}


def test_a_flag_that_the_run_has_not_is_refused(bench, made):
    run = made("module")
    with pytest.raises(FlagError, match="unknown flag 'rate'"):
        again(bench, run, rate=1)
    assert "got 0.1" in run.output


def test_what_only_guild_can_repeat_is_said_in_a_line(bench, made):
    made("steps")
    pipeline = next(run for run in bench.runs() if run.operation == "steps")
    with pytest.raises(RunStateError, match=r"guild.steps_main, a part of Guild AI; use `guild run --restart"):
        again(bench, pipeline)
    assert pipeline.get("exit_status") == 0


def test_a_run_that_guild_has_staged_is_started(bench, made):
    run = made("module", "--stage")
    start(bench.context, run, LaunchOptions(), SilentViewer())
    assert bench.guild_status(run) == "completed" == str(run.status)


def test_a_staged_run_that_only_guild_can_start_is_left_to_it(bench, made):
    run = made("steps", "--stage")
    with pytest.raises(RunStateError, match=r"guild.steps_main, a part of Guild AI; use `guild run --restart"):
        start(bench.context, run, LaunchOptions(), SilentViewer())


class TestWithTheSourceOfToday:
    """``--force-sourcecode`` on runs of Guild AI."""

    @staticmethod
    def force(bench, run: Run, **flags) -> Run:
        change = Change(flags=flags, source=ForcedSource())
        done = restart(bench.context, run, change, LaunchOptions(), SilentViewer())
        assert done is not None
        return done

    @pytest.mark.parametrize(
        ("operation", "path"),
        [("module", "constants.py"), ("constants.py", "constants.py"), ("folder", "pkg/inner.py")],
    )
    def test_modules_and_scripts_get_it(self, bench, made, operation, path):
        run = made(operation, "lr=0.5")
        (bench.project / path).write_text(_SOURCES[path].replace("'got'", "'got today'"))
        done = self.force(bench, run)
        assert (done.id, "got today 0.5" in done.output, done.flags["lr"]) == (run.id, True, 0.5)
        again(bench, done, lr=0.7)
        assert "got today 0.7" in done.output

    def test_guild_restarts_it_then(self, bench, made):
        run = made("module", "lr=0.5")
        (bench.project / "constants.py").write_text(_SOURCES["constants.py"].replace("'got'", "'got today'"))
        self.force(bench, run)
        bench.guild("run", "-y", "--restart", run.id)
        assert (run.status, "got today 0.5" in run.output) == (RunStatus.COMPLETED, True)

    def test_a_pipeline_of_guild_is_left_to_guild(self, bench, made):
        run = made("steps")
        steps = next(each for each in bench.runs() if each.operation == "steps")
        with pytest.raises(RunStateError, match=r"use `guild run --restart"):
            self.force(bench, steps)
        assert run.status.is_finished

    def test_one_whose_script_is_gone_is_refused(self, bench, made):
        run = made("constants.py")
        with pytest.raises(RunStateError, match=r"there is no 'constants.py'"):
            self.force(bench, run)
        assert "got 0.1" in again(bench, run).output
