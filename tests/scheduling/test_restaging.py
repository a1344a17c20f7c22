"""Runs are staged again, with other flags."""

from pathlib import Path

import pandas as pd
import pytest

import guild_ipy
from guild_ipy.domain.status import RunStatus
from guild_ipy.errors import FlagError, RunStateError, UsageError
from guild_ipy.scheduling.restaging import restage, restage_all
from guild_ipy.scheduling.staged_order import staged_ids
from guild_ipy.session.run_handle import Run
from guild_ipy.session.viewer import SilentViewer


def again(queues, run, **flags):
    return restage(queues.notebook.context, run, flags, SilentViewer())


def test_a_staged_run_gets_other_flags_and_is_next(queues):
    first, second = queues.stage(x=1), queues.stage(x=2)
    again(queues, second, x=20)
    assert list(staged_ids(queues.notebook.context)) == [second.id, first.id]
    queues.run_once()
    assert Run(second.dir).output == "x is 20\n"


def test_a_run_that_has_ended_loses_what_it_left(queues):
    run = queues.notebook.run("echo.py", x=1)
    again(queues, run, x=3)
    staged = Run(run.dir)
    assert (staged.status, staged.output, staged.flags) == (RunStatus.STAGED, "", {"x": 3})


def test_a_run_at_work_is_refused(queues, tmp_path):
    Path("wait.py").write_text("import os, time\npath = ''\nwhile not os.path.exists(path): time.sleep(0.01)\n")
    run = queues.notebook.run_in_background("wait.py", path=f"{tmp_path}/go")
    with pytest.raises(RunStateError, match="is running, and a run at work is not restaged; stop it first"):
        again(queues, run, path="/")
    (tmp_path / "go").touch()
    run.wait()


def test_a_wrong_flag_changes_nothing(queues):
    run, other = queues.stage(x=1), queues.stage(x=2)
    with pytest.raises(FlagError, match="unknown flag 'y'"):
        restage_all(queues.notebook.context, [(other, {"x": 5}), (run, {"y": 1})])
    assert [Run(each.dir).flags for each in (run, other)] == [{"x": 1}, {"x": 2}]
    assert list(staged_ids(queues.notebook.context)) == [run.id, other.id]


def test_a_run_that_could_not_be_started_is_tried_again(queues):
    run = queues.stage(x=1)
    text = Path(run.dir.meta).read_text()
    Path(run.dir.meta).write_text("{")
    queues.run_once()
    Path(run.dir.meta).write_text(text)
    again(queues, run, x=2)
    queues.run_once()
    assert Run(run.dir).output == "x is 2\n"


class TestFrames:
    @pytest.fixture
    def frame(self, queues):
        self.runs = [queues.notebook.run("echo.py", x=number) for number in (1, 2, 3)]
        return guild_ipy.runs().guild.compare().sort_values("x", ignore_index=True)

    def test_cells_that_differ_are_new_flags(self, queues, frame):
        frame["x"] = frame["x"] * 10
        assert frame.guild.restage() == 3
        assert [Run(run.dir).flags["x"] for run in self.runs] == [10, 20, 30]
        assert list(staged_ids(queues.notebook.context)) == [run.id for run in self.runs]

    def test_an_empty_cell_changes_nothing(self, queues, frame):
        frame["x"] = pd.Series([5, None, None])
        frame.guild.restage()
        assert [Run(run.dir).flags["x"] for run in self.runs] == [5, 2, 3]

    def test_whole_numbers_stay_whole(self, frame):
        frame["x"] = frame["x"].astype(float) + 1
        frame.guild.restage()
        assert [Run(run.dir).get("flags")["x"] for run in self.runs] == [2, 3, 4]
        assert {type(Run(run.dir).flags["x"]) for run in self.runs} == {int}

    def test_a_column_that_is_not_there_is_refused(self, frame):
        with pytest.raises(UsageError, match="the frame has no column 'lr'"):
            frame.guild.restage(["lr"])
