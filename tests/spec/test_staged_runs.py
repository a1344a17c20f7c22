"""S3: staged runs, restaging, and queues."""

import os
import re
import signal
import subprocess
import sys
import time

import pytest

from guild_ipy.domain.opref import QUEUE
from guild_ipy.domain.status import RunStatus
from guild_ipy.session.run_handle import Run

SECONDS = 60


@pytest.fixture
def console(optimizers):
    """Another console, in which a queue is at work: an operating-system process with a queue in the foreground."""
    environment = {**os.environ, "GUILD_HOME": optimizers.context.home.path}
    command = [sys.executable, "-m", "guild_ipy", "run", "queue", "poll-interval=1", "--yes"]
    process = subprocess.Popen(
        command, cwd=optimizers.folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    yield process
    if process.poll() is None:
        process.kill()
    process.communicate()


def stage(project, *words):
    """Stage a run of the script at a shell; the run."""
    printed = project.shell("run", "echo.py", *words, "--stage", "--yes")
    return Run(project.context.home.run_dir(re.search(r"staged as (\w{32});", printed)[1]))


def wait_for(is_so):
    deadline = time.monotonic() + SECONDS
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def have_ended(runs):
    return all(Run(run.dir).status.is_finished for run in runs)


def in_order_of_start(runs):
    return sorted(runs, key=lambda run: Run(run.dir).started)


def run_queue(project, *words):
    """Run a queue that ends when nothing is left; its lines."""
    return project.shell("run", "queue", "run-once=yes", *words, "--yes").splitlines()


def sleeping(project, seconds):
    """A run at work in the background."""
    (project.folder / "sleep.py").write_text("import time\nseconds = 0.0\ntime.sleep(seconds)\n")
    project.shell("run", "sleep.py", f"seconds={seconds}", "--background", "--yes")
    return next(run for run in project.runs() if run.operation == "sleep.py")


@pytest.mark.rows("Q1", "Q5", "Q9", "Q10", "Q11", "Q12")
def test_what_one_console_stages_a_queue_in_another_starts(optimizers, console):
    wait_for(lambda: any(run.opref == QUEUE and run.status is RunStatus.RUNNING for run in optimizers.runs()))
    first, second = stage(optimizers, "x=1"), stage(optimizers, "x=2")
    wait_for(lambda: have_ended([first, second]))
    assert in_order_of_start([second, first]) == [first, second]
    assert console.poll() is None
    console.send_signal(signal.SIGINT)
    printed, _ = console.communicate(timeout=SECONDS)
    assert f"Starting staged run {first.id}: echo.py (x=1, y=2, z=a)" in printed
    assert "1 2 'a'" in printed
    queue = next(run for run in optimizers.runs() if run.opref == QUEUE)
    assert not queue.status.is_active


@pytest.mark.rows("Q11", "Q12")
def test_a_queue_is_stopped_by_stop(optimizers, console):
    wait_for(lambda: any(run.opref == QUEUE and run.status is RunStatus.RUNNING for run in optimizers.runs()))
    optimizers.shell("stop", "--yes")
    console.communicate(timeout=SECONDS)
    assert [run.status.is_active for run in optimizers.runs()] == [False]
    assert "queue" in optimizers.guild("runs")
    assert "queue" not in optimizers.guild("compare", "--csv", "-").partition("\n")[2]


@pytest.mark.rows("Q2", "Q4", "Q15")
def test_a_staged_run_is_listed_as_such_and_started(optimizers):
    run = stage(optimizers, "x=3")
    assert "staged" in optimizers.shell("runs")
    assert "staged" in optimizers.guild("runs")
    optimizers.shell("run", "--start", run.id, "--yes")
    assert Run(run.dir).status is RunStatus.COMPLETED


@pytest.mark.rows("Q4")
def test_guild_starts_a_run_that_we_have_staged(optimizers):
    run = stage(optimizers, "x=3")
    optimizers.guild("run", "--start", run.id, "--yes")
    assert Run(run.dir).status is RunStatus.COMPLETED


@pytest.mark.rows("Q3")
def test_a_run_is_staged_in_a_folder_of_its_own(optimizers, tmp_path):
    optimizers.shell("run", "echo.py", "x=5", "--stage-dir", str(tmp_path / "there"), "--yes")
    assert optimizers.runs() == []
    command = [sys.executable, "main.py"]
    folder = tmp_path / "there/.guild/job"
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    assert done.stdout == "5 2 'a'\n"


@pytest.mark.rows("Q6")
def test_a_queue_starts_nothing_while_another_run_is_at_work(optimizers):
    other, run = sleeping(optimizers, 2), stage(optimizers, "x=1")
    run_queue(optimizers)
    assert Run(run.dir).started > Run(other.dir).stopped


@pytest.mark.rows("Q6", "Q18")
def test_a_queue_can_be_told_not_to_wait_for_others(optimizers):
    other, run = sleeping(optimizers, 60), stage(optimizers, "x=1")
    run_queue(optimizers, "wait-for-running=no")
    assert [Run(each.dir).status for each in (other, run)] == [RunStatus.RUNNING, RunStatus.COMPLETED]
    optimizers.shell("stop", "--yes")


@pytest.mark.rows("Q7", "Q8", "Q13")
def test_a_run_that_is_restaged_has_new_flags_and_is_next(optimizers):
    first, second = stage(optimizers, "x=1"), stage(optimizers, "x=2")
    optimizers.shell("run", "--restage", second.id, "x=20", "--yes")
    assert Run(second.dir).flags["x"] == 20
    assert "x=20" in optimizers.guild("runs")
    run_queue(optimizers)
    assert in_order_of_start([first, second]) == [second, first]


@pytest.mark.rows("Q7", "Q8")
def test_guilds_queue_takes_a_run_that_is_restaged_first_too(optimizers):
    first, second = stage(optimizers, "x=1"), stage(optimizers, "x=2")
    optimizers.shell("restage", second.id, "--yes")
    optimizers.guild("run", "queue", "run-once=yes", "--yes")
    assert in_order_of_start([first, second]) == [second, first]


@pytest.mark.rows("Q7")
def test_a_run_that_has_ended_is_staged_again(optimizers):
    run, _ = optimizers.run("echo.py", x=1)
    optimizers.shell("restage", run.id, "x=7", "--yes")
    again = Run(run.dir)
    assert (again.status, again.flags["x"], again.output) == (RunStatus.STAGED, 7, "")
    run_queue(optimizers)
    assert Run(run.dir).output == "7 2 'a'\n"


@pytest.mark.rows("Q13")
def test_a_staged_run_is_deleted(optimizers):
    run = stage(optimizers, "x=1")
    optimizers.shell("delete", run.id, "--yes")
    assert not any(run.id in line for line in run_queue(optimizers))


@pytest.mark.rows("Q14")
def test_a_staged_run_has_the_code_of_the_moment_it_was_staged_in(optimizers):
    run = stage(optimizers, "x=1")
    (optimizers.folder / "echo.py").write_text("x = 1\nprint('other code')\n")
    run_queue(optimizers)
    assert Run(run.dir).output == "1 2 'a'\n"


@pytest.mark.rows("Q16")
def test_a_queue_takes_only_runs_that_it_is_told_to(optimizers):
    red, blue = stage(optimizers, "x=1", "--label", "red"), stage(optimizers, "x=2", "--label", "blue")
    run_queue(optimizers, "where=label contains blue")
    assert [Run(each.dir).status for each in (red, blue)] == [RunStatus.STAGED, RunStatus.COMPLETED]


@pytest.mark.rows("Q18")
def test_a_queue_has_several_runs_at_work(optimizers):
    text = "import os, time\nopen('../' + 'begun-' + os.urandom(4).hex(), 'w').close()\nn = 0\n"
    wait = "while len([f for f in os.listdir('..') if f.startswith('begun-')]) < 3: time.sleep(0.01)\n"
    (optimizers.folder / "meet.py").write_text(text + wait)
    for n in range(3):
        optimizers.shell("run", "meet.py", f"n={n}", "--stage", "--yes")
    run_queue(optimizers, "jobs=3")
    assert {run.status for run in optimizers.runs()} == {RunStatus.COMPLETED}


@pytest.mark.rows("Q17")
def test_a_queue_starts_what_its_resources_allow(optimizers):
    large, small = stage(optimizers, "x=1", "--resources", "gpus=2"), stage(optimizers, "x=2", "--resources", "gpus=1")
    run_queue(optimizers, "resources=gpus=1")
    assert [Run(each.dir).status for each in (large, small)] == [RunStatus.STAGED, RunStatus.COMPLETED]
