"""Finds the project that a script or notebook file belongs to, and copies it for a run."""

from __future__ import annotations

import os

from guild_ipy.operations.given_files import left_to_dependencies
from guild_ipy.operations.search_context import SearchContext
from guild_ipy.operations.sourcecode.snapshot import Snapshot, read_source_file, snapshot
from guild_ipy.operations.spec_options import SpecOptions


def place_in_project(path: str, context: SearchContext, root: str = "") -> tuple[str, str]:
    """Return the project of a file and its path in it: the current project, or else the folder where imports begin."""
    folder = context.notebook.project_dir
    project = folder if path.startswith(folder + os.sep) else root or os.path.dirname(path)
    return project, os.path.relpath(path, project)


def snapshot_with(path: str, folder: str, options: SpecOptions, context: SearchContext) -> Snapshot:
    """Take a snapshot of a folder for the top of the run directory; it always has the file that is run."""
    root = os.path.realpath(folder)
    return snapshot(
        folder,
        dest=".",
        excluded_dirs=context.excluded_dirs,
        extra=(read_source_file(path, os.path.relpath(path, folder)),),
        cache=context.source_cache,
        left_out=tuple(left_to_dependencies(options.files, context.notebook.project_dir, root)),
    )
