"""Homes that are deleted as soon as a run has ended, or while it goes: they go away, and do not come back."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

#: How many homes, small and full.
SIZES = {"after": (20, 400), "during": (3, 40)}
#: Deletes a home after each run, or during it; counts the homes that could not be removed or are there again.
PROGRAM = """
import contextlib, io, json, os, select, shutil, sys, tempfile
import guild_ipy
from guild_ipy.store.state.lock import read_lock

def work(n=20):
    for step in range(n):
        print("loss:", step)

def wait():
    print("loss: 1", flush=True)
    while os.path.exists(os.environ["GO"]):
        select.select([], [], [], 0.01)

when, times = sys.argv[1], int(sys.argv[2])
open(os.environ["GO"], "w").close()
failed, folders, supervisors = 0, [], []
with contextlib.redirect_stdout(io.StringIO()):
    for number in range(times):
        folders.append(tempfile.mkdtemp())
        guild_ipy.set_guild_home(folders[-1] + "/home")
        if when == "after":
            guild_ipy.run(work)
            try:
                shutil.rmtree(folders[-1])
            except OSError:
                failed += 1
        else:
            supervisors.append(read_lock(guild_ipy.run(wait, _background=True).dir).supervisor)
            while os.path.exists(folders[-1]):  # files may appear in it while it goes
                shutil.rmtree(folders[-1], ignore_errors=True)
os.unlink(os.environ["GO"])
guild_ipy.session.session.get_session().engine.close()
while any(each.is_alive() for each in supervisors):
    select.select([], [], [], 0.01)
print(json.dumps({"failed": failed, "again": sum(map(os.path.exists, folders))}))
"""


@pytest.mark.timeout(600)
@pytest.mark.parametrize("when", SIZES)
@pytest.mark.usefixtures("no_process_left")
def test_a_deleted_home_stays_away(tmp_path, scale, report, when):
    times = scale(*SIZES[when])
    env = {**os.environ, "TMPDIR": str(tmp_path), "GO": f"{tmp_path}/go"}
    command = [sys.executable, "-c", PROGRAM, when, str(times)]
    done = subprocess.run(command, cwd=tmp_path, env=env, stdout=subprocess.PIPE, check=True)
    counts = json.loads(done.stdout)
    report(f"homes deleted {when} a run", deleted=times, not_removed=counts["failed"], there_again=counts["again"])
    assert counts == {"failed": 0, "again": 0}
