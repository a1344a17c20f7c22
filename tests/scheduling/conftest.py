"""Queues of a notebook, in a process of their own, and runs that wait for them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from guild_ipy.launching.launch import LaunchOptions
from guild_ipy.scheduling.queue_status import read_status
from guild_ipy.session.run_handle import Run
from guild_ipy.session.session import set_session
from tests.notebook_session import NotebookSession

SECONDS = 60
_ECHO = "x = 1\nprint('x is', x)\n"


@dataclass
class Queues:
    """Stages runs, and has queues start them."""

    notebook: NotebookSession

    def __post_init__(self) -> None:
        Path("echo.py").write_text(_ECHO)

    def stage(self, operation: Any = "echo.py", **flags: Any) -> Run:
        return self.notebook.run(operation, request={"stage": True}, **flags)

    def run_once(self, **flags: Any) -> Run:
        """Run a queue that ends when nothing is left that it takes."""
        return self.notebook.run("queue", **{"run-once": True, **flags})

    def start(self, **flags: Any) -> Run:
        """Start a queue in the background."""
        launch = LaunchOptions(background=True)
        return self.notebook.run("queue", request={"launch": launch}, **{"poll-interval": 1, **flags})

    def reasons(self) -> dict[str, str]:
        """Why each staged run waits, in their order."""
        return {each.run.id: each.reason for each in read_status(self.notebook.context).waiting}

    @staticmethod
    def wait_for(is_so: Callable[[], bool]) -> None:
        deadline = time.monotonic() + SECONDS
        while not is_so():
            assert time.monotonic() < deadline
            time.sleep(0.02)


@pytest.fixture
def queues(notebook) -> Iterator[Queues]:
    set_session(notebook.context)
    yield Queues(notebook)
    set_session(None)
