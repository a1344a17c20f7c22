"""Processes that read runs for an index: :mod:`guild_ipy.index.reading`."""

from __future__ import annotations

import socket
import subprocess
import sys
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Helper:
    """One of them."""

    channel: socket.socket
    process: subprocess.Popen[bytes]

    def close(self) -> None:
        """End it; it has nothing that could be lost."""
        self.channel.close()
        self.process.kill()
        self.process.wait()


def hire_helpers(runs: str, count: int) -> list[Helper]:
    """Start up to `count` of them for a folder of runs; fewer, if there are no more processes to be had."""
    helpers = []
    for _ in range(count):
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                process = subprocess.Popen(
                    [sys.executable, "-P", "-m", "guild_ipy.index.reading", runs, str(theirs.fileno())],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    pass_fds=(theirs.fileno(),),
                )
            except OSError:
                ours.close()
                break
        helpers.append(Helper(channel=ours, process=process))
    return helpers
