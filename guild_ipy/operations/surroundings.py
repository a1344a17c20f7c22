"""What operations are found and resolved with, and what comes of it."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass

from guild_ipy.domain.run_spec import RunSpec
from guild_ipy.operations.notebook import Notebook
from guild_ipy.operations.sourcecode import SourceCache


@dataclass(frozen=True, kw_only=True)
class SpecOptions:
    """What the user says about a run besides its flags."""

    label: str | None = None
    tags: tuple[str, ...] = ()
    random_seed: int | None = None
    uses: tuple[str, ...] = ()
    """Variables of the notebook that the code does not name and needs all the same."""
    output_scalars: tuple[str, ...] = ()
    """Patterns in place of the default ones; see :mod:`guild_ipy.engine.output_scalars`."""


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """Where an operation is looked for and copied from."""

    notebook: Notebook
    env: Mapping[str, str]
    import_path: tuple[str, ...]
    excluded_dirs: tuple[str, ...]
    """Folders that no snapshot enters: Guild home."""
    source_cache: SourceCache


@dataclass(frozen=True, kw_only=True)
class Resolved:
    """A spec, and what the user should know before it runs."""

    spec: RunSpec
    objects: tuple[str, ...] = ()
    """Arguments that are no flags, for the preview: ``data: <DataFrame 100 x 3>``."""
    notes: tuple[str, ...] = ()


def python_import_path(project_dir: str) -> tuple[str, ...]:
    """Give the project's folder and ``sys.path``, every entry absolute and once."""
    entries = (os.path.normpath(os.path.join(project_dir, entry)) for entry in ("", *sys.path))
    return tuple(dict.fromkeys(entries))
