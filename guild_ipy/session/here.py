"""Where the user is: the notebook and the folder that new runs come from, and the filter for the runs from here."""

from __future__ import annotations

import os
from dataclasses import replace

from guild_ipy.domain.choosing.run_filter import RunFilter
from guild_ipy.domain.values.origin import Origin
from guild_ipy.operations.notebook import Notebook
from guild_ipy.settings import find_run_dir
from guild_ipy.store.run_dir import RunDir
from guild_ipy.store.run_record import read_run


def find_here(notebook: Notebook) -> Origin:
    """Return where runs of a notebook come from; within a run, where that run came from."""
    run_dir = find_run_dir()
    if run_dir is not None:
        record = read_run(RunDir(run_dir))
        return Origin(notebook=record.notebook or "", project=record.project or "")
    path = os.path.join(notebook.project_dir, notebook.path) if notebook.path else ""
    return Origin(notebook=path, project=notebook.project_dir)


def only_here(run_filter: RunFilter, notebook: Notebook) -> RunFilter:
    """Narrow a filter to the runs of a notebook; where its file is not known, to those of its folder."""
    origin = find_here(notebook)
    if origin.notebook:
        return replace(run_filter, notebooks=(origin.notebook,))
    return replace(run_filter, projects=(origin.project,))
