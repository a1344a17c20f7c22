"""Execute the notebooks of the manual, and save them with their outputs: `python -m tests.save_notebooks`."""

from __future__ import annotations

import tempfile

import nbformat

from tests.notebook_execution import execute, list_notebooks
from tests.surroundings import enter


def main() -> None:
    """Execute and save each."""
    with tempfile.TemporaryDirectory(prefix="guild_ipy-") as scratch:
        enter(scratch)
        for path in list_notebooks():
            print(f"Executing {path.name}", flush=True)
            nbformat.write(execute(path, f"{scratch}/{path.stem}"), path)


if __name__ == "__main__":
    main()
