import os
import random
import signal

import pytest

from guild_ipy.domain.status import RunStatus
from guild_ipy.errors import (
    CannotSend,
    FlagError,
    GuildError,
    LostException,
    OperationNotFound,
    RunError,
    StoreError,
    UsageError,
)
from guild_ipy.launching.launch import LaunchOptions
from guild_ipy.launching.new_run import RunRequest, run
from guild_ipy.launching.restart import Change, restart
from guild_ipy.operations.spec_options import SpecOptions
from guild_ipy.session.run_refs import list_runs
from guild_ipy.store.guild_home import Home
from guild_ipy.store.state.signals import MAYBE_NO_MEMORY, note_kill
from guild_ipy.verbs.looking.info import get_info
from guild_ipy.view.live import describe_end
from tests.notebook_session import find_processes, wait_until
from tests.train_and_wait import RecordingViewer

INTERRUPTED = """
import select, sys, time
import guild_ipy

def work():
    print("at work")
    while True:
        select.select([], [], [], 0.01)

def work_on():
    try:
        work()
    except KeyboardInterrupt:
        print("interrupted")
        work()

guild_ipy.run(len, "to import what it needs")
print("ready", flush=True)
for name in sys.stdin:
    try:
        print("go", flush=True)
        guild_ipy.run(name.strip())
    except guild_ipy.RunError as error:
        print(error.run.status, flush=True)
    except KeyboardInterrupt:
        print("none", flush=True)
"""


class TestForeground:
    def test_a_run_is_previewed_shown_and_ended(self, train, viewer):
        made = train.run("train", lr=0.5)
        assert viewer.told == ["You are about to run train()\n  lr: 0.5\n  steps: 2", "ended completed"]
        assert viewer.shown == made.output == "step: 0\nloss: 0.5\nstep: 1\nloss: 0.25\n"

    def test_who_declines_makes_nothing(self, train):
        request = RunRequest(operation="train")
        assert run(train.context, request, RecordingViewer(agrees=False)) is None
        assert list_runs(train.context) == []

    def test_a_preview_alone_makes_nothing(self, train, viewer):
        assert run(train.context, RunRequest(operation="train", preview=True), viewer) is None
        assert len(viewer.told) == 1
        assert os.listdir(train.context.home.path) == ["runs"]

    def test_label_tags_and_seed_are_recorded(self, train):
        made = train.run("train", request={"spec": SpecOptions(label="first", tags=("a",), random_seed=3)})
        assert (made.label, made.tags, made.get("random_seed")) == ("first", ("a",), 3)

    def test_patterns_of_scalars_can_be_chosen(self, notebook):
        notebook.cell("def train():\n    print('epoch 3 error=0.5')")
        spec = SpecOptions(output_scalars=(r"epoch (?P<step>\d+) error=(?P<error>\S+)",))
        assert notebook.run("train", request={"spec": spec}).scalar_summaries["error"].last_step == 3

    def test_a_large_payload_is_noted_before_the_run(self, notebook, viewer):
        notebook.cell("data = [bytes([n]) * 2**20 for n in range(11)]\ndef train():\n    return len(data)")
        notebook.run("train")
        assert "  note: 11 MiB of notebook variables travel to the run; pass a file name" in viewer.told[0]

    def test_objects_are_named_in_the_preview(self, notebook, viewer):
        notebook.cell("import numpy as np\ndef train(data, lr=0.1):\n    return data.sum()")
        assert notebook.run("train", notebook.cell("np.ones((2, 3))")).result == 6
        assert "  data: <ndarray 2 x 3>" in viewer.told[0]

    def test_a_home_is_made_where_there_is_none(self, train, tmp_path):
        train.context = train.context.at(Home(f"{tmp_path}/new home"))
        assert str(train.run("train").path).startswith(f"{tmp_path}/new home/runs/")
        assert os.stat(f"{tmp_path}/new home").st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    ("operation", "flags", "error"),
    [
        ("trian", {}, OperationNotFound),
        (5, {}, UsageError),
        ("train", {"rate": 1}, FlagError),
        ("train", {"lr": "much"}, FlagError),
        ("train", {"lr": [1, 2]}, FlagError),
        ("locked", {}, CannotSend),
        ("not_there.py", {}, OperationNotFound),
    ],
)
def test_what_is_refused_makes_nothing(train, operation, flags, error):
    train.cell("import threading\nlock = threading.Lock()\ndef locked():\n    return lock")
    with pytest.raises(error) as caught:
        train.run(operation, **flags)
    assert "\n" not in str(caught.value)
    assert list_runs(train.context) == []
    assert os.listdir(train.context.home.runs) == []


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"launch": LaunchOptions(isolation="vm")}, "isolation 'vm' is none of fork, fresh, inline"),
        ({"spec": SpecOptions(output_scalars=("(",))}, "output scalar pattern '.' is no regular expression"),
        ({"spec": SpecOptions(random_seed=-1)}, "random seed -1 is not between"),
    ],
)
def test_options_that_cannot_be_are_refused_and_nothing_stays(train, fields, message):
    with pytest.raises(UsageError, match=message):
        train.run("train", request=fields)
    assert os.listdir(train.context.home.runs) == []


def test_a_home_that_cannot_be_written_is_one_clear_error(train):
    os.rmdir(train.context.home.runs)
    with open(train.context.home.runs, "w"):
        pass
    with pytest.raises(StoreError, match="cannot make") as caught:
        train.run("train")
    assert "\n" not in str(caught.value)


class TestFailures:
    def test_the_error_carries_run_and_exception_as_cause(self, notebook):
        notebook.cell("def fail():\n    raise ValueError('bad')")
        error = notebook.fail("fail")
        assert isinstance(error, GuildError)
        assert error.run.status is RunStatus.ERROR
        assert (type(error.exception), error.exception.args) == (ValueError, ("bad",))

    def test_something_stands_for_an_exception_that_cannot_travel(self, notebook):
        notebook.cell("import threading\nclass Odd(Exception):\n    pass")
        notebook.cell("def fail():\n    error = Odd()\n    error.lock = threading.Lock()\n    raise error")
        error = notebook.fail("fail")
        assert isinstance(error.exception, LostException)
        assert (error.exception.type_name, error.exception.reason) == ("Odd", "cannot pickle '_thread.lock' object")
        assert error.exception.traceback in error.run.output

    @pytest.mark.parametrize(
        ("code", "ending"),
        [
            ("ctypes.string_at(0)", "crashed (SIGSEGV)"),
            ("os.abort()", "crashed (SIGABRT)"),
            ("os.kill(os.getpid(), signal.SIGFPE)", "crashed (SIGFPE)"),
            ("os.kill(os.getpid(), signal.SIGKILL)", f"killed (SIGKILL{MAYBE_NO_MEMORY})"),
            ("os.kill(os.getpid(), signal.SIGTERM)", "terminated (SIGTERM)"),
            ("os.kill(os.getpid(), signal.SIGALRM)", "terminated (SIGALRM)"),
        ],
    )
    def test_a_run_that_a_signal_ends_names_it(self, notebook, code, ending):
        notebook.cell(f"import ctypes, os, signal\ndef die():\n    {code}")
        error = notebook.fail("die")
        was = "" if ending.startswith("crashed") else "was "
        assert str(error) == f"die() {was}{ending} · {error.run.short_id}"
        assert error.run.status is RunStatus.TERMINATED
        assert get_info(error.run).lines["ended_by"] == error.run.summary()["ended by"] == ending
        assert describe_end(error.run.ending).startswith(f"die() {ending.removesuffix(' (SIGTERM)')} in ")

    def test_a_restart_forgets_how_the_last_attempt_was_killed(self, notebook):
        notebook.cell("import os, signal\ndef die():\n    os.kill(os.getpid(), signal.SIGKILL)")
        run = notebook.fail("die").run
        note_kill(run.dir)
        assert get_info(run).lines["ended_by"] == "terminated (SIGKILL)"
        with pytest.raises(RunError, match="was killed"):
            restart(notebook.context, run, Change(), LaunchOptions(), notebook.viewer)


class TestBackground:
    def test_it_returns_while_the_run_goes_on(self, start_waiting, let_go, notebook, viewer):
        made = start_waiting(code=5)
        assert made.status is RunStatus.RUNNING
        assert viewer.told[-1] == "ended running"
        assert let_go(made).status is RunStatus.COMPLETED
        assert made.result == 5

    def test_a_pidfile_gets_the_process_id(self, notebook, start_waiting, let_go, tmp_path):
        made = notebook.run("wait", request={"launch": LaunchOptions(pidfile=f"{tmp_path}/pid")})
        with open(f"{tmp_path}/pid") as file:
            pid = int(file.read())
        assert os.getpgid(pid) == pid
        let_go(made)

    def test_a_run_that_cannot_start_is_told(self, notebook, start_waiting, monkeypatch):
        monkeypatch.setattr("sys.executable", "/not/there/python")
        with pytest.raises(GuildError, match=r"/not/there/python|cannot start an interpreter"):
            notebook.run("wait", request={"launch": LaunchOptions(isolation="fresh", background=True)})

    def test_many_at_once_are_kept_apart(self, start_waiting, let_go):
        runs = [start_waiting(code=code) for code in range(5)]
        assert {made.status for made in runs} == {RunStatus.RUNNING}
        assert [let_go(made).result for made in runs] == list(range(5))


def read_until(kernel, *lines):
    """Read what a kernel prints up to one of these lines."""
    for line in kernel.stdout:
        if line.strip() in lines:
            return line.strip()
    raise AssertionError(kernel.stderr.read())


@pytest.mark.usefixtures("no_process_left")
class TestInterrupts:
    @pytest.fixture
    def kernel(self, start_python):
        kernel = start_python(INTERRUPTED)
        read_until(kernel, "ready")
        return kernel

    def test_interrupting_a_kernel_terminates_its_run(self, kernel):
        print("work", file=kernel.stdin, flush=True)
        read_until(kernel, "at work")
        kernel.send_signal(signal.SIGINT)
        assert read_until(kernel, "terminated", "none") == "terminated"

    def test_a_second_interrupt_makes_it_more_urgent(self, kernel, notebook):
        print("work_on", file=kernel.stdin, flush=True)
        read_until(kernel, "at work")
        kernel.send_signal(signal.SIGINT)
        made = list_runs(notebook.context)[0]
        wait_until(lambda: "interrupted" in made.output)
        kernel.send_signal(signal.SIGINT)
        assert read_until(kernel, "terminated", "none") == "terminated"
        assert made.exit_status == -signal.SIGTERM

    def test_interrupting_at_any_time_leaves_no_run_at_work(self, kernel, notebook):
        delays = random.Random(0)
        for _ in range(30):
            print("work", file=kernel.stdin, flush=True)
            read_until(kernel, "go")
            signal.sigtimedwait([], delays.uniform(0, 0.02))
            kernel.send_signal(signal.SIGINT)
            read_until(kernel, "terminated", "none")
        runs = list_runs(notebook.context)
        assert [made for made in runs if made.status.is_active] == []
        assert {made.status for made in runs} == {RunStatus.COMPLETED, RunStatus.TERMINATED}


def test_nothing_is_left_of_a_run_that_ended(train):
    train.run("train")
    wait_until(lambda: not find_processes())


def test_an_error_of_a_run_has_no_traceback_of_ours(notebook):
    notebook.cell("def fail():\n    raise ValueError")
    with pytest.raises(RunError) as caught:
        notebook.run("fail")
    assert caught.value._render_traceback_() == [f"RunError: {caught.value}"]
