"""``guild_ipy.log``: in every kind of run, and in a process that only looks like one."""

from __future__ import annotations

import json
import math
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

import guild_ipy
from guild_ipy.engine.child import logged_scalars
from guild_ipy.errors import GuildError, ScalarError
from guild_ipy.launching.launch import LaunchOptions
from guild_ipy.launching.restart import Change, restart
from guild_ipy.operations.functions.cell import CellOperation
from guild_ipy.session.viewer import SilentViewer
from guild_ipy.store.events.scalar_summaries import summarize
from guild_ipy.store.run_dir import RunDir
from tests.notebook_files import write_notebook

LINES = "import guild_ipy\nfor step in range(3): guild_ipy.log(loss=0.1 * step)"


SPAWNING = """
import guild_ipy, multiprocessing
def work():
    guild_ipy.log(inner=2)
if __name__ == "__main__":
    guild_ipy.log(outer=1)
    process = multiprocessing.get_context("spawn").Process(target=work)
    process.start()
    process.join()
"""


class Tensor:
    """As libraries of tensors have them."""

    def __init__(self, *values: float) -> None:
        self.shape = (len(values),)
        self._values = values

    def item(self) -> float:
        if len(self._values) != 1:
            raise RuntimeError("a Tensor with several elements cannot be converted to Scalar")
        return self._values[0]


@pytest.fixture
def run_dir(run_dir: RunDir, monkeypatch: pytest.MonkeyPatch) -> RunDir:
    """Make this process that of a run."""
    monkeypatch.setenv("RUN_DIR", run_dir.path)
    monkeypatch.setenv("RUN_ID", run_dir.id)
    monkeypatch.setattr(logged_scalars, "_LOGS", {})
    return run_dir


def last(run_dir: RunDir) -> dict[str, tuple[float, int]]:
    return {name: (each.last, each.last_step) for name, each in summarize(run_dir).items()}


class TestInRuns:
    def test_of_functions(self, notebook):
        notebook.cell("def train():\n    import guild_ipy\n    guild_ipy.log(loss=0.1, step=7)")
        run = notebook.run("train")
        assert (run.scalars, run.scalar_summaries["loss"].last_step, run.output) == ({"loss": 0.1}, 7, "")

    def test_of_functions_that_name_the_package_of_the_notebook(self, notebook):
        notebook.cell("import guild_ipy\ndef train(): guild_ipy.log({'val/acc': 0.9})")
        assert notebook.run("train").scalars == {"val/acc": 0.9}

    def test_of_cells(self, notebook):
        assert notebook.run(CellOperation(text=LINES)).scalars == {"loss": 0.2}

    @pytest.mark.parametrize("isolation", ["fork", "fresh", "inline"])
    def test_of_scripts(self, notebook, isolation):
        notebook.isolation = isolation
        Path("train.py").write_text(LINES)
        assert notebook.run("train.py").scalar_summaries["loss"].count == 3

    def test_of_notebook_files(self, notebook):
        write_notebook("train.ipynb", LINES)
        assert notebook.run("train.ipynb").scalars == {"loss": 0.2}

    def test_of_processes_that_a_run_begins(self, notebook):
        Path("train.py").write_text(SPAWNING)
        assert notebook.run("train.py").scalars == {"inner": 2, "outer": 1}

    def test_what_is_logged_counts_before_what_is_printed(self, notebook):
        notebook.cell(
            "import guild_ipy\ndef train():\n    print('loss: 0.12')\n    guild_ipy.log(loss=0.123456789, step=0)"
        )
        run = notebook.run("train")
        assert (run.scalars, run.scalar_summaries["loss"].count) == ({"loss": 0.123456789}, 1)

    def test_a_restart_begins_anew(self, notebook):
        Path("train.py").write_text(LINES)
        run = notebook.run("train.py")
        restart(notebook.context, run, Change(), LaunchOptions(), SilentViewer())
        assert run.scalar_summaries["loss"].count == 3


def test_values_have_all_their_bits(run_dir):
    guild_ipy.log(loss=0.1, huge=1e300, tiny=5e-324)
    assert last(run_dir) == {"huge": (1e300, 0), "loss": (0.1, 0), "tiny": (5e-324, 0)}


def test_names_are_counted_each_from_its_last_step(run_dir):
    guild_ipy.log(loss=1)
    guild_ipy.log({"loss": 2, "acc": 0.5})
    guild_ipy.log(loss=3, step=10)
    guild_ipy.log(loss=4)
    assert last(run_dir) == {"acc": (0.5, 0), "loss": (4.0, 11)}


@pytest.mark.parametrize("step", [7, 7.0, np.int64(7), np.array(7)])
def test_a_step_is_any_whole_number(run_dir, step):
    guild_ipy.log({"step": step, "loss": 1})
    guild_ipy.log(acc=1, step=step)
    assert last(run_dir) == {"acc": (1.0, 7), "loss": (1.0, 7)}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1, 1.0),
        (True, 1.0),
        (10**400, math.inf),
        (Fraction(-(10**400)), -math.inf),
        (Decimal("0.1"), 0.1),
        (Fraction(1, 4), 0.25),
        (np.float64(0.1), 0.1),
        (np.float32(0.5), 0.5),
        (np.bool_(1), 1.0),
        (np.array(0.1), 0.1),
        (np.array([[0.1]]), 0.1),
        (Tensor(0.1), 0.1),
    ],
)
def test_everything_with_one_number_is_a_scalar(run_dir, value, expected):
    guild_ipy.log(x=value)
    assert last(run_dir)["x"] == (expected, 0)


@pytest.mark.parametrize(
    ("value", "named"),
    [
        ("0.3", "str"),
        (b"1", "bytes"),
        (None, "NoneType"),
        ([0.3], "list"),
        ({"a": 1}, "dict"),
        (1j, "complex"),
        (np.array([1.0, 2.0]), r"ndarray of shape \(2,\)"),
        (np.array(["1"]), r"ndarray of shape \(1,\)"),
        (Tensor(1, 2, 3), r"Tensor of shape \(3,\)"),
    ],
)
def test_anything_else_is_one_line(run_dir, value, named):
    with pytest.raises(ScalarError, match=rf"^log cannot record 'x': it takes a number .*, not {named}$") as caught:
        guild_ipy.log(loss=1, x=value)
    assert isinstance(caught.value, GuildError | TypeError)
    assert last(run_dir) == {}


@pytest.mark.parametrize(
    ("args", "options", "message"),
    [
        ((0.3,), {}, "log cannot record 'scalars': it takes a dict, or keywords, not float"),
        (({3: 1},), {}, "log cannot record 3: it takes names that are text, not int"),
        (({},), {"loss": 1, "step": "7"}, "log cannot record 'step': it takes a whole number, not str"),
        (({},), {"loss": 1, "step": 0.5}, "log cannot record 'step': it takes a whole number, not float"),
        (({},), {"loss": 1, "step": 2**63}, "log cannot record 'step': it takes a whole number, not one of more"),
    ],
)
def test_other_mistakes_are_one_line(run_dir, args, options, message):
    with pytest.raises(ScalarError) as caught:
        guild_ipy.log(*args, **options)
    assert str(caught.value).startswith(message)


def test_outside_of_a_run_it_says_so_once(monkeypatch, capsys):
    monkeypatch.setattr(logged_scalars, "_LOGS", {})
    monkeypatch.delenv("RUN_DIR", raising=False)
    guild_ipy.log(loss=1)
    guild_ipy.log(loss=2)
    told = "guild_ipy.log: no run is at work here, so nothing is recorded; %guild_run starts one\n"
    assert capsys.readouterr() == ("", told)


def test_a_folder_that_is_no_run_is_left_alone(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(logged_scalars, "_LOGS", {})
    monkeypatch.setenv("RUN_DIR", str(tmp_path))
    guild_ipy.log(loss=1)
    assert "no run is at work" in capsys.readouterr().err
    assert os.listdir(tmp_path) == []


def test_threads_lose_nothing(run_dir):
    threads = [threading.Thread(target=lambda: [guild_ipy.log(loss=1) for _ in range(500)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    summary = summarize(run_dir)["loss"]
    assert (summary.count, summary.last_step) == (4000, 3999)


def test_forked_processes_write_files_of_their_own(run_dir):
    guild_ipy.log(loss=1)
    workers = [multiprocessing.get_context("fork").Process(target=lambda: guild_ipy.log(loss=2)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert summarize(run_dir)["loss"].count == 4
    assert len(os.listdir(run_dir.guild)) == 3 + 4  # attrs, job and tmp


def test_what_was_logged_outlives_a_kill(run_dir):
    code = "import guild_ipy, os\nguild_ipy.log(loss=0.1, step=3)\nos.kill(os.getpid(), 9)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -signal.SIGKILL
    assert last(run_dir) == {"loss": (0.1, 3)}


def test_many_calls_take_little(run_dir):
    started = time.process_time()
    for number in range(20_000):
        guild_ipy.log(loss=number)
    assert time.process_time() - started < 2
    assert summarize(run_dir)["loss"].count == 20_000


def test_importing_it_loads_nothing_heavy():
    unwanted = {"pandas", "numpy", "IPython", "dataclasses", "typing", "re", "guild_ipy.session", "guild_ipy.python"}
    code = f"import sys\nfrom guild_ipy import log\nprint({unwanted!r} & {{*sys.modules}})"
    command, folder = [sys.executable, "-S", "-c", code], Path(guild_ipy.__file__).parents[1]
    assert subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, text=True, check=True).stdout == "set()\n"


@pytest.mark.guild
def test_guild_shows_what_was_logged(guild_command, notebook):
    notebook.cell("import guild_ipy\ndef train(): guild_ipy.log(loss=0.5, step=3)")
    run = notebook.run("train")
    command = [guild_command, "-H", notebook.context.home.path, "runs", "info", run.id, "--json"]
    shown = json.loads(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout)
    assert shown["scalars"] == {"loss": [0.5, 3]}
