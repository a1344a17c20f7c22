"""The line that says how many runs have been read."""

from __future__ import annotations

import pytest

from benchmarks.homes import make_home
from guild_ipy.domain.choosing.run_filter import EVERY
from guild_ipy.index.index import Index
from guild_ipy.index.refreshing import refresh
from guild_ipy.settings import Settings
from guild_ipy.store.guild_home import Home
from guild_ipy.view.progress import show_progress


def list_all(home: Home, cache_dir: str) -> int:
    index = Index(home, Settings(cache_dir=cache_dir), progress=show_progress)
    found = len(index.ids(EVERY))
    index.close()
    return found


def test_long_first_reading_says_how_far_it_is_and_leaves_nothing(home: Home, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(refresh, "_CHUNK_SECONDS", 0.002)
    make_home(home.path, 50)
    assert list_all(home, f"{tmp_path}/cache") == 50
    first, *rest, last, end = capsys.readouterr().err.split("\r")[1:]
    assert first.startswith("reading runs, ")
    assert first.endswith(" of 50")
    assert len(rest) > 1
    assert (last.strip(), end) == ("", "")


@pytest.mark.parametrize("count", [0, 50])
def test_reading_that_takes_no_time_says_nothing(home: Home, tmp_path, capsys, count: int):
    make_home(home.path, count)
    assert list_all(home, f"{tmp_path}/cache") == count
    assert list_all(home, f"{tmp_path}/cache") == count
    assert capsys.readouterr().err == ""
