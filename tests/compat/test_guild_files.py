"""One project with a Guild file, run by guild_ipy and by guild 0.9.0: the same flags, and the same program."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from guild_ipy.domain.status import RunStatus
from guild_ipy.session.run_handle import Run
from guild_ipy.store.guild_home import Home, create_home
from guild_ipy.store.run_list import list_run_dirs

pytestmark = pytest.mark.guild

CASES = [
    "args",
    "args lr=2 name=x",
    "encoded",
    "parser",
    "parser rate=1.5 shuffle=yes",
    "constants",
    "constants lr=1e-5",
    "map lr=2",
    "space rate=2",
    "config b=5 a.c=z",
    "command",
    "command text='x y; z'",
    "python",
    "package",
    "folder",
    "labelled",
    "other:from-another-file x=2",
]


@dataclass(frozen=True, kw_only=True)
class Lab:
    """The project, and both commands with homes of their own."""

    project: Path
    homes: Path
    guild_command: str

    def run(self, by: str, words: str) -> Run:
        """Run an operation with one of the commands."""
        home = Home(f"{self.homes}/{by}")
        before = {each.id for each in list_run_dirs(home)}
        self.call(by, f"run -y {words}")
        (made,) = [each for each in list_run_dirs(home) if each.id not in before]
        return Run(made)

    def call(self, by: str, words: str) -> str:
        """Call a command."""
        command = [self.guild_command] if by == "guild" else [sys.executable, "-m", "guild_ipy"]
        environment = {**os.environ, "GUILD_HOME": f"{self.homes}/{by}", "NO_PIP_FREEZE": "1"}
        done = subprocess.run(
            f"{shlex.join(command)} {words}",
            cwd=self.project,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            shell=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def lab(tmp_path_factory, guild_command) -> Iterator[Lab]:
    folder = tmp_path_factory.mktemp("guild-files")
    shutil.copytree(Path(__file__).parent / "guildfile_project", folder / "a project")
    (folder / "a project/notes.md").write_text("notes")
    (folder / "a project/picture.png").write_bytes(bytes(range(256)))
    for by in ("guild", "ours"):
        create_home(Home(f"{folder}/{by}"))
    return Lab(project=folder / "a project", homes=folder, guild_command=guild_command)


def files(run: Run) -> list[str]:
    found = []
    for folder, folders, names in os.walk(run.path):
        folders[:] = [name for name in folders if name not in {".guild", "__pycache__"}]
        found += [os.path.relpath(os.path.join(folder, name), run.path) for name in names]
    return sorted(found)


@pytest.mark.parametrize("words", CASES)
def test_the_same_flags_are_recorded_and_the_same_reaches_the_program(lab, words):
    ours, theirs = lab.run("ours", words), lab.run("guild", words)
    assert ours.status is theirs.status is RunStatus.COMPLETED
    assert ours.get("flags") == theirs.get("flags")
    assert (ours.label or "") == (theirs.label or "")
    assert ours.output == theirs.output
    assert files(ours) == files(theirs)
    assert ours.get("sourcecode_digest") == theirs.get("sourcecode_digest")
    with open(ours.dir.opref) as mine, open(theirs.dir.opref) as other:
        assert mine.read() == other.read()


@pytest.mark.parametrize("words", ["args lr=2", "map lr=2", "command lr=2", "config b=2"])
def test_guild_restarts_our_runs_with_the_same_flags(lab, words):
    run = lab.run("ours", words)
    before = run.output
    environment = {**os.environ, "GUILD_HOME": f"{lab.homes}/ours", "NO_PIP_FREEZE": "1"}
    command = [lab.guild_command, "run", "-y", "--restart", run.id]
    subprocess.run(command, cwd=lab.project, env=environment, check=True, capture_output=True)
    assert (run.status, run.output) == (RunStatus.COMPLETED, before)


def test_guild_starts_a_staged_run(lab):
    run = lab.run("ours", "--stage command lr=7")
    environment = {**os.environ, "GUILD_HOME": f"{lab.homes}/ours", "NO_PIP_FREEZE": "1"}
    command = [lab.guild_command, "run", "-y", "--start", run.id]
    subprocess.run(command, cwd=lab.project, env=environment, check=True, capture_output=True)
    assert "--lr=7" in run.output
