"""A run directory without a run."""

from __future__ import annotations

import os

import pytest

from guild_ipy.store.guild_home import Home
from guild_ipy.store.run_dir import RunDir


@pytest.fixture
def run_dir(home: Home) -> RunDir:
    run_dir = home.run_dir("0123456789abcdef" * 2)
    for folder in (run_dir.attrs, run_dir.job, run_dir.tmp):
        os.makedirs(folder)
    return run_dir
