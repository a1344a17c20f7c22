"""The links in the directory of a pipeline that lead to the runs of its steps."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from contextlib import suppress

from guild_ipy.domain.declarations.step_def import Step
from guild_ipy.session.run_handle import Run
from guild_ipy.store.guild_home import Home
from guild_ipy.store.run_dir import RunDir, is_run_id

#: What names of links must not have, as in Guild AI 0.9.0.
_NO_LINK_NAME = re.compile(r"[ :/\\]")


def link_paths(run_dir: RunDir, steps: Sequence[Step]) -> tuple[str, ...]:
    """Return the path of the link of each step; the second of a name is ``NAME_2``."""
    names: list[str] = []
    for step in steps:
        plain = _NO_LINK_NAME.sub("-", step.name)
        name, number = plain, 2
        while name in names:
            name, number = f"{plain}_{number}", number + 1
        names.append(name)
    return tuple(os.path.join(run_dir.path, name) for name in names)


def find_linked(home: Home, path: str) -> Run | None:
    """Find the run that a link leads to; none where it is deleted, or never came to be."""
    with suppress(OSError):
        found = os.path.basename(os.readlink(path))
        if is_run_id(found) and os.path.exists(home.run_dir(found).opref):
            return Run(home.run_dir(found))
    return None


def link_run(path: str, run: Run) -> None:
    """Let a link lead to a run, in the place of the one that is there."""
    aside = f"{path}.new"
    with suppress(FileNotFoundError):
        os.unlink(aside)
    os.symlink(os.path.relpath(run.dir.path, os.path.dirname(path)), aside)
    os.rename(aside, path)
