"""A cluster whose workers, scheduler and queue are killed with runs inside: each run is started once."""

from __future__ import annotations

import os
import random
import signal
import threading
from collections import Counter
from pathlib import Path

import pytest

from guild_ipy.domain.status import RunStatus
from guild_ipy.engine.stopping import find_running_process
from guild_ipy.launching.launch import LaunchOptions
from guild_ipy.launching.restart import Change, restart
from guild_ipy.session.viewer import SilentViewer
from guild_ipy.verbs.running.stop import stop
from tests.dask_cluster import kill
from tests.notebook_session import wait_until

#: Counts its starts, and takes a moment.
_SCRIPT = """
import time
x = 1
with open("starts", "a") as file:
    file.write("started\\n")
time.sleep(0.3)
"""
_LONGEST_DELAY = 0.8
_BACKGROUND = LaunchOptions(background=True)


@pytest.mark.timeout(3600)
def test_runs_of_a_cluster_that_is_killed_are_started_once(notebook, cluster, scale, report):
    Path("count.py").write_text(_SCRIPT)
    dice, killed = random.Random(0), Counter()
    runs = [notebook.run("count.py", request={"stage": True}, x=x) for x in range(scale(16, 300))]
    cluster.start_worker()
    cluster.start_worker()
    queue = notebook.run("queue", request={"launch": _BACKGROUND}, dask=cluster.address)
    wait_until(lambda: any(each.status is RunStatus.RUNNING for each in runs), seconds=60)
    for victim in [*("worker", "scheduler", "queue") * scale(1, 8)]:
        threading.Event().wait(dice.uniform(0, _LONGEST_DELAY))
        _kill(victim, cluster, queue, notebook)
        killed[victim] += 1
    wait_until(lambda: all(each.status.is_finished for each in runs), seconds=scale(90, 900))
    stop(notebook.context, [queue])
    starts = Counter((each.path / "starts").read_text().count("started") for each in runs)
    statuses = Counter(str(each.status) for each in runs)
    report(
        "kill -9 in a cluster",
        runs=len(runs),
        kills=killed.total(),
        of=", ".join(f"{name} {count}" for name, count in sorted(killed.items())),
        **statuses,
        started_once=starts[1],
        faults=starts.total() - starts[1],
    )
    assert starts == {1: len(runs)}
    assert statuses == {"completed": len(runs)}


def _kill(victim, cluster, queue, notebook):
    """Kill one, and start another in its place."""
    if victim == "worker":
        kill(cluster.workers.pop(0))
        cluster.start_worker()
    elif victim == "scheduler":
        cluster.restart_scheduler()
        for each in cluster.workers:  # those that have lost their scheduler end
            kill(each, signal.SIGTERM)
        cluster.workers = []
        cluster.start_worker()
        cluster.start_worker()
    else:
        process = find_running_process(queue.dir)
        assert process is not None
        os.kill(process.pid, signal.SIGKILL)
        wait_until(lambda: not queue.status.is_active)
        restart(notebook.context, queue, Change(), _BACKGROUND, SilentViewer())
