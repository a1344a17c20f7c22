"""The two programs, as commands that are called in a folder with a Guild home, and what each knows of the runs."""

from __future__ import annotations

import json
import os
import signal
import struct
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from guild_ipy.domain.choosing.run_filter import RunFilter
from guild_ipy.index.index import Index
from guild_ipy.settings import Settings
from guild_ipy.store.events.scalar_summaries import summarize
from guild_ipy.store.guild_home import Home
from guild_ipy.store.run_record import RunRecord

View = dict[str, list[dict[str, Any]]]
"""Live runs and deleted ones, newest first."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a command is called."""

    folder: Path
    home: Path
    seconds: float = 60.0


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a command did."""

    status: int
    output: str


class Program(Protocol):
    """One of the two."""

    name: str

    def call(self, place: Place, *words: str) -> Answer:
        """Call its command; status 124 says that it took too long, and was killed."""
        ...

    def view(self, place: Place) -> View:
        """Give what it knows of the runs of the home."""
        ...


class Guild:
    """Guild AI, loaded once in its own environment."""

    name = "guild"

    def __init__(self, environment: str) -> None:
        self._process = subprocess.Popen(
            [f"{environment}/bin/python", "-P", str(Path(__file__).with_name("guild_side.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "NO_PIP_FREEZE": "1", "PYTHONWARNINGS": "ignore", "GUILD_PYTHON": ""},
        )

    def call(self, place: Place, *words: str) -> Answer:
        """See :class:`Program`."""
        request = {"call": words, "cwd": str(place.folder), "home": str(place.home), "seconds": place.seconds}
        return Answer(**self._ask(request))

    def view(self, place: Place) -> View:
        """See :class:`Program`."""
        return self._ask({"view": str(place.home)})

    def operations(self, folder: Path) -> list[str]:
        """Give the names of the operations of a project; none where its Guild file cannot be read."""
        return self._ask({"operations": str(folder)}).get("operations", [])

    def close(self) -> None:
        """End its process."""
        self._process.stdin.close()
        self._process.wait(20)
        self._process.stdout.close()

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())


class Ours:
    """guild_ipy: its shell command, and its index."""

    name = "guild-ipy"

    def __init__(self, cache: Path) -> None:
        self._settings = Settings(cache_dir=str(cache))
        self._index: Index | None = None

    def call(self, place: Place, *words: str) -> Answer:
        """See :class:`Program`."""
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "guild_ipy", *words],
            cwd=place.folder,
            env={**os.environ, "GUILD_HOME": str(place.home), "GUILD_IPY_CACHE": self._settings.cache_dir},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        try:
            output, _ = process.communicate(timeout=place.seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGINT)
            output, _ = process.communicate()
            return Answer(status=124, output=output)
        return Answer(status=process.returncode, output=output)

    def view(self, place: Place, *, full: bool = False) -> View:
        """See :class:`Program`; `full` also sees at once what others have changed in place."""
        if self._index is None or self._index.home.path != str(place.home):
            self.close()
            self._index = Index(Home(str(place.home)), self._settings)
        listed = {"runs": RunFilter(), "deleted": RunFilter(deleted=True)}
        return {name: list(map(_describe, self._index.records(asked, full=full))) for name, asked in listed.items()}

    def close(self) -> None:
        """Close its index."""
        if self._index is not None:
            self._index.close()


def _describe(record: RunRecord) -> dict[str, Any]:
    return {
        "id": record.dir.id,
        "operation": record.operation,
        "status": str(record.status),
        "exit_status": record.exit_status,
        "label": record.label or "",
        "tags": sorted(record.tags),
        "marked": record.marked,
        "comments": [each.body for each in record.comments],
        "flags": json.loads(json.dumps(record.flags)),
        "scalars": {name: _single(each.last) for name, each in summarize(record.dir).items()},
    }


def _single(number: float) -> float:
    """Give a number with 32 bits, as the other program reads it."""
    (single,) = struct.unpack("f", struct.pack("f", number))
    return single
