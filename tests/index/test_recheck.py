from __future__ import annotations

import threading
import time
from dataclasses import replace

import pytest

from benchmarks.homes import make_home
from guild_ipy.index.index import Index
from guild_ipy.index.refreshing import refresh_plan
from guild_ipy.index.refreshing.refresh_plan import find_changed_after
from guild_ipy.session.settling import settle_run
from guild_ipy.settings import Settings
from guild_ipy.store.guild_home import Home
from tests.index.truth import EVERY, assert_right, overwrite, runs_of, wait_until_settled


def test_change_in_place_of_a_run_that_has_ended_is_not_looked_for_by_a_listing(index: Index):
    wait_until_settled(index)
    before = index.records(EVERY)
    overwrite(before[3].dir.attr("label"), "other\n")
    assert index.records(EVERY) == before


def test_few_runs_are_all_looked_at_for_every_listing(home: Home, settings: Settings):
    make_home(home.path, 10)
    index = Index(home, replace(settings, index_few=10), settle_run)
    assert_right(index)
    overwrite(runs_of(index)[3].attr("label"), "other\n")
    assert_right(index)


def test_recheck_finds_each_changed_run_in_one_pass(index: Index, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(refresh_plan, "_RUNS_AT_A_TIME", 7)
    wait_until_settled(index)
    changed = {runs_of(index)[number] for number in (0, 11, 29)}
    for run in changed:
        overwrite(run.attr("label"), "other\n")
    found, after = set[str](), 0
    while True:
        part, after = index._live.ask(lambda reader: find_changed_after(index.home, reader, after))  # noqa: B023 - at once
        found |= part
        if not after:
            break
    assert found == {run.id for run in changed}


def test_change_in_place_is_seen_by_a_later_listing(home: Home, settings: Settings):
    make_home(home.path, 30)
    index = Index(home, replace(settings, index_few=10), settle_run)
    assert_right(index)
    run = runs_of(index)[5]
    overwrite(run.attr("label"), "other\n")
    deadline = time.monotonic() + 30
    while "other" not in {record.label for record in index.records(EVERY)}:
        assert time.monotonic() < deadline
    assert_right(index)
    index.close()


def test_closing_an_index_ends_its_thread(home: Home, settings: Settings):
    make_home(home.path, 300)
    index = Index(home, replace(settings, index_few=10), settle_run)
    for _ in range(2):
        deadline = time.monotonic() + 30
        while "guild_ipy recheck" not in {thread.name for thread in threading.enumerate()}:
            assert index.refresh()
            assert time.monotonic() < deadline
        index.close()
        assert "guild_ipy recheck" not in {thread.name for thread in threading.enumerate()}
