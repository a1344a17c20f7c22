from __future__ import annotations

import pickle
import time
from datetime import UTC, datetime

import pandas as pd
import pytest

from guild_ipy.tables.columns.column_values import make_values
from guild_ipy.tables.columns.dtypes import moment_column
from guild_ipy.tables.columns.local_time import local_timezone

SUMMER = datetime(2026, 7, 1, 12, tzinfo=UTC)
TICKS = int(SUMMER.timestamp()) * 1_000_000


@pytest.fixture
def timezone(monkeypatch):
    def use(name: str) -> None:
        monkeypatch.setenv("TZ", name)
        time.tzset()

    yield use
    monkeypatch.undo()
    time.tzset()


def test_the_zone_of_the_machine_is_given_by_its_name(timezone, tmp_path, monkeypatch):
    link = tmp_path / "localtime"
    link.symlink_to("/usr/share/zoneinfo/Asia/Kolkata")
    monkeypatch.setattr("guild_ipy.tables.columns.local_time._LINK", str(link))
    timezone("Asia/Kolkata")

    assert str(local_timezone()) == "Asia/Kolkata"


def test_a_zone_that_is_set_wins_over_that_of_the_machine(timezone, tmp_path, monkeypatch):
    link = tmp_path / "localtime"
    link.symlink_to("/usr/share/zoneinfo/Asia/Kolkata")
    monkeypatch.setattr("guild_ipy.tables.columns.local_time._LINK", str(link))
    timezone("UTC")

    assert local_timezone() is UTC


@pytest.mark.parametrize("name", ["UTC", "Asia/Kolkata", "America/Sao_Paulo", "Europe/Berlin", "XYZ-3:21"])
def test_moments_show_the_clock_of_the_process(timezone, name):
    timezone(name)

    column = pd.Series(moment_column(make_values([TICKS])))

    assert column[0].isoformat() == SUMMER.astimezone().isoformat()


def test_moments_of_any_zone_can_be_pickled(timezone):
    timezone("Asia/Kolkata")
    column = pd.Series(moment_column(make_values([TICKS, None])))

    assert pickle.loads(pickle.dumps(column)).equals(column)
