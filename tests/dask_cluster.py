"""A real Dask cluster: a scheduler and workers, each a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.notebook_session import wait_until


@dataclass
class Cluster:
    """Starts and kills its processes."""

    folder: Path
    home: str
    scheduler: subprocess.Popen[bytes] | None = None
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def file(self) -> str:
        return f"{self.folder}/scheduler.json"

    @property
    def address(self) -> str:
        return json.loads(Path(self.file).read_text())["address"]

    @property
    def port(self) -> int:
        return int(self.address.rpartition(":")[2])

    def start_scheduler(self, port: int = 0) -> None:
        Path(self.file).unlink(missing_ok=True)
        options = ["--port", str(port), "--host", "127.0.0.1", "--no-dashboard", "--scheduler-file", self.file]
        self.scheduler = self._start("dask_scheduler", *options)
        wait_until(lambda: os.path.exists(self.file) and os.path.getsize(self.file), seconds=60)

    def start_worker(self, *, threads: int = 2, resources: str = "") -> subprocess.Popen[bytes]:
        options = ["--nthreads", str(threads), "--no-dashboard", "--no-nanny", "--memory-limit", "0"]
        more = ["--resources", resources] if resources else []
        worker = self._start("dask_worker", self.address, *options, *more, "--local-directory", str(self.folder))
        self.workers.append(worker)
        return worker

    def restart_scheduler(self) -> None:
        """Kill the scheduler, and start another at its address."""
        port = self.port
        self.kill_scheduler()
        self.start_scheduler(port)

    def kill_scheduler(self) -> None:
        kill(self.scheduler)

    def end(self) -> None:
        for each in (*self.workers, self.scheduler):
            kill(each)

    def _start(self, module: str, *arguments: str) -> subprocess.Popen[bytes]:
        with open(self.folder / "log", "ab") as log:
            command = [sys.executable, "-m", f"distributed.cli.{module}", *arguments]
            env = {**os.environ, "GUILD_HOME": self.home}
            return subprocess.Popen(command, stdout=log, stderr=log, cwd=self.folder, env=env)


def kill(process: subprocess.Popen[bytes] | None, number: signal.Signals = signal.SIGKILL) -> None:
    if process is not None:
        process.send_signal(number)
        process.wait()


@pytest.fixture
def cluster(tmp_path_factory, home) -> Iterator[Cluster]:
    """A scheduler that runs; workers are started by the test."""
    made = Cluster(tmp_path_factory.mktemp("cluster"), home.path)
    try:
        made.start_scheduler()
        yield made
    finally:
        made.end()
