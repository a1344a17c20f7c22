"""What an operation is resolved with, whatever kind it is."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from guild_ipy.operations.notebook import Notebook
from guild_ipy.operations.sourcecode.snapshot import SourceCache


@dataclass(frozen=True, kw_only=True)
class SpecOptions:
    """What the user says about a run besides its flags."""

    name: str = ""
    """The word for a function of the notebook, which names the operation; empty where the function itself was given."""
    label: str | None = None
    tags: tuple[str, ...] = ()
    comment: str | None = None
    random_seed: int | None = None
    uses: tuple[str, ...] = ()
    """Variables of the notebook that the code does not name and needs all the same."""
    files: tuple[str, ...] = ()
    """Files and folders that the run gets beside what its operation requires."""
    output_scalars: tuple[str, ...] = ()
    """Patterns in place of the default ones; see :mod:`guild_ipy.engine.output.output_scalars`."""


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """Where an operation is looked for and copied from."""

    notebook: Notebook
    env: Mapping[str, str]
    import_path: tuple[str, ...]
    excluded_dirs: tuple[str, ...]
    """Folders that no snapshot enters: Guild home."""
    source_cache: SourceCache


def python_import_path(project_dir: str) -> tuple[str, ...]:
    """Return the project's folder and ``sys.path``, every entry absolute and once."""
    return _absolute(project_dir, tuple(sys.path))


@lru_cache(maxsize=8)  # asked several times for each run, and seldom another
def _absolute(folder: str, entries: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(os.path.normpath(os.path.join(folder, entry)) for entry in ("", *entries)))
