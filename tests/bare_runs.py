"""Runs as bare directories, and processes that hold their locks."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from guild_ipy.store.files.attrs import write_attr
from guild_ipy.store.guild_home import Home
from guild_ipy.store.run_dir import RunDir

HOLD = """
import sys
from guild_ipy.store.state.lock import hold_alive
from guild_ipy.store.run_dir import RunDir
print(hold_alive(RunDir(sys.argv[1])) is not None, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def make_run(home: Home) -> Callable[..., RunDir]:
    """Make a run of these attributes, as Guild AI would: without `alive`."""

    def make(*, id: str | None = None, opref: str = "func:lab.ipynb '' '' train", **attrs: object) -> RunDir:  # noqa: A002
        run_dir = home.run_dir(id or uuid.uuid4().hex)
        os.makedirs(run_dir.attrs)
        for name, value in {"id": run_dir.id, **attrs}.items():
            write_attr(run_dir, name, value)
        touch(run_dir.opref, opref.encode())
        return run_dir

    return make


@pytest.fixture
def hold() -> Iterator[Callable[[RunDir], subprocess.Popen[str]]]:
    """Start a process that holds `alive` of a run until it is killed or the test ends."""
    with ExitStack() as stack:

        def start(run_dir: RunDir) -> subprocess.Popen[str]:
            pipe = subprocess.PIPE
            command = [sys.executable, "-c", HOLD, run_dir.path]
            process = stack.enter_context(subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True))
            stack.callback(process.kill)
            assert process.stdout is not None
            assert process.stdout.readline() == "True\n"
            return process

        yield start


def touch(path: str, content: bytes = b"") -> None:
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(content)
