"""Runs in a cell of a real kernel: with a head below the cell, and as the stream of text that they were before."""

import sys

from answering import answer
from jupyter_client.manager import start_new_kernel

_SET_UP = """
%load_ext guild_ipy
import time
from guild_ipy.magics import magic
from guild_ipy.view.live import PreviewingViewer

def empty(): pass
def plot():
    import matplotlib.pyplot as plt
    plt.plot([1, 2, 3])
    plt.show()
def lines():
    for number in range(100_000): print("line", number)

below_the_cell = magic.make_viewer

def as_a_stream(start_command, *, previews):
    return PreviewingViewer(start_command)

def timed(operation, viewer, runs):
    magic.make_viewer = viewer
    begun = time.perf_counter()
    for _ in range(runs):
        get_ipython().run_line_magic("guild_run", operation)
    return (time.perf_counter() - begun) / runs

def resident():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))
"""
#: Runs of one sample: a cell has a cost of its own.
_RUNS = 10


def main() -> None:
    """Start a kernel, and answer."""
    manager, client = start_new_kernel(extra_arguments=["--Application.log_level=ERROR"])
    found = []

    def take(message):
        if message["msg_type"] == "error":
            sys.stderr.write("\n".join(message["content"]["traceback"]))
        elif message["msg_type"] == "execute_result":
            found.append(float(message["content"]["data"]["text/plain"]))

    def value(code):
        client.execute_interactive(code, output_hook=take, timeout=120)
        return found.pop()

    client.execute_interactive(_SET_UP, output_hook=take)
    viewers = {"head": "below_the_cell", "stream": "as_a_stream"}
    words = {
        f"{operation} {word}": lambda o=operation, v=viewer, n=runs: value(f"timed({o!r}, {v}, {n})")
        for operation, runs in (("empty", _RUNS), ("plot", 1), ("lines", 1))
        for word, viewer in viewers.items()
    }
    answer({**words, "resident": lambda: value("resident()")})
    client.stop_channels()
    manager.shutdown_kernel(now=True)


main()
