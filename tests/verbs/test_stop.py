import os
import signal
from dataclasses import replace

import pytest

from guild_ipy.domain.status import RunStatus
from guild_ipy.errors import RunStateError
from guild_ipy.session.session import Session
from guild_ipy.store.state.lock import read_lock
from guild_ipy.verbs.changing.delete import delete
from guild_ipy.verbs.looking.info import get_info
from guild_ipy.verbs.running.stop import stop
from guild_ipy.view.live import describe_end
from tests.notebook_session import find_processes, wait_until


@pytest.fixture(params=["fork", "fresh"])
def isolated(notebook, request):
    notebook.isolation = request.param
    return notebook


@pytest.fixture
def launch(isolated):
    """Start a function in the background, and wait until it says that it is ready."""

    def launch(text, name="work"):
        isolated.cell(
            "import os, select, signal, subprocess, sys\ndef wait():\n    while True:\n        signal.pause()"
        )
        isolated.cell(text)
        run = isolated.run_in_background(name)
        wait_until(lambda: "ready" in run.output)
        return run

    return launch


def test_a_run_is_stopped_by_an_interrupt_and_may_clean_up(isolated, launch):
    run = launch("""
        def work():
            try:
                print("ready")
                wait()
            finally:
                print("cleaned up")
    """)
    told = []
    assert stop(isolated.context, [run], told.append) == [run]
    assert (run.status, run.exit_status) == (RunStatus.TERMINATED, -signal.SIGINT)
    assert "cleaned up\n" in run.output
    assert told[0].startswith(f"Stopping {run.short_id} (pid ")


def test_a_run_that_ends_well_when_it_is_stopped_is_terminated(isolated, launch):
    run = launch("""
        def work():
            try:
                print("ready")
                wait()
            except KeyboardInterrupt:
                return 5
    """)
    stop(isolated.context, [run])
    assert (run.status, run.exit_status, run.result) == (RunStatus.TERMINATED, -signal.SIGINT, 5)


def test_a_run_that_is_stopped_while_its_program_is_opened_is_terminated(isolated, launch):
    run = launch("""
        def unpack():
            if os.path.isdir(".guild"):
                subprocess.Popen(["sleep", "1000"])
                print("ready", flush=True)
                wait()

        class Packed:
            def __reduce__(self):
                return unpack, ()

        packed = Packed()

        def work():
            return packed
    """)
    stop(isolated.context, [run])
    assert (run.status, run.exit_status) == (RunStatus.TERMINATED, -signal.SIGINT)
    assert not os.path.exists(run.dir.reserve)  # its supervisor has seen to its end


@pytest.mark.parametrize(("ignored", "number"), [("SIGINT", signal.SIGTERM), ("SIGINT SIGTERM", signal.SIGKILL)])
def test_signals_grow_for_a_run_that_ignores_them(isolated, launch, ignored, number):
    settings = replace(isolated.context.settings, stop_grace=0.3)
    isolated.context = Session(settings, home=isolated.context.home, engine=isolated.context.engine)
    run = launch(f"""
        def work():
            for name in "{ignored}".split():
                signal.signal(getattr(signal, name), signal.SIG_IGN)
            print("ready", flush=True)
            wait()
    """)
    stop(isolated.context, [run])
    assert (run.status, run.exit_status) == (RunStatus.TERMINATED, -number)
    assert get_info(run).lines["ended_by"] == f"terminated ({number.name})"  # and not killed by the system
    assert describe_end(run.ending).startswith("work() terminated in ")


def test_children_daemons_and_what_ignores_signals_are_gone_too(isolated, launch):
    run = launch("""
        def daemon():
            if os.fork() == 0:
                os.setsid()
                if os.fork() == 0:
                    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                        signal.signal(number, signal.SIG_IGN)
                    os.write(1, b"daemon\\n")
                    wait()
                os._exit(0)

        def work():
            daemon()
            daemon()
            subprocess.Popen(["sh", "-c", "trap '' INT TERM; echo child; sleep 1000"])
            subprocess.Popen(["sleep", "1000"], start_new_session=True)
            while True:
                with open(".guild/output") as file:
                    text = file.read()
                if text.count("daemon") == 2 and "child" in text:
                    break
            print("ready")
            wait()
    """)
    assert len(find_processes()) >= 6
    stop(isolated.context, [run])
    wait_until(lambda: not find_processes())
    assert run.status is RunStatus.TERMINATED


def test_what_a_completed_run_leaves_behind_is_gone(isolated):
    isolated.cell("""
        import os, signal, subprocess
        def work():
            subprocess.Popen(["sleep", "1000"])
            subprocess.Popen(["sleep", "1000"], start_new_session=True)
            if os.fork() == 0:
                os.setsid()
                signal.pause()
            return 5
    """)
    run = isolated.run("work")
    assert (run.status, run.result) == (RunStatus.COMPLETED, 5)
    wait_until(lambda: not find_processes())


def test_a_run_whose_supervisor_was_killed_is_stopped_with_its_children(isolated, launch):
    run = launch("""
        def work():
            subprocess.Popen(["sh", "-c", "trap '' INT TERM; echo ready; sleep 1000"])
            wait()
    """)
    os.kill(read_lock(run.dir).supervisor.pid, signal.SIGKILL)
    stop(isolated.context, [run])
    assert run.status is RunStatus.TERMINATED
    wait_until(lambda: not find_processes())


def test_a_flood_of_output_does_not_delay_a_stop(isolated, launch):
    run = launch("""
        def work():
            print("ready")
            subprocess.run("yes 'loss: 1.5 (step 3)' | head --bytes 200M", shell=True)
            wait()
    """)
    wait_until(lambda: os.path.getsize(run.dir.output) > 30_000_000)
    stop(isolated.context, [run])
    assert run.status is RunStatus.TERMINATED
    assert run.scalars["loss"] == 1.5


def test_only_running_runs_are_stopped(isolated, launch):
    isolated.cell("def quick():\n    return 1")
    ended, staged = isolated.run("quick"), isolated.run("quick", request={"stage": True})
    run = launch("def work():\n    print('ready')\n    wait()")
    assert stop(isolated.context, [ended, staged, run]) == [run]
    assert (ended.status, staged.status) == (RunStatus.COMPLETED, RunStatus.STAGED)
    assert stop(isolated.context, [run]) == []


def test_a_stopped_run_can_be_deleted_and_a_running_one_not(isolated, launch):
    run = launch("def work():\n    print('ready')\n    wait()")
    with pytest.raises(RunStateError, match="is running; stop it first"):
        delete(isolated.context, [run])
    stop(isolated.context, [run])
    assert len(delete(isolated.context, [run]).runs) == 1


def test_a_run_that_stops_its_supervisor_at_once_has_started_and_can_be_stopped(isolated, launch):
    run = launch("def work():\n    os.kill(os.getppid(), signal.SIGSTOP)\n    print('ready', flush=True)\n    wait()")
    assert run.status is RunStatus.RUNNING
    stop(isolated.context, [run])
    assert run.status is RunStatus.TERMINATED
