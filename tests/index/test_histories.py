from __future__ import annotations

import os

import pytest

from benchmarks.homes import make_home
from guild_ipy.domain.choosing.run_filter import RunFilter
from guild_ipy.index.index import Index
from guild_ipy.session.session import Session
from guild_ipy.session.settling import settle_run
from guild_ipy.settings import Settings
from guild_ipy.store.events.scalar_summaries import summarize
from guild_ipy.store.guild_home import Home
from tests.directories import list_runs
from tests.index.histories import History
from tests.index.truth import assert_table_right

#: More of them: HISTORIES=1000.
SEEDS = range(int(os.environ.get("HISTORIES", "12")))
STEPS = 30


@pytest.mark.parametrize("seed", SEEDS)
def test_index_says_what_the_directories_say_after_any_history(home: Home, settings: Settings, seed: int):
    make_home(home.path, 5)
    context = Session(settings, home=home)
    index, history = Index(home, settings, settle_run), History(context, seed)
    try:
        for _ in range(STEPS):
            told = history.go_on()
            found = index.records(RunFilter(), full=history.was_foreign)
            assert found == list_runs(home, RunFilter()), told
            run_dirs = [record.dir for record in found]
            assert repr(index.summaries(run_dirs)) == repr([summarize(each) for each in run_dirs]), told
            assert index.trouble is None, index.trouble
        assert_table_right(index)
    finally:
        history.close()
        index.close()
