"""The specification, row by row: each test names the rows that it shows, and the session ends with a table of them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

import guild_ipy
from guild_ipy.domain.choosing.run_filter import RunFilter
from guild_ipy.session.run_handle import Run
from guild_ipy.session.run_refs import list_runs
from guild_ipy.session.session import Session, set_session
from guild_ipy.settings import Settings

#: How many rows there are of marked runs (S0), batches (S2), staged runs (S3) and summary operations (S4).
_COUNTS = {"M": 19, "B": 21, "Q": 18, "S": 20}
ROWS = [f"{letter}{number}" for letter, count in _COUNTS.items() for number in range(1, count + 1)]
_PROJECTS = Path(__file__).parents[1] / "projects"

_shown: dict[str, list[str]] = {}


@dataclass
class Project:
    """A project of the specification, run by us, and by ``guild`` 0.9.0 where it can."""

    folder: Path
    context: Session
    capfd: pytest.CaptureFixture[str]
    command: str

    def run(self, operation: str, **flags: object) -> tuple[Run, list[str]]:
        """Run to a good end; the run, and the lines that were printed."""
        run = guild_ipy.run(operation, **flags)
        return run, self.capfd.readouterr().out.splitlines()

    def fail(self, operation: str, **flags: object) -> tuple[guild_ipy.RunError, list[str]]:
        """Run what must fail."""
        with pytest.raises(guild_ipy.RunError) as caught:
            guild_ipy.run(operation, **flags)
        return caught.value, self.capfd.readouterr().out.splitlines()

    def runs(self, **filters: bool) -> list[Run]:
        """List runs, the newest first."""
        return list_runs(self.context, RunFilter(**filters))

    def guild(self, *words: str) -> str:
        """Call the guild command on the same home."""
        return self._call(self.command, *words)

    def shell(self, *words: str, answer: str | None = None) -> str:
        """Call our command; what it prints."""
        return self._call(sys.executable, "-m", "guild_ipy", *words)

    def _call(self, *command: str) -> str:
        environment = {**os.environ, "GUILD_HOME": self.context.home.path, "NO_PIP_FREEZE": "1"}
        done = subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        return done.stdout


@pytest.fixture
def context(home, engine) -> Iterator[Session]:
    """A session with a Guild home of its own."""
    context = Session(Settings(guild_home=home.path), engine=engine)
    set_session(context)
    yield context
    set_session(None)


@pytest.fixture
def make_project(context, tmp_path, monkeypatch, capfd, guild_command) -> Callable[[str], Project]:
    """Copy a project to work in."""

    def make(name: str) -> Project:
        folder = tmp_path / "a project"
        shutil.copytree(_PROJECTS / name, folder)
        monkeypatch.chdir(folder)
        return Project(folder, context, capfd, guild_command)

    return make


@pytest.fixture
def serving(make_project) -> Project:
    """A model that is trained, and served."""
    return make_project("serving")


@pytest.fixture
def summary(make_project) -> Project:
    """Runs, and a summary of them."""
    return make_project("summary")


@pytest.fixture
def optimizers(make_project) -> Project:
    """A script with three flags, to be run as a batch."""
    return make_project("optimizers")


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Note which rows a test has shown."""
    if report.when == "call" and report.passed:
        for row in dict(report.user_properties).get("rows", "").split():
            _shown.setdefault(row, []).append(report.nodeid.rpartition("::")[2])


@pytest.fixture(autouse=True)
def _rows(request: pytest.FixtureRequest, record_property) -> None:
    record_property("rows", " ".join(rows_of(request.node)))


def rows_of(item: pytest.Item) -> Sequence[str]:
    """Give the rows that a test names."""
    return [row for mark in item.iter_markers("rows") for row in mark.args]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not _shown:
        return
    terminalreporter.section("specification")
    terminalreporter.write(f"{len(_shown.keys() & set(ROWS))} of {len(ROWS)} rows shown\n")
    for row in ROWS:
        terminalreporter.write(f"{row:<4} {'; '.join(_shown.get(row, ['not shown']))}\n")
