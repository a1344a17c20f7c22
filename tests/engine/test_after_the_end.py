"""Nothing is written once a run is said to have ended, and nothing makes a home or a run anew that was deleted."""

import os
import shutil
import signal
import tempfile
from pathlib import Path

import pytest

from guild_ipy.domain.status import RunStatus
from guild_ipy.engine.meta import require_meta
from guild_ipy.engine.run_files.prepare import prepare_run
from guild_ipy.errors import RunError
from guild_ipy.launching.launch import LaunchOptions, ask_again
from guild_ipy.launching.new_run import RunRequest, run
from guild_ipy.operations.find_operation import find_operation
from guild_ipy.operations.spec_options import SpecOptions
from guild_ipy.session.run_handle import Run
from guild_ipy.session.viewer import SilentViewer
from guild_ipy.store.guild_home import Home, create_home
from guild_ipy.store.run_dir import RunDir
from guild_ipy.store.state.lock import read_lock
from tests.notebook_session import wait_until
from tests.pipeline_project import write_project

OPERATIONS = """
import os, select

def nothing():
    pass

def talk(n=300):
    for step in range(n):
        print("loss:", step)

def fail():
    raise ValueError("no")

def leave_a_process():
    if not os.fork():
        os.setsid()
        select.select([], [], [], 60)

def wait(go=""):
    print("loss: 0.5", flush=True)
    while not os.path.exists(go):
        select.select([], [], [], 0.01)
    print("loss: 0.25")
    return "done"

def run_another(go=""):
    import subprocess, sys
    import guild_ipy
    print("loss: 1", flush=True)
    while not os.path.exists(go):
        select.select([], [], [], 0.01)
    os.chdir(os.path.dirname(go))
    try:
        guild_ipy.run(nothing)
    except guild_ipy.GuildError as error:
        said = str(error)
    done = subprocess.run([sys.executable, "-P", "-m", "guild_ipy", "run", "quick.py", "--yes"], capture_output=True)
    with open("said", "w") as file:
        print(said, done.returncode, done.stderr.decode(), file=file)
"""
SCRIPT = """
import os, select
go = ""
print("loss: 0.5", flush=True)
while not os.path.exists(go):
    select.select([], [], [], 0.01)
print("loss: 0.25")
"""


@pytest.fixture(params=["fork", "fresh", "inline"])
def isolation(request):
    return request.param


@pytest.fixture
def in_home(notebook, tmp_path):
    """The notebook's context with another home in the folder `name`."""
    notebook.cell(OPERATIONS)

    def in_home(path):
        home = Home(str(path))
        create_home(home)
        return notebook.context.at(home)

    return in_home


@pytest.fixture
def begin(in_home, tmp_path):
    """Start an operation that waits for the file `go`; its run, what its starter holds, and its home."""

    def begin(name, isolation, path="moving/home"):
        context = in_home(tmp_path / path)
        around = context.search_context
        flags = {"go": f"{tmp_path}/go"}
        spec = find_operation(name, around).template((), flags, SpecOptions(), around).spec(SpecOptions())
        run_dir, alive = prepare_run(context.home, spec)
        run = Run(run_dir)
        future = ask_again(context, run, require_meta(run.dir), alive, LaunchOptions(isolation=isolation))
        future.execute_program()
        assert future.wait_started(20)
        wait_until(lambda: Run(run_dir).output)
        return Run(run_dir), future, context.home

    return begin


@pytest.mark.parametrize("name", ["nothing", "talk", "fail", "leave_a_process"])
def test_a_temporary_home_goes_away_right_after_a_run(in_home, isolation, name):
    if (name, isolation) == ("leave_a_process", "inline"):
        name = "nothing"  # it would fork the tests
    for _ in range(10 if isolation == "fork" else 2):
        with tempfile.TemporaryDirectory() as folder:
            try:
                run(
                    in_home(f"{folder}/home"),
                    RunRequest(operation=name, launch=LaunchOptions(isolation=isolation)),
                    SilentViewer(),
                )
            except RunError:
                assert name == "fail"
        assert not os.path.exists(folder)


@pytest.mark.parametrize("isolation", ["fork", "fresh"])
def test_whoever_waits_for_a_run_finds_all_of_it(begin, tmp_path, isolation):
    made, future, home = begin("wait", isolation)
    future.close()
    supervisor = read_lock(made.dir).supervisor
    (tmp_path / "go").touch()
    assert made.wait(20).result == "done"
    content = content_of(home.path)
    wait_until(lambda: not supervisor.is_alive())
    assert content_of(home.path) == content


@pytest.mark.parametrize("isolation", ["fork", "fresh"])
@pytest.mark.parametrize("what", ["run", "home"])
def test_what_is_deleted_while_the_run_goes_stays_deleted(begin, tmp_path, isolation, what):
    made, future, home = begin("wait", isolation)
    lock = read_lock(made.dir)
    deleted = made.path if what == "run" else home.path
    wait_until(lambda: shutil.rmtree(deleted, ignore_errors=True) or not os.path.exists(deleted))
    (tmp_path / "go").touch()
    assert future.wait(20)
    wait_until(lambda: not lock.supervisor.is_alive())
    assert not os.path.exists(deleted)


@pytest.mark.parametrize("isolation", ["fork", "fresh"])
@pytest.mark.parametrize("what", ["home", "runs"])
def test_code_in_a_run_does_not_make_its_deleted_home_anew(begin, tmp_path, isolation, what):
    made, future, home = begin("run_another", isolation)
    lock = read_lock(made.dir)
    (tmp_path / "quick.py").write_text("x = 1\n")
    deleted = home.path if what == "home" else home.runs
    wait_until(lambda: shutil.rmtree(deleted, ignore_errors=True) or not os.path.exists(deleted))
    (tmp_path / "go").touch()
    assert future.wait(60)
    wait_until(lambda: not lock.supervisor.is_alive())
    refused = f"Guild home {home.path!r}, which this run is in, was deleted or moved; choose another with GUILD_HOME or"
    line = f"{refused} guild_ipy.set_guild_home"
    assert (tmp_path / "said").read_text().strip() == f"{line} 1 guild-ipy: {line}"
    assert not os.path.exists(deleted)


def test_a_run_in_the_place_of_a_deleted_one_is_left_alone(begin, tmp_path):
    made, future, _ = begin("wait", "fork")
    os.rename(made.path, tmp_path / "away")
    os.makedirs(made.dir.attrs)
    (tmp_path / "go").touch()
    assert future.wait(20)
    assert os.listdir(made.path) == [".guild"]
    assert os.listdir(made.dir.attrs) == []


@pytest.mark.parametrize("isolation", ["fork", "fresh"])
@pytest.mark.parametrize("what", ["run", "home", "folder of the home"])
def test_a_moved_run_is_told_its_end_where_it_is(begin, tmp_path, isolation, what):
    made, future, home = begin("wait", isolation)
    parts = {"run": made.dir.path, "home": home.path, "folder of the home": os.path.dirname(home.path)}
    old, new = parts[what], f"{tmp_path}/elsewhere/{os.path.basename(parts[what])}"
    os.mkdir(f"{tmp_path}/elsewhere")
    os.rename(old, new)
    moved = Run(RunDir(new + made.dir.path.removeprefix(old)))
    assert moved.status is RunStatus.RUNNING
    (tmp_path / "go").touch()
    assert future.wait(20)
    assert (moved.status, moved.exit_status, moved.result) == (RunStatus.COMPLETED, 0, "done")
    assert (moved.scalars, moved.output) == ({"loss": 0.25}, "loss: 0.5\nloss: 0.25\n")
    assert not os.path.exists(old)


def test_a_moved_run_of_a_script_can_be_stopped_where_it_is(begin, tmp_path, notebook):
    Path("slow.py").write_text(SCRIPT)
    made, future, home = begin("slow.py", "fork")
    os.rename(home.path, tmp_path / "new")
    moved = Run(Home(f"{tmp_path}/new").run_dir(made.id))
    os.kill(read_lock(moved.dir).supervisor.pid, signal.SIGTERM)
    assert future.wait(20)
    assert (moved.status, moved.scalars) == (RunStatus.TERMINATED, {"loss": 0.5})
    assert not os.path.exists(home.path)


def test_a_pipeline_makes_no_more_steps_in_a_home_that_is_gone(notebook, in_home, tmp_path):
    write_project(Path.cwd())
    context = in_home(tmp_path / "home")
    request = RunRequest(operation="release", flags={"wait": True}, launch=LaunchOptions(background=True))
    made = run(context, request, SilentViewer())
    train = wait_until(lambda: [each for each in Path(context.home.runs).iterdir() if (each / "model").exists()])[0]
    supervisor = read_lock(made.dir).supervisor
    os.rename(context.home.path, tmp_path / "moved")
    (tmp_path / "moved/runs" / train.name / "go").touch()
    moved = Run(Home(f"{tmp_path}/moved").run_dir(made.id)).wait(30)
    wait_until(lambda: not supervisor.is_alive())
    assert "no longer at" in moved.output
    assert not os.path.exists(context.home.path)


def content_of(folder):
    return {str(path): path.stat().st_mtime_ns for path in Path(folder).rglob("*")}
