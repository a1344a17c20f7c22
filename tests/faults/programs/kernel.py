"""A session that makes one run after another until its input is closed; ``kernel.py SEED``."""

from __future__ import annotations

import random
import select
import sys
import threading

import guild_ipy


def count(lines: int = 10, pause: float = 0.002) -> int:
    """Print what `expected_output` in ``test_kills.py`` says, a little at a time."""
    rest = threading.Event()
    for number in range(lines):
        print(f"line {number} of {lines}")
        print(f"loss: {lines - number}.5 (step {number})", file=sys.stderr)
        rest.wait(pause)
    return lines


def main() -> None:
    choice = random.Random(int(sys.argv[1]))
    while not select.select([sys.stdin], [], [], 0)[0]:
        isolation = choice.choices(["fork", "fresh"], [5, 1])[0]
        try:
            guild_ipy.run(count, lines=choice.randint(1, 60), _isolation=isolation)
        except guild_ipy.RunError:
            continue


if __name__ == "__main__":
    main()
