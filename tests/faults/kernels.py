"""A session in a process of its own, which is killed and started again."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import threading
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from guild_ipy.store.guild_home import Home
from tests.faults.processes import Process, find_processes
from tests.notebook_session import wait_until

_PROGRAM = Path(__file__).parent / "programs" / "kernel.py"
_LONGEST_DELAY = 0.15
#: Microseconds from looking at the clock to a death.
_TO_DIE = 20_000
#: Which processes die at once, in this order.
TARGETS = {
    "run": ("run",),
    "supervisor": ("supervisor",),
    "run and supervisor": ("supervisor", "run"),
    "server": ("server",),
    "standby": ("standby",),
    "kernel": ("kernel",),
    "all": ("kernel", "server", "standby", "supervisor", "run"),
}


@dataclass(kw_only=True)
class Killing:
    """Kernels on one home, and who has been killed in them."""

    home: Home
    folder: Path
    random: random.Random
    mark: str = field(default_factory=lambda: f"GUILD_IPY_FAULT={uuid.uuid4().hex}")
    injections: Counter[str] = field(default_factory=Counter)
    dead: list[tuple[int, Process]] = field(default_factory=list)
    """Who was killed, and the moment before that, in microseconds since 1970."""
    kernel: subprocess.Popen[bytes] | None = None

    def kill_at_random(self, target: str) -> None:
        """Wait for a random time and kill; once more if there was nothing to kill."""
        before = len(self.dead)
        while len(self.dead) == before:
            self._keep_kernel()
            threading.Event().wait(self.random.uniform(0, _LONGEST_DELAY))
            found = find_processes(self.mark)
            if set(TARGETS[target]) <= {each.role for each in found} or target == "all":
                victims = [each for role in TARGETS[target] for each in found if each.role == role]
                self.dead += [(moment, victim) for victim in victims if (moment := _now()) and victim.kill()]
        self.injections[target] += 1

    def has_killed(self, role: str, run_id: str) -> bool:
        """Whether a process of a run was killed while it held the run's lock."""
        return any(dead.role == role and dead.run_id == run_id for _, dead in self.dead)

    def killed_between(self, start: int, end: int) -> set[str]:
        """Give the roles of who was killed between two times."""
        return {dead.role for moment, dead in self.dead if start - _TO_DIE <= moment <= end}

    def close(self) -> None:
        """Let the last kernel end, and check that no kernel complained and nothing is left."""
        self._keep_kernel()
        self._end_kernel()
        wait_until(lambda: not find_processes(self.mark))
        assert (self.folder / "stderr").read_text() == ""

    def _keep_kernel(self) -> None:
        if self.kernel is not None:
            if self.kernel.poll() is None:
                return
            self._end_kernel()
        name, _, value = self.mark.partition("=")
        with open(self.folder / "stderr", "ab") as complaints:
            self.kernel = subprocess.Popen(
                [sys.executable, _PROGRAM, str(self.random.randrange(2**32))],
                cwd=self.folder,
                env={**os.environ, "GUILD_HOME": self.home.path, name: value},
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=complaints,
            )

    def _end_kernel(self) -> None:
        assert self.kernel is not None
        assert self.kernel.stdin is not None
        self.kernel.stdin.close()
        assert self.kernel.wait(60) in {0, -9}


def _now() -> int:
    return time.time_ns() // 1000
