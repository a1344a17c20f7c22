"""Ourselves: an IPython shell with the extension loaded, as a notebook's kernel has.

``guild_ipy_kernel.py [MODULE ...]`` imports the modules first, as cells before would have.
"""

import importlib
import os
import sys
import time
from typing import Any

from answering import answer, timed
from IPython.core.interactiveshell import InteractiveShell

#: How long the fork server is given to start: it boots in 0.1 s, in 1.5 s with pandas.
_BOOT_SECONDS = 2.0
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


def list_files(path: str) -> list[tuple[str, int]]:
    """Give what is in a run directory, folders first: path and size, -1 for a folder."""
    found = []
    for folder, _, names in os.walk(path):
        found.append((os.path.relpath(folder, path), -1))
        found += [(os.path.relpath(f"{folder}/{name}", path), os.path.getsize(f"{folder}/{name}")) for name in names]
    return [item for item in found if item[0] != "."]


def main() -> None:
    """Answer the samples by name; ``listing`` is the files of the last run."""
    for name in sys.argv[1:]:
        importlib.import_module(name)
    shell = InteractiveShell.instance()
    shell.run_line_magic("load_ext", "guild_ipy")
    time.sleep(_BOOT_SECONDS)
    shell.run_cell(_CELL)
    import guild_ipy

    last: list[Any] = []

    def run(operation: Any, **options: Any) -> Any:
        def work() -> None:
            last[:] = [guild_ipy.run(operation, **options)]

        return timed(work)

    answer(
        {
            "empty": run(shell.user_ns["empty"]),
            "trivial": run(shell.user_ns["trivial"]),
            "arrays": run(shell.user_ns["arrays"]),
            "script": run("empty.py", _isolation="fresh"),
            "listing": lambda: list_files(last[0].path),
        }
    )


if __name__ == "__main__":
    main()
