"""Restarts with other flags that are killed: no run ever has the flags of one attempt and the end of another."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from guild_ipy.domain.status import RunStatus
from guild_ipy.launching.launch import LaunchOptions
from guild_ipy.launching.restart import Change, restart
from guild_ipy.session.viewer import SilentViewer
from tests.notebook_session import wait_until

#: Ends its process before its n-th change of a file.
_RESTART = """
import os, signal, sys
from guild_ipy.launching.launch import LaunchOptions
from guild_ipy.launching.restart import Change, restart
from guild_ipy.session.run_refs import select_run
from guild_ipy.session.session import get_session
from guild_ipy.session.viewer import SilentViewer

left = int(sys.argv[2])

def mortal(function):
    def call(*args, **kwargs):
        global left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*args, **kwargs)
    return call

session = get_session()
run = select_run(session, sys.argv[1])
for name in ("rename", "unlink", "link"):
    setattr(os, name, mortal(getattr(os, name)))
change = Change(flags={"lr": 0.2}, stage=sys.argv[3] == "stage")
restart(session, run, change, LaunchOptions(background=True), SilentViewer())
"""


@pytest.mark.parametrize("verb", ["restart", "stage"])
@pytest.mark.timeout(600)
def test_a_restart_that_is_killed_leaves_one_attempt_or_the_other(notebook, report, verb):
    Path("train.py").write_text("lr = 0.1\nprint('lr is', lr)\n")
    made = notebook.run("train.py", lr=0.1)
    faults, found = [], Counter()
    number = 0
    while _kill(made, number, verb):
        wait_until(lambda: not made.status.is_active)
        found[str(made.status)] += 1
        if made.status is RunStatus.COMPLETED and made.output != f"lr is {made.flags['lr']}\n":
            faults.append(f"{number}: {made.flags} with {made.output!r}")
        again = restart(notebook.context, made, Change(flags={"lr": 0.1}), LaunchOptions(), SilentViewer())
        assert (again.status, again.output) == (RunStatus.COMPLETED, "lr is 0.1\n")
        number += 1
    report(f"kill -9 in a {verb} with other flags", kills=found.total(), **found, faults=faults or 0)
    assert not faults


def _kill(made, number, verb):
    """Restart a run with other flags in a process that is killed before that change; False if it came to its end."""
    env = {**os.environ, "GUILD_HOME": os.path.dirname(os.path.dirname(made.dir.path))}
    done = subprocess.run([sys.executable, "-c", _RESTART, made.id, str(number), verb], env=env, check=False)
    assert done.returncode in {0, -signal.SIGKILL}
    return done.returncode != 0
