"""What users have noted on runs beyond what every run has."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from guild_ipy.errors import DamagedRun
from guild_ipy.frame.columns import headings, text_column, value_column
from guild_ipy.frame.run_names import RUN
from guild_ipy.store.attrs import list_attrs
from guild_ipy.store.run_dir import RunDir

if TYPE_CHECKING:
    from collections.abc import Mapping

    from guild_ipy.api.handle import Run

#: What the format of a run directory gives a meaning; other verbs show it.
_STRUCTURAL = frozenset(
    "cmd comments compare deps env exit_status flags host id initialized label marked max_trials objective op opdef"
    " pip_freeze platform plugins r_packages_loaded r_sys_info random_seed resolved_deps run_params"
    " sourcecode_digest stage_trials started steps stopped tags trials user user_flags vcs_commit".split()
)


def attributes_frame(runs: Mapping[str, Run]) -> pd.DataFrame:
    """Give one row a run: ``run``, and each attribute of its own that one of them has, by name.

    An attribute that cannot be read is missing.
    """
    attributes = [_read_attributes(run) for run in runs.values()]
    names = sorted(set().union(*attributes))
    columns = (value_column([each.get(name) for each in attributes]) for name in names)
    return pd.DataFrame(
        {RUN: text_column(list(runs)), **dict(zip(headings(names, "attr", [RUN]), columns, strict=True))}
    )


def _read_attributes(run: Run) -> dict[str, object]:
    names = (name for name in list_attrs(RunDir(run.path)) if not name.startswith("_") and name not in _STRUCTURAL)
    return {name: _read(run, name) for name in names}


def _read(run: Run, name: str) -> object:
    try:
        return run.get(name)
    except DamagedRun:
        return None
