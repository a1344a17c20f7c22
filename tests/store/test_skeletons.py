from __future__ import annotations

import os
import time

import pytest

from guild_ipy.store.guild_home import Home
from guild_ipy.store.left_behind import remove_skeleton
from guild_ipy.store.run_dir import RunDir
from guild_ipy.store.state.lock import hold_alive

HOUR = 3600.0


def make_skeleton(home: Home, age: float = HOUR, name: str = "0123456789abcdef" * 2) -> RunDir:
    run_dir = home.run_dir(name)
    for folder in (run_dir.attrs, run_dir.job, run_dir.tmp):
        os.makedirs(folder)
    set_age(run_dir, age)
    return run_dir


def set_age(run_dir: RunDir, age: float) -> None:
    os.utime(run_dir.guild, (time.time() - age,) * 2)


def test_a_folder_that_was_left_behind_is_removed(home: Home):
    run_dir = make_skeleton(home)
    remove_skeleton(run_dir)
    assert not os.path.exists(run_dir.path)


@pytest.mark.parametrize("file", [".guild/opref", ".guild/attrs/id", ".guild/attrs/started", "model.bin"])
def test_what_is_or_was_a_run_stays(home: Home, file: str):
    run_dir = make_skeleton(home)
    with open(f"{run_dir.path}/{file}", "w"):
        set_age(run_dir, HOUR)
    remove_skeleton(run_dir)
    assert os.path.exists(run_dir.path)


@pytest.mark.parametrize(("age", "name"), [(1.0, "0123456789abcdef" * 2), (HOUR, "notes")])
def test_what_may_become_a_run_or_is_of_others_stays(home: Home, age: float, name: str):
    run_dir = make_skeleton(home, age, name)
    remove_skeleton(run_dir)
    assert os.path.exists(run_dir.path)


def test_a_run_that_is_being_made_stays(home: Home):
    run_dir = make_skeleton(home)
    alive = hold_alive(run_dir)
    assert alive is not None
    set_age(run_dir, HOUR)
    remove_skeleton(run_dir)
    os.close(alive)
    assert os.path.exists(run_dir.path)
