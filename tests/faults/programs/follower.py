"""A session that makes one run with much output and follows it; ``follower.py KIND BYTES``.

It prints, as JSON, the id of the run, how many portions it was given, the longest time between two of them, how many
characters they had, and by how much its memory grew at most.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator

from guild_ipy.launching.new_run import RunRequest, run
from guild_ipy.session.session import get_session
from guild_ipy.session.viewer import SilentViewer


def blocks(kind: str, size: int) -> Iterator[bytes]:
    """Give what the run prints, about `size` bytes."""
    if kind == "lines":
        for number in range(size // 1000):
            yield b"%-10dloss: %-10d%s\n" % (number, number, b"x" * 973)
    elif kind == "one line":
        yield from (b"%0999d " % number for number in range(size // 1000))
    elif kind == "invalid UTF-8":
        yield from (b"\xff\xfe\xe2\x82 %d \xf0\x9f\n\x80" % number for number in range(size // 20))
    elif kind == "carriage returns":
        yield from (b"\r%7d it/s" % number for number in range(size // 13))


def shout(kind: str, size: int) -> None:
    for block in blocks(kind, size):
        if kind == "lines":
            print(block.decode(), end="")
        else:
            sys.stdout.buffer.write(block)
    sys.stdout.flush()


class Stopwatch(SilentViewer):
    """Notes when portions come."""

    def __init__(self) -> None:
        self.portions = 0
        self.characters = 0
        self.longest_gap = 0.0
        self._last = time.monotonic()

    def output(self, text: str) -> None:
        now = time.monotonic()
        self.longest_gap = max(self.longest_gap, now - self._last)
        self._last = now
        self.portions += 1
        self.characters += len(text)


def main() -> None:
    kind, size = sys.argv[1], int(sys.argv[2])
    context = get_session()
    run(context, RunRequest(operation=shout, flags={"kind": kind, "size": 0}), SilentViewer())
    viewer, before, start = Stopwatch(), peak_memory(), time.monotonic()
    made = run(context, RunRequest(operation=shout, flags={"kind": kind, "size": size}), viewer)
    seen = vars(viewer) | {"seconds": time.monotonic() - start, "grown": peak_memory() - before, "id": made.id}
    print(json.dumps(seen))


def peak_memory() -> int:
    with open("/proc/self/status") as file:
        (line,) = (line for line in file if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


if __name__ == "__main__":
    main()
