"""The quickstart without a browser: `python -m tests.demo` executes it and prints what came of it."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat

from tests.notebook_execution import NOTEBOOKS, execute
from tests.surroundings import enter

_PLACE = Path("build/demo")


def main() -> None:
    """Execute, save, and show the output of the cell that compares the runs."""
    shutil.rmtree(_PLACE, ignore_errors=True)
    _PLACE.mkdir(parents=True)
    enter(str(_PLACE.resolve()))
    print("Executing notebooks/quickstart.ipynb: each line of `%guild_run` trains a model in a process of its own.")
    notebook = execute(NOTEBOOKS / "quickstart.ipynb", str(_PLACE.resolve() / "guild"))
    saved = _PLACE / "quickstart.ipynb"
    nbformat.write(notebook, saved)
    (comparison,) = (cell for cell in notebook.cells if "comparison" in cell.metadata.get("tags", ()))
    print(f"\n{comparison.source}\n\n{comparison.outputs[-1].data['text/plain']}\n")
    print(f"The executed notebook is {saved}, its runs are in {_PLACE}/guild/runs.")
    print("`make lab` opens it to play with.")


if __name__ == "__main__":
    main()
