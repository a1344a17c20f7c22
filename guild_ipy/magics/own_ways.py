"""Verbs whose value in a notebook is another than at a shell: a DataFrame, a picture, a page below the cell."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from guild_ipy.api.context import get_context

if TYPE_CHECKING:
    import pandas as pd

    from guild_ipy.verbs.home import UseHome
    from guild_ipy.verbs.runs import ListRuns


def list_runs(wanted: ListRuns) -> pd.DataFrame | object:
    """Return a frame of all runs."""
    if wanted.json:
        return wanted.carry_out(get_context())
    from guild_ipy.frame.runs import frame_runs  # start-up cost: pandas, as below

    frame = frame_runs(wanted.filter, details=wanted.details, stale=wanted.stale)
    return frame.drop(columns=["started", "time"]) if wanted.simplified else frame


def use_home(wanted: UseHome) -> object:
    """Say of a new home whether it is there yet."""
    found = wanted.carry_out(get_context())
    if wanted.path is not None and not wanted.json and not os.path.isdir(str(found)):
        print("It is not there yet; the first run makes it")
    return found


OWN_WAYS: Mapping[str, Callable[[Any], object]] = {"runs": list_runs, "home": use_home}
