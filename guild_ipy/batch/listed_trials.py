"""The trials of a batch as it lists them, in their order."""

from __future__ import annotations

import os
from collections.abc import Sequence

from guild_ipy.batch.batch_options import read_options
from guild_ipy.batch.prototype import TRIALS, Prototype
from guild_ipy.batch.trial import list_trials
from guild_ipy.domain.program import BatchProgram
from guild_ipy.engine.meta import program_of, require_meta
from guild_ipy.errors import DamagedRun, StoreError
from guild_ipy.session.run_handle import Run
from guild_ipy.store.guild_home import Home, home_of
from guild_ipy.store.run_dir import RunDir, is_run_id


def read_trials(batch: RunDir) -> list[Run]:
    """Return the trials that are there; those that were deleted are left out.

    Before the batch has written its list, and for a batch of Guild AI, which writes none, they are in the order of
    their ids.
    """
    home = _home_of(batch)
    ids = read_trial_ids(batch)
    if ids is None:
        try:
            return list_trials(home, batch)
        except StoreError:
            return []
    dirs = map(home.run_dir, ids)
    return [Run(run_dir) for run_dir in dirs if os.path.exists(run_dir.opref)]


def find_listed_places(batch: Run) -> list[int] | None:
    """Return the place of each trial among those that were listed for the batch; None if it has other trials by now."""
    program = program_of(batch.dir, require_meta(batch.dir), BatchProgram)
    options = read_options(batch, program)
    grid = Prototype(batch.dir).read_grid(program.varied).searched_by(options.search.optimizer)
    places = grid.listed_places(options.max_trials, seed=batch.get("random_seed") or 0)
    return places if len(places) == len(read_trial_ids(batch.dir) or ()) else None


def _home_of(batch: RunDir) -> Home:
    """Return the home of a batch, which may be in its trash."""
    home = home_of(batch)
    around = Home(os.path.dirname(home.path))
    return around if os.path.dirname(batch.path) == around.trash else home


def read_trial_ids(batch: RunDir) -> Sequence[str] | None:
    """Return the ids of the trials of a batch, also of deleted ones; None if it has not written its list."""
    try:
        ids = Run(batch).get(TRIALS)
    except DamagedRun:
        return None
    if not isinstance(ids, list):
        return None
    return [each for each in ids if isinstance(each, str) and is_run_id(each)]
