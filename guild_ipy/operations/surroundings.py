"""What an operation is resolved with, and what comes of it: common to all kinds of operations."""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from guild_ipy.domain.flags import Flags, FlagValue
from guild_ipy.domain.label import default_label, fill_label, label_template
from guild_ipy.domain.run_spec import RunSpec
from guild_ipy.domain.scalars import DEFAULT_PATTERNS
from guild_ipy.errors import UsageError
from guild_ipy.operations.notebook import Notebook
from guild_ipy.operations.sourcecode import SourceCache


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


def common_parts(
    flags: Flags, user_flags: Flags, options: SpecOptions, surroundings: Surroundings, project_dir: str
) -> dict[str, Any]:
    """Give the fields of a RunSpec that are found in one way for all kinds of operations."""
    seed = secrets.randbits(32) if options.random_seed is None else options.random_seed
    if not 0 <= seed < 2**32:
        raise UsageError(f"random seed {seed} is not between 0 and {2**32 - 1}")
    template = label_template(options.label, options.tags)
    return {
        "flags": flags,
        "user_flags": _chosen(flags, user_flags),
        "label": default_label(flags) if template is None else fill_label(template, flags),
        "label_template": template,
        "tags": options.tags,
        "comment": options.comment,
        "random_seed": seed,
        "project_dir": project_dir,
        "import_path": surroundings.import_path,
        "env": surroundings.env,
        "output_scalars": options.output_scalars or DEFAULT_PATTERNS,
    }


def _chosen(flags: Flags, given: Mapping[str, Any]) -> dict[str, FlagValue]:
    """Give those of the flags that the user gave; ``learning_rate`` may have been said for ``learning-rate``."""
    names = {name.replace("-", "_") for name in given}
    return {name: value for name, value in flags.items() if name.replace("-", "_") in names}


def python_import_path(project_dir: str) -> tuple[str, ...]:
    """Give the project's folder and ``sys.path``, every entry absolute and once."""
    entries = (os.path.normpath(os.path.join(project_dir, entry)) for entry in ("", *sys.path))
    return tuple(dict.fromkeys(entries))
