"""Processes that a run spawns from its main file have its flags and definitions."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from guild_ipy.launching.launch import LaunchOptions
from guild_ipy.launching.restart import Change, restart, start
from guild_ipy.operations.functions.cell import CellOperation
from guild_ipy.session.viewer import SilentViewer
from guild_ipy.store.used_runs.manifest import read_manifest
from guild_ipy.verbs.looking.diff import diff
from guild_ipy.view.run_diff import Aspect
from tests.notebook_files import write_notebook

SCRIPT = """\
import multiprocessing, os, subprocess, sys
from concurrent.futures import ProcessPoolExecutor
lr = 0.1
def work(i):
    return i * lr
def say():
    print("lr", lr, flush=True)
if __name__ == "__main__":
    if "AGAIN" in os.environ:
        say()
        sys.exit(int(os.environ["AGAIN"]))
    os.environ["AGAIN"] = "0"
"""
WAYS = {
    "spawn": "with multiprocessing.get_context('spawn').Pool(1) as p: print(p.map_async(work, [1]).get(20))",
    "forkserver": "with multiprocessing.get_context('forkserver').Pool(1) as p: print(p.map_async(work, [1]).get(20))",
    "executor": "with ProcessPoolExecutor(1, multiprocessing.get_context('spawn')) as p: print(list(p.map(work, [1])))",
    "process": "p = multiprocessing.get_context('spawn').Process(target=say); p.start(); p.join()",
    "subprocess": "subprocess.run([sys.executable, __file__], check=True)",
    "module": "subprocess.run([sys.executable, '-m', 'again'], check=True)",
    "command": "subprocess.run(sys.orig_argv, check=True)",
    "import": "import again; again.say()",
    "joblib": "import joblib; print(joblib.Parallel(n_jobs=2)(joblib.delayed(work)(i) for i in [1]))",
    "exec": "os.execv(sys.executable, [sys.executable, *sys.argv])",
}


@pytest.fixture(params=["fork", "fresh"])
def isolated(notebook, request):
    notebook.isolation = request.param
    return notebook


def write_script(way):
    Path("again.py").write_text(f"{SCRIPT}    {way}\n")


def run_again(notebook, run, **flags):
    made = restart(notebook.context, run, Change(flags=flags), LaunchOptions(), SilentViewer())
    assert made is not None
    return made.wait(60)


class TestScripts:
    @pytest.mark.parametrize("way", WAYS)
    def test_its_constants_are_flags_in_what_it_begins_anew(self, notebook, way):
        write_script(WAYS[way])
        assert notebook.run("again.py", lr=2).output in {"lr 2\n", "[2]\n"}

    def test_they_are_after_a_restart_with_other_flags(self, isolated):
        write_script(WAYS["spawn"])
        run = isolated.run("again.py")
        assert run.output == "[0.1]\n"
        assert run_again(isolated, run, lr=3).output == "[3]\n"
        assert run_again(isolated, run, lr=0.1).output == "[0.1]\n"

    def test_they_are_in_a_staged_run(self, notebook):
        write_script(WAYS["subprocess"])
        staged = notebook.run("again.py", request={"stage": True}, lr=4)
        os.unlink("again.py")
        start(notebook.context, staged, LaunchOptions(), SilentViewer())
        assert staged.output == "lr 4\n"

    def test_the_exit_status_of_what_takes_its_place_is_that_of_the_run(self, isolated):
        write_script("os.environ['AGAIN'] = '3'; " + WAYS["exec"])
        error = isolated.fail("again.py", lr=2)
        assert (error.run.exit_status, error.run.output) == (3, "lr 2\n")

    def test_its_own_text_is_kept_and_compared(self, notebook):
        write_script("say()")
        one, other = notebook.run("again.py"), notebook.run("again.py", lr=2)
        assert Path(other.dir.sourcecode, "again.py").read_text() == Path("again.py").read_text()
        assert "lr = 2\n" in Path(other.path, "again.py").read_text()
        assert one.get("sourcecode_digest") == other.get("sourcecode_digest")
        assert [*diff([one, other]).differences] == [Aspect.ATTRIBUTES, Aspect.FLAGS]
        assert not diff([run_again(notebook, one, lr=3), other]).source
        kinds = {entry.path: entry.kind for entry in read_manifest(one.dir)}
        assert kinds == {"again.py": "i", ".guild/sourcecode/again.py": "s"}

    def test_the_file_of_the_project_is_never_changed(self, notebook):
        write_script(WAYS["spawn"])
        Path("guild.yml").write_text("t:\n  main: again\n  sourcecode: no\n  flags-dest: globals\n  flags: {lr: 0.1}\n")
        text = Path("again.py").read_text()
        assert notebook.run("t", lr=5).output == "[5]\n"
        assert Path("again.py").read_text() == text

    @pytest.mark.parametrize("way", ["spawn", "forkserver", "module"])
    def test_a_module_of_a_package_is_begun_anew_as_one(self, notebook, way):
        folder = Path("src/pkg")
        folder.mkdir(parents=True)
        (folder / "__init__.py").touch()
        (folder / "other.py").write_text("factor = 10\n")
        text = SCRIPT.replace("i * lr", "i * lr * factor") + "    " + WAYS[way].replace("'again'", "'pkg.again'")
        (folder / "again.py").write_text("from .other import factor\n" + text)
        Path("guild.yml").write_text("t:\n  main: src/pkg.again\n  flags-dest: globals\n  flags: {lr: 0.1}\n")
        assert notebook.run("t", lr=2).output in {"[20]\n", "lr 2\n"}

    def test_a_map_of_flags_is_there(self, notebook):
        Path("guild.yml").write_text("t:\n  main: again\n  flags-dest: global:p\n  flags: {lr: 0.1, new: 1}\n")
        write_script(WAYS["spawn"])
        text = Path("again.py").read_text()
        Path("again.py").write_text(text.replace("lr = 0.1", "p = {'lr': 0.1}").replace("i * lr", "p"))
        assert notebook.run("t", lr=2).output == "[{'lr': 2, 'new': 1}]\n"


CELL = """\
from __future__ import annotations
import enum, functools, multiprocessing, threading
from collections import namedtuple
from dataclasses import dataclass
lr = 0.1
table = {}
table["x"] = lr * 10
lock = threading.Lock()
Point = namedtuple("Point", "x y")
@dataclass
class Item:
    n: int
class Color(enum.Enum):
    RED = 1
first = Item(7)
@functools.cache
def cached(i):
    return i + 1
if first:
    def inner(i):
        return -i
def work(i):
    return helper(cached(i)) + table["x"], inner(i), Item(i), Point(i, lr), Color.RED, isinstance(first, Item)
def locked(i):
    with lock:
        return i
print("once")
"""
WORKED = "once\n[(70, -1, Item(n=1), Point(x=1, y=5), <Color.RED: 1>, True)]\n"


class TestCells:
    @pytest.fixture(autouse=True)
    def helper(self, isolated):
        isolated.cell("factor = 10\ndef helper(i): return i * factor")

    def run_cell(self, session, way, **flags):
        return session.run(CellOperation(text=CELL + way, name="train"), **flags)

    @pytest.mark.parametrize("way", ["spawn", "forkserver"])
    def test_workers_have_its_flags_definitions_and_variables(self, isolated, way):
        run = self.run_cell(isolated, WAYS[way], lr=5)
        assert run.output == WORKED
        assert not os.path.exists(run.dir.workers)

    def test_executors_have_them_and_after_a_restart(self, isolated):
        run = self.run_cell(isolated, "from concurrent.futures import ProcessPoolExecutor\n" + WAYS["executor"], lr=5)
        assert run.output == WORKED
        assert "Point(x=1, y=6)" in run_again(isolated, run, lr=6).output

    def test_what_is_defined_later_is_there_for_later_workers(self, isolated):
        later = "\ndef late(i):\n    return i - lr\n"
        run = self.run_cell(isolated, WAYS["forkserver"] + later + WAYS["forkserver"].replace("work", "late"), lr=5)
        assert run.output == WORKED + "[-4]\n"

    def test_a_variable_that_cannot_travel_is_missed_by_its_name(self, isolated):
        error = isolated.fail(CellOperation(text=CELL + WAYS["spawn"].replace("work", "locked"), name="train"))
        assert error.run.output.endswith("NameError: name 'lock' is not defined\n")


class TestFunctions:
    @pytest.mark.parametrize("how", ["spawn", "forkserver"])
    def test_workers_have_globals_as_the_run_has_set_them(self, isolated, how):
        isolated.cell("import multiprocessing\nrate = 1\ndef scale(x): return x * rate")
        isolated.cell(
            "def train(lr=2):\n    global rate\n    rate = lr\n"
            f"    with multiprocessing.get_context({how!r}).Pool(1) as pool:\n"
            "        return pool.map_async(scale, [1, 2]).get(20)"
        )
        assert isolated.run("train", lr=3).result == [3, 6]

    @pytest.mark.parametrize("words", ["[sys.executable, *sys.argv]", "sys.orig_argv"])
    def test_a_child_that_repeats_it_says_nothing_of_the_run(self, isolated, words):
        isolated.cell("import os, subprocess, sys")
        isolated.cell(
            "def train(lr=2):\n    print('lr', lr, flush=True)\n    if os.environ.get('AGAIN'): raise ValueError\n"
            f"    os.environ['AGAIN'] = '1'\n    return subprocess.run({words}, stderr=subprocess.DEVNULL).returncode"
        )
        run = isolated.run("train", lr=3)
        assert (run.output, run.result, run.exception) == ("lr 3\nlr 3\n", 1, None)

    def test_what_takes_its_place_is_the_run(self, isolated):
        isolated.cell("import os, sys")
        isolated.cell(
            "def train(lr=2):\n    if os.environ.get('AGAIN'): return lr\n    os.environ['AGAIN'] = '1'\n"
            "    os.execv(sys.executable, sys.orig_argv)"
        )
        assert isolated.run("train", lr=3).result == 3


BEGINNING = {
    "a pool": "import multiprocessing as mp\nwith mp.get_context('spawn').Pool(1) as p: p.map_async(abs, [1]).get(30)",
    "joblib": "import joblib\njoblib.Parallel(n_jobs=2)(joblib.delayed(abs)(i) for i in [1])\nNone",
    "a process": "import subprocess\nsubprocess.Popen(['sleep', '1000'])\nNone",
}


@pytest.mark.parametrize("way", BEGINNING)
def test_a_notebook_file_does_not_wait_for_what_its_cells_began(notebook, way):
    write_notebook("a.ipynb", BEGINNING[way], "import time\ntime.time()")
    run = notebook.run("a.ipynb")
    assert run.stopped - datetime.fromtimestamp(float(run.output), UTC) < timedelta(seconds=60)


def test_the_kernel_of_a_notebook_file_asks_no_process_to_end(notebook):
    asked = (
        "import subprocess\nget_ipython().kernel._process_children() if subprocess.Popen(['sleep', '1000']) else None"
    )
    write_notebook("a.ipynb", asked)
    assert notebook.run("a.ipynb").output == "[]\n"


def test_workers_of_a_notebook_file_have_its_flags_and_definitions(notebook):
    pool = "with mp.get_context('spawn').Pool(1) as p: print(p.map_async(work, [1]).get(30))"
    write_notebook(
        "a.ipynb", "lr = 0.1\nimport multiprocessing as mp", "t = {}\nt[1] = 7\ndef work(i): return lr + t[i]", pool
    )
    assert notebook.run("a.ipynb", lr=2).output == "[9]\n"
