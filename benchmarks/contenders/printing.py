"""A kernel that follows a run that prints a lot: ``printing.py`` reads a number of lines, and says how it went."""

import hashlib
import os
import re
import sys
import threading
import time
from typing import Any, Self

from answering import answer
from IPython.core.interactiveshell import InteractiveShell

#: 1000 bytes with the number of the line before it.
LINE = "{:012d} " + "x" * 986

_CELL = f"""
def chatter(lines=1):
    line = {LINE!r}
    for number in range(lines):
        print(line.format(number))
"""
_BOOT_SECONDS = 2.0
_BEAT_SECONDS = 0.01


class Heart:
    """A thread that beats a hundred times a second, and knows its longest pause: what a user's click would wait."""

    def __init__(self) -> None:
        self.longest = 0.0
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._beat)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._stopped.set()
        self._thread.join()

    def _beat(self) -> None:
        last = time.perf_counter()
        while not self._stopped.wait(_BEAT_SECONDS):
            now = time.perf_counter()
            self.longest = max(self.longest, now - last)
            last = now


def memory(name: str) -> int:
    """Read how many bytes of memory this process has (``VmRSS``), or had at most (``VmHWM``)."""
    with open("/proc/self/status", encoding="ascii") as file:
        return int(re.findall(rf"{name}:\s+(\d+)", file.read())[0]) * 1024


def is_as_printed(path: str, lines: int) -> bool:
    """Whether a file has all lines, whole and in order, and nothing else."""
    with open(path, "rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    wanted = hashlib.sha256()
    for number in range(lines):
        wanted.update(LINE.format(number).encode() + b"\n")
    return found == wanted.hexdigest()


def follow(run: Any, lines: int) -> dict[str, Any]:
    """Run the function in the foreground, and say what happened."""
    before = memory("VmRSS")
    with open("/proc/self/clear_refs", "w", encoding="ascii") as file:
        file.write("5")  # VmHWM begins anew
    start = time.perf_counter()
    with Heart() as heart:
        made = run(lines)
    seconds = time.perf_counter() - start
    return {
        "seconds": seconds,
        "growth": memory("VmHWM") - before,
        "longest pause": heart.longest,
        "is as printed": is_as_printed(f"{made.path}/.guild/output", lines),
        "indexed lines": os.path.getsize(f"{made.path}/.guild/output.index") // 9,
    }


def main() -> None:
    """Answer a word that is a number of lines."""
    shell = InteractiveShell.instance()
    shell.run_line_magic("load_ext", "guild_ipy")
    shell.run_cell(_CELL)
    time.sleep(_BOOT_SECONDS)
    import guild_ipy

    lines = int(sys.argv[1])
    function = shell.user_ns["chatter"]
    guild_ipy.run(function, lines=1)
    answer({"follow": lambda: follow(lambda count: guild_ipy.run(function, lines=count), lines)})


if __name__ == "__main__":
    main()
