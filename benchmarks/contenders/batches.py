"""Ourselves: batches of a function in an IPython shell.

Words: ``batch N`` is a batch of so many trials that do nothing, ``wait N JOBS`` of trials that wait 50 ms, ``array N``
of trials that use an array of 200 MB; each answers with seconds. ``memory N`` answers with the MiB that the process of
a batch has had at most, ``array bytes`` with the MB below Guild home.
"""

import contextlib
import io
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from answering import answer, timed
from IPython.core.interactiveshell import InteractiveShell

_CELL = """
import time

def nothing(n=0):
    print(f"loss: {n}")

def wait(n=0):
    time.sleep(0.05)

def read(n=0):
    assert len(big) == 200_000_000
"""


def watch_memory(work: Callable[[], Any], runs: Path) -> float:
    """Return the MiB of the largest process of a batch that is at work meanwhile."""
    most, has_ended = [0.0], threading.Event()

    def look() -> None:
        while not has_ended.wait(0.02):
            for lock in runs.glob("*/.guild/LOCK"):
                if not (lock.parent / "proto").exists():
                    continue
                with contextlib.suppress(OSError, ValueError, IndexError):
                    status = Path(f"/proc/{int(lock.read_text()[:10])}/status").read_text()
                    most[0] = max(most[0], int(status.partition("VmHWM:")[2].split()[0]) / 1024)

    thread = threading.Thread(target=look)
    thread.start()
    work()
    has_ended.set()
    thread.join()
    return most[0]


def main() -> None:
    """Answer the words."""
    shell = InteractiveShell.instance()
    shell.run_line_magic("load_ext", "guild_ipy")
    shell.run_cell(_CELL)
    time.sleep(2)
    import guild_ipy

    home = Path(os.environ["GUILD_HOME"])

    def batch(name: str, count: int, **options: Any) -> None:
        with contextlib.redirect_stdout(io.StringIO()):
            guild_ipy.run(shell.user_ns[name], n=list(range(count)), **options)

    def array(count: int) -> None:
        shell.run_cell("big = bytearray(200_000_000)")
        batch("read", count)

    counts = (1, 10, 100, 1000, 10_000)
    answer(
        {
            **{f"batch {count}": timed(lambda count=count: batch("nothing", count)) for count in counts},
            **{
                f"memory {count}": lambda count=count: watch_memory(lambda: batch("nothing", count), home / "runs")
                for count in counts
            },
            **{f"wait 40 {jobs}": timed(lambda jobs=jobs: batch("wait", 40, _jobs=jobs)) for jobs in (1, 2)},
            "array 20": timed(lambda: array(20)),
            "array bytes": lambda: (
                sum(
                    size
                    for size in {
                        each.stat().st_ino: each.stat().st_blocks * 512 for each in home.rglob("*") if each.is_file()
                    }.values()
                )
                / 1e6
            ),
        }
    )


if __name__ == "__main__":
    main()
