"""Fixtures that call guildai's command on the home of a test."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from guild_ipy.store.guild_home import Home
from guild_ipy.store.run_dir import RunDir


@pytest.fixture
def guild(guild_command: str, home: Home, tmp_path: Path) -> Callable[..., str]:
    """Call guildai's command on `home` from the folder `project`; gives what it printed."""
    project = tmp_path / "project"
    project.mkdir()
    env = {"HOME": str(tmp_path), "PATH": os.defpath, "LANG": "C.UTF-8"}

    def call(*args: str, check: bool = True) -> str:
        command = [guild_command, "-H", home.path, *args]
        done = subprocess.run(command, cwd=project, env=env, capture_output=True, text=True, check=False)
        assert not check or done.returncode == 0, done.stderr
        return done.stdout

    return call


@pytest.fixture
def guild_run(guild: Callable[..., str], home: Home, tmp_path: Path) -> Callable[..., RunDir]:
    """Run the text of a script with guildai's command; gives the directory of the run."""

    def run(script: str, *args: str) -> RunDir:
        (tmp_path / "project" / "script.py").write_text(script)
        before = set(os.listdir(home.runs))
        guild("run", "-y", "script.py", *args, check=False)
        (made,) = set(os.listdir(home.runs)) - before
        return home.run_dir(made)

    return run
