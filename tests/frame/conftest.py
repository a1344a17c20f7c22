"""Runs made on disk, in a home of their own."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest

from guild_ipy.domain.opref import OpRef
from guild_ipy.domain.values.scalars import ScalarPoint
from guild_ipy.session.session import set_session
from guild_ipy.store.events.event_writer import EventWriter
from guild_ipy.store.files.attrs import write_attr
from guild_ipy.store.files.whole_file import write_new_file
from guild_ipy.store.guild_home import Home
from guild_ipy.store.run_dir import RunDir

MINUTE = 60_000_000
#: 2026-11-20 12:00:00 UTC, microseconds.
NOON = 1_795_176_000_000_000


@pytest.fixture
def home(home, monkeypatch) -> Iterator[Home]:
    monkeypatch.setenv("GUILD_HOME", home.path)
    set_session(None)
    yield home
    set_session(None)


@pytest.fixture
def add_run(home) -> Callable[..., RunDir]:
    """Make completed runs of one minute, each started a minute after the one before."""
    count = 0

    def add(start: str, *, operation: str = "train", folder: str = "", scalars=None, **attrs) -> RunDir:
        nonlocal count
        count += 1
        run_dir = home.run_dir(start.ljust(32, "0"))
        os.makedirs(run_dir.attrs)
        started = NOON + count * MINUTE
        usual = {"id": run_dir.id, "started": started, "stopped": started + MINUTE, "exit_status": 0}
        for name, value in (usual | attrs).items():
            write_attr(run_dir, name, value)
        if scalars:
            add_scalars(run_dir, scalars, folder)
        write_new_file(run_dir.opref, str(OpRef(type="func", name=operation)).encode())
        return run_dir

    return add


def add_scalars(run_dir: RunDir, scalars: dict[str, list[float]], folder: str = "") -> None:
    """Report the values of each tag at steps 1, 2, ..."""
    place = os.path.join(run_dir.path, folder) if folder else run_dir.guild
    os.makedirs(place, exist_ok=True)
    writer = EventWriter(place)
    for tag, values in scalars.items():
        writer.write(ScalarPoint(tag=tag, value=value, step=step) for step, value in enumerate(values, start=1))
    writer.close()
