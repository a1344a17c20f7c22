"""Queues and batches whose runs work on the workers of a Dask cluster."""

import importlib.util
import os
from pathlib import Path

import pytest

import guild_ipy
from guild_ipy.domain.status import RunStatus
from guild_ipy.errors import RunError, UsageError
from guild_ipy.operations.spec_options import SpecOptions
from guild_ipy.session.run_refs import list_runs
from guild_ipy.session.session import get_session
from guild_ipy.verbs.running.stop import stop

#: Fails so often as the file says.
FLAKY = """
import os
x = 1
fails = 2
tries = len(os.listdir("tries")) if os.path.isdir("tries") else 0
os.makedirs(f"tries/{tries}")
print("try", tries)
if tries < fails:
    raise ValueError("not yet")
"""


def stage(queues, resources=None, **flags):
    spec = SpecOptions(resources=resources)
    return queues.notebook.run("echo.py", request={"stage": True, "spec": spec}, **flags)


class TestQueues:
    def test_the_workers_of_a_cluster_run_what_is_staged(self, queues, cluster):
        cluster.start_worker()
        runs = [queues.stage(x=number) for number in range(4)]
        queue = queues.run_once(dask=cluster.address)
        assert [str(run.status) for run in runs] == ["completed"] * 4
        assert sorted(line for line in queue.output.splitlines() if line.startswith("x is")) == [
            "x is 0",
            "x is 1",
            "x is 2",
            "x is 3",
        ]

    def test_functions_with_what_they_were_staged_with_run_on_a_worker(self, queues, cluster):
        cluster.start_worker()
        queues.notebook.cell("factor = 2\ndef double(x=1): return x * factor")
        made = queues.stage("double", x=4)
        queues.run_once(dask=cluster.file)
        assert made.result == 8

    def test_gpus_are_those_of_the_worker_and_each_run_has_its_own(self, queues, cluster):
        Path("echo.py").write_text(
            "import os, time\nx = 1\nprint(os.environ['CUDA_VISIBLE_DEVICES'], flush=True)\n"
            "while not os.path.exists('../../go'): time.sleep(0.01)\n"
        )
        cluster.start_worker(threads=4, resources="gpus=2")
        runs = [stage(queues, "gpus=1", x=number) for number in range(3)]
        queue = queues.start(dask=cluster.address)
        queues.wait_for(lambda: [run.output for run in runs[:2]] in (["0\n", "1\n"], ["1\n", "0\n"]))
        assert runs[2].status is RunStatus.STAGED
        Path(queues.notebook.context.home.path, "go").touch()
        queues.wait_for(lambda: runs[2].status is RunStatus.COMPLETED)
        stop(queues.notebook.context, [queue])

    def test_what_no_worker_has_is_said(self, queues, cluster):
        cluster.start_worker(resources="gpus=1")
        made = stage(queues, "gpus=3", x=1)
        queue = queues.start(dask=cluster.address)
        queues.wait_for(lambda: queues.reasons() == {made.id: "needs gpus=3, and there is 1"})
        stop(queues.notebook.context, [queue])

    def test_a_queue_waits_for_the_first_worker(self, queues, cluster):
        made = queues.stage(x=5)
        queue = queues.start(dask=cluster.address, **{"run-once": True})
        queues.wait_for(lambda: "Waiting" in queue.output)
        assert made.status is RunStatus.STAGED
        cluster.start_worker()
        queues.wait_for(lambda: queue.status is RunStatus.COMPLETED)
        assert made.status is RunStatus.COMPLETED

    def test_a_queue_waits_for_a_scheduler_that_is_lost(self, queues, cluster):
        cluster.start_worker()
        queue = queues.start(dask=cluster.address)
        first = queues.stage(x=1)
        queues.wait_for(lambda: first.status is RunStatus.COMPLETED)
        port = cluster.port
        cluster.kill_scheduler()
        queues.wait_for(lambda: "is lost; its runs go on" in queue.output)
        cluster.start_scheduler(port)
        cluster.start_worker()
        second = queues.stage(x=2)
        queues.wait_for(lambda: second.status is RunStatus.COMPLETED)
        assert "Traceback" not in queue.output
        stop(queues.notebook.context, [queue])

    def test_a_stop_stops_the_runs_of_the_workers(self, queues, cluster):
        Path("echo.py").write_text("import time\nx = 1\nprint('begun', flush=True)\ntime.sleep(1000)\n")
        cluster.start_worker()
        runs = [queues.stage(x=number) for number in range(3)]
        queue = queues.start(dask=cluster.address)
        queues.wait_for(lambda: [run.output for run in runs[:2]] == ["begun\n"] * 2)
        stop(queues.notebook.context, [queue])
        assert [str(run.status) for run in runs] == ["terminated", "terminated", "staged"]


class TestWrongInput:
    @pytest.mark.parametrize(
        ("flags", "message"),
        [
            ({"dask": "somewhere"}, "dask 'somewhere' is neither local, nor an address"),
            ({"dask": "http://x y"}, "is neither local, nor an address"),
            ({"dask": "local", "resources": "gpus=1"}, "resources is for a queue on this machine"),
        ],
    )
    def test_it_is_refused_before_a_run_is_made(self, queues, flags, message):
        with pytest.raises(UsageError, match=message):
            queues.run_once(**flags)
        assert list_runs(queues.notebook.context) == []

    def test_without_the_package_it_says_what_to_install(self, queues, monkeypatch):
        find = importlib.util.find_spec
        monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "distributed" else find(name))
        with pytest.raises(
            UsageError, match=r"needs the package distributed; install it by: pip install 'guild-ipy\[dask\]'"
        ):
            queues.run_once(dask="local")

    @pytest.mark.parametrize(
        ("where", "message"),
        [
            ("no.json", "there is no scheduler file 'no.json'; `dask scheduler --scheduler-file no.json` writes one"),
            ("127.0.0.1:1", "no Dask scheduler answers at '127.0.0.1:1'"),
        ],
    )
    def test_a_cluster_that_is_not_there_ends_the_queue_with_one_line(self, queues, where, message):
        made = queues.stage(x=1)
        with pytest.raises(RunError) as caught:
            queues.run_once(dask=where)
        assert caught.value.run.get("error").startswith(message)
        assert "Traceback" not in caught.value.run.output
        assert made.status is RunStatus.STAGED


class TestBatches:
    def run(self, queues, flags, **options):
        assert queues.notebook.context is get_session()
        return guild_ipy.run("echo.py", **flags, **{f"_{name}": value for name, value in options.items()})

    def trials(self, queues, batch):
        return [run for run in list_runs(queues.notebook.context) if run.get("batch") == batch.id]

    def test_trials_run_on_the_workers_and_so_do_those_of_a_restart(self, queues, cluster):
        cluster.start_worker(threads=3)
        batch = self.run(queues, {"x": [1, 2, 3]}, dask=cluster.file)
        trials = self.trials(queues, batch)
        assert sorted(trial.output for trial in trials) == ["x is 1\n", "x is 2\n", "x is 3\n"]
        started = {trial.id: trial.get("started") for trial in trials}
        guild_ipy.run(_restart=batch)
        again = self.trials(queues, batch)
        assert {trial.id for trial in again} == set(started)
        assert all(trial.get("started") > started[trial.id] for trial in again)

    def test_a_cluster_in_its_own_process(self, queues):
        batch = self.run(queues, {"x": [1, 2, 3]}, dask="local", jobs=2)
        assert [str(trial.status) for trial in self.trials(queues, batch)] == ["completed"] * 3

    def test_a_cluster_that_is_not_there_leaves_the_trials_pending(self, queues):
        with pytest.raises(RunError) as caught:
            self.run(queues, {"x": [1, 2]}, dask="no.json")
        assert caught.value.run.get("error").startswith("there is no scheduler file 'no.json'")
        assert {str(trial.status) for trial in self.trials(queues, caught.value.run)} == {"pending"}


@pytest.mark.parametrize("dask", [None, "local"])
class TestRetries:
    def test_a_queue_starts_a_run_again_as_often_as_it_is_told(self, queues, dask):
        Path("flaky.py").write_text(FLAKY)
        good, bad = queues.stage("flaky.py", fails=2), queues.stage("flaky.py", fails=5)
        queues.run_once(retry=2, dask=dask)
        assert (good.status, good.output) == (RunStatus.COMPLETED, "try 2\n")
        assert (bad.status, len(os.listdir(bad.path / "tries"))) == (RunStatus.ERROR, 3)

    def test_a_batch_starts_a_trial_again(self, queues, dask):
        Path("echo.py").write_text(FLAKY)
        batch = TestBatches().run(queues, {"x": [1, 2], "fails": 1}, retry=1, dask=dask)
        trials = TestBatches().trials(queues, batch)
        assert [(trial.status, trial.output) for trial in trials] == [(RunStatus.COMPLETED, "try 1\n")] * 2
        assert "trials failed" not in batch.output

    def test_nothing_is_started_again_unless_it_is_asked_for(self, queues, dask):
        Path("flaky.py").write_text(FLAKY)
        made = queues.stage("flaky.py", fails=1)
        queues.run_once(dask=dask)
        assert (made.status, os.listdir(made.path / "tries")) == (RunStatus.ERROR, ["0"])
