"""A run that prints a gigabyte: nothing lost, nothing out of order, and the kernel stays small and responsive."""

from contender import OURS, Contender, Workplace
from race import Spread
from report import Figure, Report, Table, run_alone

_LINE_BYTES = 1000
#: With ten rounds it is a gigabyte.
_LINES_A_ROUND = 100_000

#: The same loop, its output a file, and nothing else.
_BARE = """
import sys
line = "{:012d} " + "x" * 986
sys.stdout = open("bare.txt", "w", buffering=1)
for number in range(int(sys.argv[1])):
    print(line.format(number))
"""


def measure(rounds: int) -> Report:
    """Print so many bytes in a run and, beside it, into a file."""
    lines = rounds * _LINES_A_ROUND
    kernel = Contender("printing.py", str(lines))
    found = kernel.ask("follow")
    kernel.close()
    place = Workplace()
    bare = place.time(OURS, "-c", _BARE, str(lines))
    place.close()
    size = lines * _LINE_BYTES / 1e6
    rows = [
        ["printed, in a run that is followed", f"{size:.0f} MB in {found['seconds']:.1f} s"],
        ["printed by the same loop into a file, line-buffered", f"{size:.0f} MB in {bare:.1f} s"],
        ["times as long", f"{found['seconds'] / bare:.2f}"],
        ["byte-identical and in order", "yes" if found["is as printed"] else "**no**"],
        ["lines with time and stream in the index", f"{found['indexed lines']} of {lines}"],
        ["most memory the kernel had more than before", f"{found['growth'] / 1e6:.1f} MB"],
        ["longest pause of a thread of the kernel that beats every 10 ms", f"{found['longest pause'] * 1000:.0f} ms"],
    ]
    return Report(
        script="output.py",
        figures=[
            figure(f"bytes wrong or out of order in {size:.0f} MB", 0, float(not found["is as printed"]), "times"),
            figure("growth of the kernel while it follows", 100, found["growth"] / 1e6, "MB"),
            figure("longest pause of the kernel while it follows", 200, found["longest pause"] * 1000, "ms"),
        ],
        tables=[Table(title="Much output", columns=["what", "found"], rows=rows)],
    )


def figure(promise: str, most: float, found: float, unit: str) -> Figure:
    """Make a figure of one value."""
    return Figure(promise=promise, most=most, found=Spread.of([found]), unit=unit)


if __name__ == "__main__":
    run_alone(measure)
