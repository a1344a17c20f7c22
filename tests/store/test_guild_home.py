from __future__ import annotations

import os
from pathlib import Path

import pytest

from guild_ipy.errors import StoreError
from guild_ipy.settings import Settings
from guild_ipy.store.guild_home import Home, create_home, find_home


def settings(user: Path, **values: str) -> Settings:
    return Settings(user_dir=str(user), **values)


def test_guild_home_of_the_environment_wins_and_is_made_absolute(tmp_path: Path):
    (tmp_path / ".guild").mkdir()
    found = find_home(settings(tmp_path, guild_home="../other"), str(tmp_path))
    assert found == Home(str(tmp_path.parent / "other"))


def test_home_in_an_activated_environment_counts_only_if_it_is_there(tmp_path: Path):
    env = tmp_path / "env"
    env.mkdir()
    asked = settings(tmp_path, environment_prefix=str(env))
    assert find_home(asked, str(tmp_path)) == Home(f"{tmp_path}/.guild")
    (env / ".guild").mkdir()
    assert find_home(asked, str(tmp_path)) == Home(f"{env}/.guild")


def test_nearest_home_upwards_is_found(tmp_path: Path):
    (tmp_path / "project" / ".guild").mkdir(parents=True)
    (tmp_path / ".guild").mkdir()
    deep = tmp_path / "project" / "a" / "b"
    deep.mkdir(parents=True)
    assert find_home(settings(tmp_path), str(deep)) == Home(f"{tmp_path}/project/.guild")


def test_search_ends_at_the_users_directory(tmp_path: Path):
    (tmp_path / ".guild").mkdir()
    user = tmp_path / "user"
    (user / "project").mkdir(parents=True)
    assert find_home(settings(user), str(user / "project")) == Home(f"{user}/.guild")


def test_private_folder_of_a_run_is_no_home(tmp_path: Path):
    run = tmp_path / ".guild" / "runs" / ("0" * 32)
    (run / ".guild" / "attrs").mkdir(parents=True)
    assert find_home(settings(tmp_path), str(run)) == Home(f"{tmp_path}/.guild")


def test_new_home_is_closed_to_others(tmp_path: Path):
    home = Home(f"{tmp_path}/new/.guild")
    create_home(home)
    create_home(home)
    assert os.stat(home.path).st_mode & 0o777 == 0o700
    assert os.listdir(home.path) == ["runs"]


def test_home_that_cannot_be_made_is_one_clear_line(tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match=r"cannot make Guild home '.*file/home': Not a directory; choose"):
        create_home(Home(f"{tmp_path}/file/home"))
