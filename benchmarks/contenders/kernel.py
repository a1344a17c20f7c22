"""Ourselves: an IPython shell with the extension loaded, as a notebook's kernel has.

``kernel.py [MODULE ...]`` imports the modules first, as the cells before would have.
"""

import cProfile
import importlib
import os
import pstats
import sys
import time
from collections.abc import Callable
from typing import Any

from answering import answer, timed
from IPython.core.interactiveshell import InteractiveShell

#: What a person needs from `%load_ext` to the first run, at the least.
_BOOT_SECONDS = 2.0
_PROFILED_RUNS = 100

_CELL = """
def empty():
    pass

def trivial(lr=0.1, layers=3, name="small"):
    print(f"loss: {lr}")
    print(f"accuracy: {1 - lr}")
    print(f"size: {layers}")
    return name

def arrays():
    import numpy, pandas
    assert pandas.DataFrame({"a": numpy.arange(3)})["a"].sum() == 3
"""

#: Parts of a run in the kernel: the function that does it, and what it is.
_PARTS = {
    ("operations/functions/function.py", "template"): "bind flags, pack the function, look at the source files",
    ("engine/run_files/prepare.py", "fill_run_dir"): "make the directory and its files",
    ("engine/engine.py", "start"): "hand it to the fork server",
    ("engine/follow.py", "follow"): "wait for supervisor and run",
    ("view/live.py", "ended"): "read how it ended, and say so",
}


def list_files(path: str) -> list[tuple[str, int]]:
    """Give what is in a run directory, folders first: path and size, -1 for a folder."""
    found = []
    for folder, _, names in os.walk(path):
        found.append((os.path.relpath(folder, path), -1))
        found += [(os.path.relpath(f"{folder}/{name}", path), os.path.getsize(f"{folder}/{name}")) for name in names]
    return [item for item in found if item[0] != "."]


def profile(work: Callable[[], Any]) -> dict[str, float]:
    """Give the milliseconds that one run takes, and each part of it, in the kernel."""
    profiler = cProfile.Profile()
    for _ in range(_PROFILED_RUNS):
        profiler.runcall(work)
        time.sleep(0.03)
    parts = {"all": pstats.Stats(profiler).total_tt}
    for (file, function, *_), numbers in _functions(profiler):
        for (path, name), part in _PARTS.items():
            if file.endswith(f"guild_ipy/{path}") and function == name:
                parts[part] = numbers
    return {part: seconds / _PROFILED_RUNS * 1000 for part, seconds in parts.items()}


def _functions(profiler: cProfile.Profile) -> list[tuple[tuple[str, str], float]]:
    entries = pstats.Stats(profiler).stats.items()
    return [((file, function), cumulative) for (file, _, function), (_, _, _, cumulative, _) in entries]


def main() -> None:
    """Answer the names of operations; ``listing`` is the files of the last run, ``profile`` where the time goes."""
    for name in sys.argv[1:]:
        importlib.import_module(name)
    shell = InteractiveShell.instance()
    shell.run_line_magic("load_ext", "guild_ipy")
    shell.run_cell(_CELL)
    time.sleep(_BOOT_SECONDS * (1 + len(sys.argv[1:])))
    import guild_ipy

    last: list[Any] = []

    def run(operation: Any, **options: Any) -> None:
        last[:] = [guild_ipy.run(operation, **options)]

    operations = {name: shell.user_ns[name] for name in ("empty", "trivial", "arrays")}
    answer(
        {
            **{name: timed(lambda function=function: run(function)) for name, function in operations.items()},
            "magic": timed(lambda: shell.run_line_magic("guild_run", "empty")),
            "script": timed(lambda: run("empty.py", _isolation="fresh")),
            "listing": lambda: list_files(last[0].path),
            "profile": lambda: profile(lambda: run(operations["empty"])),
        }
    )


if __name__ == "__main__":
    main()
