"""Bare runs that have used each other, and what verbs on their home work with."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from guild_ipy.domain.opref import OpRef
from guild_ipy.session.run_handle import Run
from guild_ipy.session.session import Session, set_session
from guild_ipy.settings import Settings
from guild_ipy.store.guild_home import Home
from guild_ipy.store.run_dir import RunDir

MINUTE = 60_000_000
#: 2026-11-20 12:00:00 UTC, microseconds.
NOON = 1_795_176_000_000_000


def whole(beginning: str) -> str:
    """Give the id that begins so."""
    return beginning.ljust(32, "0")


def used(operation: str, *beginnings: str) -> dict[str, object]:
    """Give a dependency of `deps` as guild_ipy and Guild AI note it."""
    name = f"operation:{operation}"
    ids = [whole(each) for each in beginnings]
    config = ids[0] if len(ids) == 1 else ids
    return {name: {name: {"config": config, "paths": [f"../{each}/model.bin" for each in ids], "uri": name}}}


@pytest.fixture
def bare_context(home: Home, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    """The context of a session on the home, also for those who ask for that of the session."""
    monkeypatch.setenv("GUILD_HOME", home.path)
    settings = Settings(guild_home=home.path)
    context = Session(settings, home=home)
    set_session(context)
    yield context
    set_session(None)


@pytest.fixture
def add(bare_context: Session, make_run: Callable[..., RunDir]) -> Callable[..., Run]:
    """Make a completed run, started a minute after the one before: ``add("3f", "serve", used("train", "2a"))``."""
    count = 0

    def add(beginning: str, operation: str = "train", deps: dict[str, object] | None = None, **attrs: object) -> Run:
        nonlocal count
        count += 1
        started = NOON + count * MINUTE
        usual = {"started": started, "stopped": started + MINUTE, "exit_status": 0, "deps": deps or {}}
        opref = str(OpRef(type="func", package="lab.ipynb", name=operation))
        return Run(make_run(id=whole(beginning), opref=opref, **{**usual, **attrs}))

    return add
