"""Execute the notebooks of the manual, and save them with their outputs: `python -m tests.save_notebooks`."""

from __future__ import annotations

import tempfile

import nbformat

from tests.notebook_execution import NOTEBOOKS, execute, list_notebooks
from tests.surroundings import enter

#: What stands for the folder of the notebooks in what is saved: that of this machine is nobody's business.
_FOLDER = "/home/ada/notebooks"


def main() -> None:
    """Execute and save each."""
    with tempfile.TemporaryDirectory(prefix="guild_ipy-") as scratch:
        enter(scratch)
        for path in list_notebooks():
            print(f"Executing {path.name}", flush=True)
            text = nbformat.writes(execute(path, f"{scratch}/{path.stem}"))
            path.write_text(f"{text.replace(str(NOTEBOOKS), _FOLDER)}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
