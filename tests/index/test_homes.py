from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.homes import make_home
from guild_ipy.domain.choosing.run_filter import RunFilter
from guild_ipy.index.index import Index
from guild_ipy.session.settling import settle_run
from guild_ipy.settings import Settings
from guild_ipy.store.guild_home import Home
from tests.directories import list_runs
from tests.index.truth import assert_right


def test_homes_of_one_seed_are_the_same(tmp_path: Path):
    first, second = make_home(f"{tmp_path}/a", 3, seed=5), make_home(f"{tmp_path}/b", 3, seed=5)
    assert first == second
    assert make_home(f"{tmp_path}/c", 3, seed=6) != first


@pytest.mark.guild
def test_guild_lists_a_made_home_as_we_do(home: Home, guild: Callable[..., str]):
    ids = make_home(home.path, 4)
    shown = json.loads(guild("runs", "--json"))
    ours = list_runs(home, RunFilter())
    assert [(run["id"], run["status"]) for run in shown] == [(each.dir.id, each.status.value) for each in ours]
    assert [run["id"] for run in shown] == ids[::-1]
    assert "val_loss" in guild("runs", "info", ids[0])


@pytest.mark.guild
def test_what_guild_does_to_runs_is_seen(home: Home, settings: Settings, guild: Callable[..., str]):
    ids = make_home(home.path, 6)
    index = Index(home, settings, settle_run)
    assert_right(index)
    for arguments in (
        ("label", "-y", "--set", "one", ids[0]),
        ("label", "-y", "--set", "two", ids[0]),
        ("tag", "-y", "--add", "blue", ids[1]),
        ("tag", "-y", "--add", "green", ids[1]),
        ("comment", "-y", "--add", "hm", ids[2]),
        ("mark", "-y", ids[3]),
        ("mark", "-y", "--clear", ids[3]),
        ("runs", "delete", "-y", ids[4]),
        ("runs", "restore", "-y", ids[4]),
        ("runs", "delete", "-y", ids[5]),
    ):
        guild(*arguments)
        assert_right(index, full=True)
    assert os.path.isdir(f"{home.trash}/{ids[5]}")
