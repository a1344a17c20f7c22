"""Histories of a home, ours and of others: afterwards the index says what the directories say."""

from __future__ import annotations

import os
import random
import subprocess
from collections import Counter

import pytest

from benchmarks.homes import make_home
from guild_ipy.index.index import Index
from guild_ipy.session.session import Session
from guild_ipy.session.settling import settle_run
from guild_ipy.settings import Settings
from guild_ipy.store.guild_home import Home, create_home
from tests.directories import list_runs
from tests.index.histories import History
from tests.index.truth import EVERY, assert_right, assert_table_right, runs_of

_STEPS = 25


@pytest.fixture
def settings(tmp_path):
    """Nothing but what a listing itself has to see."""
    return Settings(cache_dir=f"{tmp_path}/cache", index_few=0)


def live_through(folder: str, settings: Settings, seed: int) -> tuple[Counter[str], int]:
    """Let a home have a history, with the index asked after each deed; what was done, and how many runs it has."""
    home = Home(f"{folder}/{seed}")
    create_home(home)
    make_home(home.path, seed % 6)
    context = Session(settings, home=home)
    index, history = Index(home, settings, settle_run), History(context, seed)
    try:
        for _ in range(_STEPS):
            told = history.go_on()
            assert index.refresh(), f"{told}: {index.trouble}"
        assert_right(index, full=True)
        assert_table_right(index)
        return Counter(part.split()[0].strip("_") for part in told.split(" · ")), len(list_runs(home, EVERY))
    finally:
        history.close()
        index.close()


@pytest.mark.timeout(3600)
def test_any_history_ends_with_what_a_full_reading_of_the_directories_gives(tmp_path, settings, scale, report):
    count = scale(15, 1000)
    deeds: Counter[str] = Counter()
    runs = 0
    for seed in range(count):
        done, left = live_through(str(tmp_path), settings, seed)
        deeds += done
        runs += left
    report("histories", histories=count, deeds=deeds.total(), **deeds, runs_at_the_end=runs, differences=0)


#: What ``guild`` is told about one run.
_COMMANDS = (
    ("label", "-y", "--set", "by guild"),
    ("label", "-y", "--append", "more"),
    ("label", "-y", "--clear"),
    ("mark", "-y"),
    ("mark", "-y", "--clear"),
    ("tag", "-y", "--add", "good"),
    ("tag", "-y", "--clear"),
    ("comment", "-y", "--add", "seen by guild"),
    ("runs", "delete", "-y"),
    ("runs", "restore", "-y"),
)


@pytest.mark.guild
@pytest.mark.timeout(3600)
def test_what_guild_itself_changes_is_seen_by_a_full_refresh(home, settings, guild_command, scale, report):
    make_home(home.path, 8)
    index, generator = Index(home, settings, settle_run), random.Random(0)
    assert_right(index)
    runs, counts = [run.id for run in runs_of(index)], Counter()
    for command in (_COMMANDS * 40)[: scale(len(_COMMANDS), 200)]:
        run = generator.choice(runs)
        args = [guild_command, "-H", home.path, *command, run[:8]]
        done = subprocess.run(
            args, capture_output=True, text=True, env={**os.environ, "NO_WARN_RUNDIR": "1"}, check=False
        )
        counts["done" if done.returncode == 0 else "refused"] += 1
        assert_right(index, full=True)
    assert_table_right(index)
    index.close()
    assert counts["done"] > counts["refused"], done.stderr
    report("edits by guild 0.9.0", commands=counts.total(), **counts, differences=0)
