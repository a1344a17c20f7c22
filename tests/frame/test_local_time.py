from __future__ import annotations

import os
import pickle
import time
from datetime import UTC, datetime

import pandas as pd
import pytest

from guild_ipy.frame.columns import moment_column
from guild_ipy.frame.local_time import local_timezone

SUMMER = datetime(2026, 7, 1, 12, tzinfo=UTC)


@pytest.fixture
def timezone(monkeypatch):
    def use(name: str) -> None:
        monkeypatch.setenv("TZ", name)
        time.tzset()

    yield use
    monkeypatch.undo()
    time.tzset()


def test_the_zone_of_the_machine_has_a_name():
    os.environ.pop("TZ", None)

    assert local_timezone() != "tzlocal()"


@pytest.mark.parametrize("name", ["UTC", "Asia/Kolkata", "America/Sao_Paulo", "Europe/Berlin"])
def test_moments_show_the_clock_of_the_process(timezone, name):
    timezone(name)

    column = pd.Series(moment_column([SUMMER]))

    assert column[0].isoformat() == SUMMER.astimezone().isoformat()


def test_moments_of_any_zone_can_be_pickled(timezone):
    timezone("Asia/Kolkata")
    column = pd.Series(moment_column([SUMMER, None]))

    assert pickle.loads(pickle.dumps(column)).equals(column)
