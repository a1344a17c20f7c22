"""Driving a contender: a process of its own, in its own environment, that answers one word at a time."""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
OURS = sys.executable
_PEERS = {
    "guild": ("GUILD_PEER_ENV", HERE.parent / ".envs" / "guild"),
    "mlflow": ("GUILD_IPY_MLFLOW_ENV", HERE.parent / ".envs" / "mlflow"),
}


def find_peer(name: str, program: str = "python") -> Path | None:
    """Find a program of a peer's environment, which is where a variable says, else in ``.envs``."""
    variable, usual = _PEERS[name]
    found = Path(os.environ.get(variable) or usual) / "bin" / program
    return found if found.exists() else None


class Workplace:
    """A new folder with a project and a Guild home in it, and the environment of processes that work there.

    The caller's ``PYTHON...`` variables are left out: Python keeps bytecode, as it does for an installed package.
    """

    def __init__(self, **env: str) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="guild-ipy-bench-", ignore_cleanup_errors=True)
        self.home = Path(self._folder.name, "home")
        self.project = Path(self._folder.name, "project")
        self.project.mkdir()
        self.home.mkdir()  # the guild command wants it to be there
        (self.project / "empty.py").write_text("")
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        self.env = {**inherited, "GUILD_HOME": str(self.home), **env}

    def close(self) -> None:
        """Remove it."""
        self._folder.cleanup()

    def time(self, *command: str | Path) -> float:
        """Give how many seconds a command takes in the project."""
        start = time.perf_counter()
        subprocess.run(
            command,
            cwd=self.project,
            env=self.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=True,
        )
        return time.perf_counter() - start


class Contender:
    """A script of ``contenders/`` at work in a workplace of its own."""

    def __init__(self, script: str, *arguments: str, python: str | Path = OURS, place: Workplace | None = None) -> None:
        self.place = place or Workplace()
        self._process = subprocess.Popen(
            [str(python), str(HERE / "contenders" / script), *arguments],
            cwd=self.place.project,
            env=self.place.env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )

    def ask(self, word: str) -> Any:
        """Send a word, and give the answer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(word, file=self._process.stdin)
        reply = self._process.stdout.readline()
        if not reply:
            raise RuntimeError(f"{self._process.args} ended: {word}")
        return json.loads(reply)

    def close(self) -> None:
        """Let it end."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=60)
        self.place.close()
