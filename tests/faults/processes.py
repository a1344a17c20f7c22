"""The processes of a session as a murderer sees them: who is the run, who its supervisor, who the fork server."""

from __future__ import annotations

import glob
import os
import signal
from contextlib import suppress
from dataclasses import dataclass

_HELD = "/.guild/alive"


@dataclass(frozen=True, kw_only=True)
class Process:
    """What ``/proc`` says of a process."""

    pid: int
    parent: int
    group: int
    session: int
    command: str
    run_id: str | None
    """The run whose ``alive`` it has open."""

    @property
    def role(self) -> str:
        """``run``, ``supervisor``, ``server``, ``standby`` (waits for a request), ``kernel`` or ``child`` (of any)."""
        leads_session, is_server = (
            self.pid == self.session,
            "guild_ipy.engine.beside.fork_server_process" in self.command,
        )
        if "tests/faults/programs" in self.command:
            return "kernel"
        if self.run_id is not None:
            return "supervisor" if leads_session else "run" if self.pid == self.group else "child"
        if is_server:
            return "standby" if not leads_session or _is_server(self.parent) else "server"
        return "child"

    def kill(self) -> bool:
        """Kill this very process; whether it was still there."""
        with suppress(ProcessLookupError):
            descriptor = os.pidfd_open(self.pid)
            try:
                with suppress(OSError):
                    if read_process(self.pid) == self:
                        signal.pidfd_send_signal(descriptor, signal.SIGKILL)
                        return True
            finally:
                os.close(descriptor)
        return False


def find_processes(mark: str) -> list[Process]:
    """Find the living processes that have ``NAME=VALUE`` in their environment."""
    found = []
    for folder in glob.glob("/proc/[0-9]*"):
        with suppress(OSError):
            if mark.encode() in _read(f"{folder}/environ").split(b"\0"):
                found.append(read_process(int(folder[6:])))
    return found


def read_process(pid: int) -> Process:
    """Look at a process; OSError if it is gone."""
    fields = _read(f"/proc/{pid}/stat").rpartition(b")")[2].split()
    files = (os.readlink(file) for file in glob.glob(f"/proc/{pid}/fd/*"))
    held = next((file for file in files if file.endswith(_HELD)), None)
    return Process(
        pid=pid,
        parent=int(fields[1]),
        group=int(fields[2]),
        session=int(fields[3]),
        command=_read(f"/proc/{pid}/cmdline").replace(b"\0", b" ").decode(),
        run_id=None if held is None else os.path.basename(held.removesuffix(_HELD)),
    )


def _is_server(pid: int) -> bool:
    with suppress(OSError):
        return b"guild_ipy.engine.beside.fork_server_process" in _read(f"/proc/{pid}/cmdline")
    return False


def _read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()
