from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from guild_ipy.domain.status import RunStatus
from guild_ipy.errors import RunStateError
from guild_ipy.store.claim import claim_run, release_run
from guild_ipy.store.guild_home import Home
from guild_ipy.store.run_dir import RunDir
from guild_ipy.store.run_record import read_status
from guild_ipy.store.state.markers import set_staged

MakeRun = Callable[..., RunDir]

CLAIM_ALL = """
import sys
from guild_ipy.errors import RunStateError
from guild_ipy.store.claim import claim_run
from guild_ipy.store.guild_home import Home
home = Home(sys.argv[1])
for name in sys.argv[2:]:
    try:
        claim_run(home, home.run_dir(name))
        print(name)
    except RunStateError:
        pass
print("end", flush=True)
sys.stdin.read()
"""


def is_waiting(pid: int) -> bool:
    waiters = [line.split() for line in Path("/proc/locks").read_text().splitlines() if "-> FLOCK" in line]
    return str(pid) in {words[5] for words in waiters}


def test_claimed_run_is_pending_and_nobody_elses(home: Home, make_run: MakeRun):
    run_dir = make_run(id="a")
    set_staged(run_dir)
    alive = claim_run(home, run_dir)
    assert read_status(run_dir) is RunStatus.PENDING
    with pytest.raises(RunStateError, match="run a is pending; stop it first"):
        claim_run(home, run_dir)
    os.close(alive)


@pytest.mark.parametrize(("staged", "status"), [(True, RunStatus.STAGED), (False, RunStatus.COMPLETED)])
def test_claim_can_be_given_back(home: Home, make_run: MakeRun, staged: bool, status: RunStatus):  # noqa: FBT001
    run_dir = make_run(exit_status=0)
    release_run(run_dir, claim_run(home, run_dir), staged=staged)
    assert read_status(run_dir) is status


def test_claim_dies_with_its_process(home: Home, make_run: MakeRun):
    run_dir = make_run(id="a")
    set_staged(run_dir)
    command = [sys.executable, "-c", CLAIM_ALL, home.path, "a"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as claimer:
        assert claimer.stdout.readline() == "a\n"
        claimer.kill()
    assert read_status(run_dir) is RunStatus.STAGED


def test_each_run_is_claimed_by_one_of_many(home: Home, make_run: MakeRun):
    names = [f"{number}" for number in range(40)]
    for name in names:
        set_staged(make_run(id=name))
    command = [sys.executable, "-c", CLAIM_ALL, home.path, *names]
    pipe = subprocess.PIPE
    claimers = [subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) for _ in range(4)]
    claimed = [name for claimer in claimers for name in iter(claimer.stdout.readline, "end\n")]
    for claimer in claimers:  # all have tried, and those who die free their runs
        claimer.communicate()
    assert sorted(claimed) == sorted(f"{name}\n" for name in names)


def test_claim_waits_for_a_queue_of_guild(home: Home, make_run: MakeRun):
    make_run(id="a")
    os.makedirs(home.locks)
    command = [sys.executable, "-c", CLAIM_ALL, home.path, "a"]
    with open(f"{home.locks}/run-status", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        claimer = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        while not is_waiting(claimer.pid):
            assert claimer.poll() is None
    assert claimer.communicate()[0] == "a\nend\n"
