"""kill -9 at random times: nothing is torn, nothing is lost, and every run says truly how it ended."""

from __future__ import annotations

import os
import random
from collections import Counter
from itertools import cycle, islice

import pytest

from guild_ipy.domain.choosing.run_filter import RunFilter
from guild_ipy.domain.status import RunStatus
from guild_ipy.errors import DamagedRun
from guild_ipy.session.run_handle import Run
from guild_ipy.session.run_refs import list_runs
from guild_ipy.session.session import Session
from guild_ipy.settings import Settings
from guild_ipy.store.output import read_output_bytes
from tests.faults.kernels import TARGETS, Killing
from tests.output_lines import iter_output_lines

COMPLETED, TERMINATED = RunStatus.COMPLETED, RunStatus.TERMINATED


def expected_output(lines: int) -> bytes:
    return b"".join(b"line %d of %d\nloss: %d.5 (step %d)\n" % (n, lines, lines - n, n) for n in range(lines))


def find_faults(run: Run, killing: Killing) -> list[str]:
    """Say what is wrong with a run that had come to be."""
    lines, status, output = run.flags["lines"], run.status, read_output_bytes(run.dir)
    is_whole = output == expected_output(lines)
    rows = None if is_whole else -1  # the last may be killed between a line and its row
    faults = {
        "torn attributes": has_torn_attributes(run),
        "outputs that are no prefix": not expected_output(lines).startswith(output),
        "completed with output missing": status is COMPLETED and not is_whole,
        "completed without result": status is COMPLETED and run.result != lines,
        "neither completed nor terminated": status not in {COMPLETED, TERMINATED},
        "terminated though nobody killed them": status is TERMINATED and not is_killed(run, killing),
        "another exit status": run.exit_status != (0 if status is COMPLETED else -9),
        "no end": run.stopped is None or run.stopped < (run.started or run.stopped),
        "other scalars": run.scalars != read_scalars(output),
        "another index": read_index(run)[:rows] != read_streams(output)[:rows],
    }
    return [name for name, is_so in faults.items() if is_so]


def is_killed(run: Run, killing: Killing) -> bool:
    """Whether the process of the run was killed, or what was to make it before it had begun."""
    if killing.has_killed("run", run.id):
        return True
    if read_output_bytes(run.dir) != b"":
        return False
    if killing.has_killed("supervisor", run.id):
        return True
    begun = run.get("requested", run.get("started", run.get("initialized")))
    killed = killing.killed_between(begun, run.get("stopped"))
    makers = {"standby", "supervisor"} if run.started else {"standby", "supervisor", "server", "kernel"}
    return not killed.isdisjoint(makers)


def list_files(folder: str) -> list[str]:
    """Give the names of the files of what was killed before it became a run."""
    return [name for _, _, names in os.walk(folder) for name in names]


def has_torn_attributes(run: Run) -> bool:
    try:
        return any(run.get(name) is None for name in run.attr_names() if name != "label")
    except DamagedRun:
        return True


def read_scalars(output: bytes) -> dict[str, float]:
    values = [line.split()[1] for line in output.split(b"\n") if line.startswith(b"loss") and line.endswith(b")")]
    return {"loss": float(values[-1])} if values else {}


def read_index(run: Run) -> list[int]:
    return [line.stream for line in iter_output_lines(run.dir)]


def read_streams(output: bytes) -> list[int]:
    return [int(line.startswith(b"loss")) for line in output.splitlines()]


@pytest.fixture
def killing(home, tmp_path):
    return Killing(home=home, folder=tmp_path, random=random.Random(0))


@pytest.mark.timeout(1800)
def test_kill_at_any_time_leaves_whole_attributes_true_outputs_and_true_statuses(killing, home, scale, report):
    context = Session(Settings(), home=home)
    for target in islice(cycle(TARGETS), scale(35, 252)):
        killing.kill_at_random(target)
        list_runs(context, RunFilter(limit=3))  # settles what has died, while others go on
    killing.close()
    runs = list_runs(context)
    made = [run for run in runs if os.path.exists(run.dir.opref)]
    left_alone = [run for run in made if os.path.exists(run.dir.reserve)]
    faults = Counter(fault for run in made for fault in find_faults(run, killing))
    report(
        "kill -9",
        kills=killing.injections.total(),
        of=", ".join(f"{target} {count}" for target, count in killing.injections.items()),
        runs=len(runs),
        **Counter(str(run.record.status) for run in runs),
        finished_without_supervisor=len(left_alone),
        faults=dict(faults) or 0,
    )
    assert not faults
    left_folders = set(os.listdir(home.runs)) - {run.id for run in runs}
    assert {name for folder in left_folders for name in list_files(f"{home.runs}/{folder}")} <= {"alive"}
    assert all(run.record.damage and run.started is None for run in runs if run not in made)
