"""Where operations of all kinds are looked for: the notebook, its project and its import path."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from guild_ipy.operations.notebook import Notebook
from guild_ipy.operations.sourcecode.snapshot import SourceCache


@dataclass(frozen=True, kw_only=True)
class SearchContext:
    """The notebook, the environment and the folders that an operation is found and copied with."""

    notebook: Notebook
    env: Mapping[str, str]
    import_path: tuple[str, ...]
    excluded_dirs: tuple[str, ...]
    """The folders of Guild home, which no snapshot enters."""
    source_cache: SourceCache


def python_import_path(project_dir: str) -> tuple[str, ...]:
    """Return the project's folder and ``sys.path``, every entry absolute and once."""
    return _absolute(project_dir, tuple(sys.path))


@lru_cache(maxsize=8)  # called several times for each run, mostly with the same arguments
def _absolute(folder: str, entries: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(os.path.normpath(os.path.join(folder, entry)) for entry in ("", *entries)))
