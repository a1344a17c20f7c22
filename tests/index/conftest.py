"""A home with an index."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.homes import make_home
from guild_ipy.index.index import Index
from guild_ipy.session.settling import settle_run
from guild_ipy.settings import Settings
from guild_ipy.store.guild_home import Home


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Nothing but what a listing itself has to see."""
    return Settings(cache_dir=f"{tmp_path}/cache", index_few=0)


@pytest.fixture
def index(home: Home, settings: Settings) -> Iterator[Index]:
    """The index of a home with 30 runs; not built yet."""
    make_home(home.path, 30)
    index = Index(home, settings, settle_run)
    yield index
    index.close()
