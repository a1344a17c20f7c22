"""The command in processes of its own, in a folder with a script."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

TRAIN = """\
lr = 0.1
epochs = 2
for step in range(epochs):
    print('loss:', lr / (step + 1))
"""
COMMAND = [sys.executable, "-m", "guild_ipy"]


@dataclass
class Shell:
    """A shell in the folder of a project."""

    project: Path
    env: dict[str, str]

    def run(self, *words):
        """Run the command with nothing on standard input."""
        return subprocess.run(
            [*COMMAND, *words],
            cwd=self.project,
            env=self.env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def printed(self, *words):
        """Run a command that succeeds; what it printed."""
        done = self.run(*words)
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout


@pytest.fixture
def shell(home, tmp_path):
    project = tmp_path / "a project"
    project.mkdir()
    (project / "train.py").write_text(
        "lr = 0.1\nepochs = 2\nfor step in range(epochs):\n    print('loss:', lr / (step + 1))\n"
    )
    return Shell(project, {**os.environ, "GUILD_HOME": home.path})
