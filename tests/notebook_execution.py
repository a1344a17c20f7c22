"""Executing the notebooks of the manual, each in its folder and with a Guild home of its own."""

from __future__ import annotations

import os
from pathlib import Path

import nbformat
from nbclient import NotebookClient

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"

_CELL_SECONDS = 60


def list_notebooks() -> list[Path]:
    """Give the notebooks of the manual."""
    return sorted(NOTEBOOKS.glob("*.ipynb"))


def execute(path: Path, guild_home: str) -> nbformat.NotebookNode:
    """Run a notebook from top to bottom in a new kernel; an error that it does not announce is raised."""
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=_CELL_SECONDS,
        resources={"metadata": {"path": str(path.parent)}},
        extra_arguments=["--log-level=ERROR"],
        record_timing=False,
        coalesce_streams=True,
    )
    client.execute(env={**os.environ, "GUILD_HOME": guild_home})
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    return notebook
