"""What an operation is resolved with, and what comes of it: common to all kinds of operations."""

from __future__ import annotations

import math
import os
import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from guild_ipy.domain.flags import Flags, FlagValue
from guild_ipy.domain.label import cut_label, default_label, fill_label, label_template
from guild_ipy.domain.run_spec import RunSpec
from guild_ipy.domain.scalars import DEFAULT_PATTERNS
from guild_ipy.errors import FlagError, UsageError
from guild_ipy.operations.notebook import Notebook
from guild_ipy.operations.sourcecode import SourceCache

#: Flags are written in several files, which are read whole up to 16 MiB.
_MOST_FLAG_CHARACTERS = 1_000_000
#: Python writes integers of up to 4300 digits.
_MOST_BITS = 14_284


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
    check_size(flags)
    seed = secrets.randbits(32) if options.random_seed is None else options.random_seed
    if not 0 <= seed < 2**32:
        raise UsageError(f"random seed {seed} is not between 0 and {2**32 - 1}")
    template = label_template(options.label, options.tags)
    return {
        "flags": flags,
        "user_flags": _chosen(flags, user_flags),
        "label": make_label(template, flags),
        "label_template": template,
        "tags": options.tags,
        "comment": options.comment,
        "random_seed": seed,
        "project_dir": project_dir,
        "import_path": surroundings.import_path,
        "env": surroundings.env,
        "output_scalars": options.output_scalars or DEFAULT_PATTERNS,
    }


def make_label(template: str | None, flags: Flags) -> str:
    """Return the label of a run with such flags, as they are recorded: as its template says, or made of all flags."""
    return cut_label(default_label(flags) if template is None else fill_label(template, flags))


def check_size(flags: Flags) -> None:
    """Refuse flags that could be written nowhere: not in a file that is read whole, nor as digits.

    Raises
    ------
    FlagError
        If one is too large.
    """
    for name, value in flags.items():
        size = _text_size(value)
        if size > _MOST_FLAG_CHARACTERS:
            count = "a number of more than 4300 digits" if size == math.inf else f"{size:,} characters"
            raise FlagError(
                f"flag {name!r} is too large ({count}); pass it as an argument that is no flag, or the name of a file",
                flag=name,
            )


def _text_size(value: object) -> float:
    """Count the characters of a value; infinite for an integer that Python does not write."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, int):
        return math.inf if value.bit_length() > _MOST_BITS else 0
    if isinstance(value, Mapping):
        return sum(_text_size(key) + _text_size(item) for key, item in value.items())
    return sum(map(_text_size, value)) + len(value) if isinstance(value, list | tuple) else 0


def _chosen(flags: Flags, given: Mapping[str, Any]) -> dict[str, FlagValue]:
    """Give those of the flags that the user gave; ``learning_rate`` may have been said for ``learning-rate``."""
    names = {name.replace("-", "_") for name in given}
    return {name: value for name, value in flags.items() if name.replace("-", "_") in names}


def python_import_path(project_dir: str) -> tuple[str, ...]:
    """Give the project's folder and ``sys.path``, every entry absolute and once."""
    entries = (os.path.normpath(os.path.join(project_dir, entry)) for entry in ("", *sys.path))
    return tuple(dict.fromkeys(entries))
