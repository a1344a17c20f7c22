"""Runs take of a queue what they ask for."""

from pathlib import Path

import pytest

import guild_ipy
from guild_ipy.domain.status import RunStatus
from guild_ipy.domain.values.resource_amounts import format_resources, parse_resources
from guild_ipy.engine.stopping import stop_run
from guild_ipy.errors import GuildFileError, UsageError
from guild_ipy.launching.at_work.bins import asked_by, read_bins
from guild_ipy.operations.spec_options import SpecOptions
from guild_ipy.session.run_handle import Run
from guild_ipy.session.run_refs import list_runs

SHOW = "import os\nn = 0\nprint(os.environ.get('CUDA_VISIBLE_DEVICES'), os.environ.get('OMP_NUM_THREADS'))\n"
HOLD = SHOW.replace("print(", "print(", 1) + "import time\nwhile not os.path.exists('../../go'): time.sleep(0.01)\n"


def stage(queues, script, resources, **flags):
    spec = SpecOptions(resources=resources)
    return queues.notebook.run(script, request={"stage": True, "spec": spec}, **flags)


@pytest.fixture
def let_go(queues):
    """Lets the runs end that hold what they have."""
    Path("hold.py").write_text(HOLD)
    Path("show.py").write_text(SHOW)
    return lambda: Path(queues.notebook.context.home.path, "go").touch()


def at_work(queues):
    runs = list_runs(queues.notebook.context)
    return [run for run in runs if run.status is RunStatus.RUNNING and run.operation != "queue"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", {}),
        ("gpus=1", {"gpus": 1}),
        ("cpus=0.5, memory=8G", {"cpus": 0.5, "memory": 8 * 2**30}),
        ("memory: 512MiB", {"memory": 2**29}),
        ("my-licence=2,memory=1e9", {"my-licence": 2, "memory": 1e9}),
    ],
)
def test_resources_are_read(text, found):
    assert parse_resources(text) == found
    assert parse_resources(format_resources(found)) == pytest.approx(found, rel=1e-4)


@pytest.mark.parametrize(
    "text",
    [
        "gpus",
        "gpus=",
        "gpus=one",
        "gpus=-1",
        "gpus=0.5",
        "gpus=1,gpus=2",
        "cpus=2G",
        "gpus=nan",
        "=1",
        "a=1.2.3",
        "a=1;b=2",
    ],
)
def test_wrong_resources_are_one_line(queues, text):
    with pytest.raises(UsageError, match="resources") as caught:
        stage(queues, "echo.py", text)
    assert "\n" not in str(caught.value)
    assert list_runs(queues.notebook.context) == []


def test_an_operation_says_what_its_runs_ask_for(queues):
    Path("guild.yml").write_text("train: {main: echo, resources: {gpus: 1, memory: 2G}}")
    assert asked_by(queues.stage("train")) == {"gpus": 1, "memory": 2**31}
    Path("guild.yml").write_text("train: {main: echo, resources: {gpus: many}}")
    with pytest.raises(GuildFileError, match="resources"):
        queues.stage("train")


def test_a_function_says_what_its_runs_ask_for(queues):
    queues.notebook.cell("import guild_ipy\n@guild_ipy.operation(resources={'gpus': 2})\ndef f(): pass")
    assert asked_by(queues.stage("f")) == {"gpus": 2}
    with pytest.raises(UsageError, match="resources"):
        guild_ipy.operation(resources="gpus")(print)


def test_each_run_gets_its_own_gpus(queues, let_go):
    runs = [stage(queues, "hold.py", "gpus=1,cpus=2", n=number) for number in range(3)]
    queue = queues.start(jobs=3, resources="gpus=2,cpus=8")
    queues.wait_for(lambda: len(at_work(queues)) == 2)
    queues.wait_for(lambda: queues.reasons() == {runs[2].id: "needs gpus=1, 0 of 2 free"})
    let_go()
    queues.wait_for(lambda: Run(runs[2].dir).status.is_finished)
    stop_run(queue.dir, queues.notebook.context.settings)
    shown = [Run(run.dir).output.split() for run in runs]
    assert sorted(each[0] for each in shown[:2]) == ["0", "1"]
    assert {each[1] for each in shown} == {"2"}


def test_a_small_run_passes_a_large_one(queues, let_go):
    held, large, small = (stage(queues, "hold.py", f"gpus={count}", n=count) for count in (1, 2, 1))
    queue = queues.start(jobs=3, resources="gpus=2")
    queues.wait_for(lambda: {run.id for run in at_work(queues)} == {held.id, small.id})
    assert Run(large.dir).status is RunStatus.STAGED
    let_go()
    queues.wait_for(lambda: Run(large.dir).status.is_finished)
    stop_run(queue.dir, queues.notebook.context.settings)
    assert Run(large.dir).output.startswith("0,1 ")


def test_what_nobody_has_is_said_and_holds_up_no_one(queues, let_go):
    large, small = stage(queues, "show.py", "gpus=8"), queues.stage(x=1)
    queues.run_once(resources="gpus=2")
    assert Run(small.dir).status is RunStatus.COMPLETED
    queue = queues.start(resources="gpus=2")
    queues.wait_for(lambda: queues.reasons()[large.id] == "needs gpus=8, and there is 2")
    stop_run(queue.dir, queues.notebook.context.settings)


def test_what_a_run_had_that_was_killed_is_free_at_once(queues, let_go):
    first, second = (stage(queues, "hold.py", "gpus=1", n=number) for number in range(2))
    queue = queues.start(jobs=2, resources="gpus=1")
    queues.wait_for(lambda: [run.id for run in at_work(queues)] == [first.id])
    stop_run(first.dir, queues.notebook.context.settings)
    queues.wait_for(lambda: [run.id for run in at_work(queues)] == [second.id])
    let_go()
    queues.wait_for(lambda: Run(second.dir).status.is_finished)
    stop_run(queue.dir, queues.notebook.context.settings)


def test_two_queues_share_what_there_is(queues, let_go):
    for number in range(4):
        stage(queues, "hold.py", "gpus=1", n=number)
    options = {"wait-for-running": False, "resources": "gpus=2", "jobs": 2}
    both = [queues.start(**options) for _ in range(2)]
    queues.wait_for(lambda: len(at_work(queues)) == 2)
    queues.wait_for(lambda: set(queues.reasons().values()) == {"needs gpus=1, 0 of 2 free"})
    assert len(at_work(queues)) == 2
    let_go()
    queues.wait_for(lambda: queues.reasons() == {} and at_work(queues) == [])
    for queue in both:
        stop_run(queue.dir, queues.notebook.context.settings)


def test_a_run_that_asks_for_nothing_keeps_the_environment(queues, let_go, monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3")
    run, asking = queues.stage("show.py"), stage(queues, "show.py", "gpus=1")
    queues.run_once()
    assert [Run(each.dir).output for each in (run, asking)] == ["3 None\n", "3 None\n"]


def test_the_machine_has_processors_and_memory():
    whole = read_bins(None, []).whole
    assert whole["cpus"] >= 1
    assert whole["memory"] > 2**28


class TestTrials:
    """Trials of a batch take of this machine what they ask for."""

    def run(self, monkeypatch, gpus, **options):
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", gpus)
        Path("show.py").write_text(SHOW)
        return guild_ipy.run("show.py", n=[1, 2, 3], _jobs=3, **options)

    def test_each_has_a_gpu_of_its_own(self, queues, monkeypatch):
        batch = self.run(monkeypatch, "4,7", _resources="gpus=1,cpus=1")
        outputs = [Run(queues.notebook.context.home.run_dir(id_)).output.split() for id_ in batch.get("trials")]
        assert {gpu for gpu, _ in outputs} <= {"4", "7"}
        assert {threads for _, threads in outputs} == {"1"}
        assert batch.status is RunStatus.COMPLETED

    def test_more_than_there_is_is_said(self, queues, monkeypatch):
        batch = self.run(monkeypatch, "4", _resources="gpus=2")
        assert "could not be started: it needs gpus=2, and there is 1" in batch.output
        assert list(batch.trials["status"]) == ["pending"] * 3
