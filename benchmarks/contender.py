"""Driving a contender: a process of its own, in its own environment, that answers one word at a time."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
#: Python of this project, and that of the peers, which want other versions of pandas.
OURS = sys.executable
_PEERS = {
    "guild": ("GUILD_PEER_ENV", HERE.parent / ".envs" / "guild"),
    "mlflow": ("GUILD_IPY_MLFLOW_ENV", HERE.parent / ".envs" / "mlflow"),
}


def find_peer(name: str) -> Path | None:
    """Find the environment of a peer: where a variable says, else in ``.envs``; None if it is not there."""
    variable, usual = _PEERS[name]
    place = Path(os.environ.get(variable) or usual)
    return place if (place / "bin" / "python").exists() else None


class Workplace:
    """A new folder with a project and a Guild home in it, and the environment of processes that work there.

    Python keeps bytecode, as it does for an installed package, whatever the caller's environment says.
    """

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="guild-ipy-bench-", ignore_cleanup_errors=True)
        self.project = Path(self._folder.name, "project")
        self.project.mkdir()
        (self.project / "empty.py").write_text("")
        self.env = {
            **{name: value for name, value in os.environ.items() if not name.startswith("PYTHON")},
            "GUILD_HOME": str(Path(self._folder.name, "home")),
            "PYTHONPYCACHEPREFIX": str(Path(self._folder.name, "bytecode")),
        }

    def close(self) -> None:
        """Remove it."""
        self._folder.cleanup()


class Contender:
    """A script of ``contenders/`` at work."""

    def __init__(self, place: Workplace, script: str, *arguments: str, python: str | Path = OURS) -> None:
        self._process = subprocess.Popen(
            [str(python), str(HERE / "contenders" / script), *arguments],
            cwd=place.project,
            env=place.env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

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
        self._process.wait(timeout=30)
