"""The notebook with a function `train`, and runs that wait to be told to go on."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from guild_ipy.session.run_handle import Run
from guild_ipy.session.viewer import SilentViewer
from tests.notebook_session import NotebookSession, wait_until

TRAIN = """
def train(lr=0.1, steps=2):
    for step in range(steps):
        print("step:", step)
        print("loss:", lr / (step + 1))
    return lr * steps
"""
WAIT = """
import os, select

def wait(code=0, steps=1):
    for step in range(steps):
        print("waiting", step)
    while not os.path.exists("go"):
        select.select([], [], [], 0.01)
    print("gone on")
    return code
"""


class RecordingViewer(SilentViewer):
    """Remembers what it was told."""

    def __init__(self, *, agrees: bool = True) -> None:
        self.agrees = agrees
        self.told: list[str] = []
        self.shown = ""

    def preview(self, preview):
        self.told.append(str(preview))
        return self.agrees

    def output(self, text):
        self.shown += text

    def left(self, run):
        self.ended(run)

    def ended(self, run):
        self.told.append(f"ended {run.status}")


@pytest.fixture
def viewer(notebook) -> RecordingViewer:
    notebook.viewer = RecordingViewer()
    return notebook.viewer


@pytest.fixture
def train(notebook) -> NotebookSession:
    """The notebook with a function `train`."""
    notebook.cell(TRAIN)
    return notebook


@pytest.fixture
def start_waiting(notebook) -> Callable[..., Run]:
    """Start a run in the background that waits for :func:`let_go`."""
    notebook.cell(WAIT)

    def start(**flags) -> Run:
        run = notebook.run_in_background("wait", **flags)
        wait_until(lambda: run.output)
        return run

    return start


@pytest.fixture
def let_go() -> Callable[[Run], Run]:
    """Let a waiting run end, and wait for it."""

    def let_go(run: Run) -> Run:
        with open(f"{run.path}/go", "w"):
            pass
        return run.wait(20)

    return let_go
