"""A folder with a Guild home that guild_ipy and the guild command use in turn."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from guild_ipy.engine.engine import Engine
from guild_ipy.session.run_handle import Run
from guild_ipy.session.session import Session
from guild_ipy.settings import Settings
from guild_ipy.store.guild_home import Home, create_home
from guild_ipy.store.run_list import list_run_dirs
from guild_ipy.verbs.running.stop import stop

_TESTS = Path(__file__).parent


@dataclass(frozen=True, kw_only=True)
class Bench:
    """A project, a Guild home, and both programs."""

    project: Path
    context: Session
    command: str

    def make(self, *cases: str) -> dict[str, Run]:
        """Make runs with guild_ipy, in a session that then ends; see ``project/lab.py``."""
        ids = json.loads(self._call(sys.executable, "lab.py", *cases).splitlines()[-1])
        return {case: Run(self.context.home.run_dir(id_)) for case, id_ in ids.items()}

    def guild(self, *words: str) -> str:
        """Call the guild command; what it prints."""
        return self._call(self.command, *words)

    def guild_status(self, run: Run) -> str:
        """Give what the guild command says of the run."""
        return {each["id"]: each["status"] for each in json.loads(self.guild("runs", "--json"))}[run.id]

    def runs(self) -> list[Run]:
        return [Run(run_dir) for run_dir in list_run_dirs(self.context.home)]

    def _call(self, *command: str) -> str:
        environment = {**os.environ, "GUILD_HOME": self.context.home.path, "NO_PIP_FREEZE": "1"}
        done = subprocess.run(command, cwd=self.project, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        return done.stdout


@pytest.fixture(scope="module")
def shared_bench(tmp_path_factory: pytest.TempPathFactory, guild_command: str, engine: Engine) -> Iterator[Bench]:
    """One for the tests of a module that only look."""
    yield from _make_bench(tmp_path_factory.mktemp("compat"), guild_command, engine)


@pytest.fixture
def bench(tmp_path: Path, guild_command: str, engine: Engine) -> Iterator[Bench]:
    """One for a test that changes runs."""
    yield from _make_bench(tmp_path, guild_command, engine)


def _make_bench(folder: Path, guild_command: str, engine: Engine) -> Iterator[Bench]:
    shutil.copytree(_TESTS / "project", folder / "a project")
    home = Home(str(folder / "guild home"))
    create_home(home)
    settings = Settings()
    context = Session(settings, home=home, engine=engine)
    bench = Bench(project=folder / "a project", context=context, command=guild_command)
    yield bench
    stop(context, bench.runs())
    assert not [run for run in bench.runs() if run.status.is_active]
