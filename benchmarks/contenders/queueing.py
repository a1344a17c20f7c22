"""Ourselves: queues of staged runs in an IPython shell.

``first``: from the call that stages a run to the first line of its code, with a queue in the background. ``hundred``:
from the moment when a queue goes on that was paused to the last end of 100 staged runs, one after the other; ``dask
hundred``: on two threads of a cluster in its process. ``wake-ups``: how often the idle queue wakes in a second.
"""

import contextlib
import io
import os
import socket
import time
from pathlib import Path
from typing import Any

from answering import answer
from IPython.core.interactiveshell import InteractiveShell

_SOCKET = "first.socket"
_CELL = """
def first(path=""):
    import socket
    socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b"!", path)

def nothing(n=0):
    pass
"""
_IDLE_SECONDS = 5.0


def count_wake_ups(pid: int) -> int:
    """Return how often the threads of a process have waited for something."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return sum(
        int((each / "status").read_text().partition("\nvoluntary_ctxt_switches:")[2].split()[0]) for each in tasks
    )


def main() -> None:
    """Answer the words."""
    shell = InteractiveShell.instance()
    shell.run_line_magic("load_ext", "guild_ipy")
    shell.run_cell(_CELL)
    time.sleep(2)
    import guild_ipy

    listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    listener.bind(_SOCKET)
    path = os.path.abspath(_SOCKET)
    quiet = contextlib.redirect_stdout(io.StringIO())

    def stage(name: str, **flags: Any) -> Any:
        return guild_ipy.run(shell.user_ns[name], **flags, _stage=True)

    def measure_first() -> float:
        begun = time.perf_counter()
        stage("first", path=path)
        listener.recv(1)
        return time.perf_counter() - begun

    def measure_hundred(**flags: Any) -> float:
        """Stage 100 runs while the queue pauses; return the seconds from its going on to the last end."""
        guild_ipy.stop(queue)
        start_queue(**flags)
        guild_ipy.queue("pause")
        runs = [stage("nothing", n=n) for n in range(100)]
        begun = time.time()
        guild_ipy.queue("resume")
        while not all(os.path.exists(run.dir.attr("exit_status")) for run in reversed(runs)):
            time.sleep(0.02)
        seconds = max(run.get("stopped") for run in runs) / 1e6 - begun
        guild_ipy.stop(queue)
        start_queue()
        return seconds

    def measure_wake_ups() -> float:
        pid = int(Path(queue.path, ".guild", "LOCK").read_text().split()[0])
        before = count_wake_ups(pid)
        time.sleep(_IDLE_SECONDS)
        return (count_wake_ups(pid) - before) / _IDLE_SECONDS

    def start_queue(**flags: Any) -> None:
        nonlocal queue
        queue = guild_ipy.run("queue", **flags, _background=True)
        measure_first()

    queue: Any = None
    with quiet:
        start_queue()
        answer(
            {
                "first": measure_first,
                "hundred": measure_hundred,
                "dask hundred": lambda: measure_hundred(dask="local", jobs=2),
                "wake-ups": measure_wake_ups,
                "stop": lambda: guild_ipy.stop(queue) and None,
            }
        )


if __name__ == "__main__":
    main()
