"""A home with runs and its index, and what dependencies are resolved with."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest

from guild_ipy.index.index import Index
from guild_ipy.operations.dependencies.resolve import ResolveContext
from guild_ipy.settings import Settings
from guild_ipy.store.run_dir import RunDir
from tests.bare_runs import touch

MINUTE = 60_000_000
NOON = 1_795_176_000_000_000


@pytest.fixture
def index(home) -> Iterator[Index]:
    index = Index(home, Settings(guild_home=home.path))
    yield index
    index.close()


@pytest.fixture
def add(make_run) -> Callable[..., RunDir]:
    """Make runs whose ids begin so, each a minute newer than the one before, completed unless something else is said.

    `files` are made by the run; `source` is what its manifest lists.
    """
    count = 0

    def add(start: str, operation: str = "train", *, files=(), source=(), status="completed", **attrs) -> RunDir:
        nonlocal count
        count += 1
        ending = {"completed": {"exit_status": 0}, "error": {"exit_status": 1}, "terminated": {"exit_status": -15}}
        times = {} if status == "pending" else {"started": NOON + count * MINUTE}
        opref = f"func:lab.ipynb '' '' {operation}"
        run_dir = make_run(id=start.ljust(32, "0"), opref=opref, **times, **ending.get(status, {}), **attrs)
        if status in {"staged", "pending"}:
            touch(run_dir.staged if status == "staged" else run_dir.pending)
        for path in (*files, *source):
            touch(os.path.join(run_dir.path, path), f"{path} of {start}".encode())
        touch(run_dir.manifest, "".join(f"s {path} - {path}\n" for path in source).encode())
        return run_dir

    return add


@pytest.fixture
def needs(index, tmp_path) -> Callable[..., ResolveContext]:
    """Give what is resolved with; `given` is by source."""

    def needs(*, flags=None, **fields) -> ResolveContext:
        return ResolveContext(index=index, cache=f"{tmp_path}/cache", flags=flags or {}, **fields)

    return needs
