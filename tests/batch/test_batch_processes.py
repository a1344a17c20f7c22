"""The processes of a batch: all are forks of the fork server that the notebook has, and need it no longer."""

import os
import signal
from pathlib import Path

import pytest

from guild_ipy.domain.status import RunStatus
from guild_ipy.engine.stopping import stop_run
from guild_ipy.launching.launch import LaunchOptions
from guild_ipy.linux import process_words
from tests.notebook_session import wait_until

ANCESTORS = """
import os
import select
from pathlib import Path

def ancestors(x=0):
    while x == 2 and not os.path.exists(os.environ["GO"]):
        select.select([], [], [], 0.01)
    for level in range(4):
        pid = os.getppid() if level == 0 else int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
        print("ancestor", pid, flush=True)
"""


@pytest.fixture
def go(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("GO", str(tmp_path / "go"))
    return tmp_path / "go"


def lines(text: str) -> list[int]:
    """The processes that trials have printed: supervisor, fork server, batch, its supervisor."""
    return [int(line.split()[1]) for line in text.splitlines() if line.startswith("ancestor")]


def start(batches, **flags):
    batches.notebook.cell(ANCESTORS)
    function = batches.notebook.shell.user_ns["ancestors"]
    return batches.run(function, request={"launch": LaunchOptions(background=True)}, **flags)


class TestProcesses:
    def test_the_fork_server_of_trials_is_a_fork_of_the_batch_which_is_a_fork_of_that_of_the_notebook(
        self, batches, go
    ):
        batch = start(batches, x=[1, 2])
        wait_until(lambda: len(lines(batch.output)) == 4)
        _, server, process, supervisor = lines(batch.output)
        words = process_words(supervisor)
        assert b"guild_ipy.engine.beside.fork_server_process" in words
        assert process_words(server) == process_words(process) == words
        go.touch()
        wait_until(lambda: batch.status is RunStatus.COMPLETED)
        assert lines(batch.output)[5:] == [server, process, supervisor]

    def test_a_batch_goes_on_without_the_fork_server_of_the_notebook(self, batches, go):
        batch = start(batches, x=[1, 2, 3])
        wait_until(lambda: len(lines(batch.output)) == 4)
        batches.notebook.context.engine.close()
        go.touch()
        wait_until(lambda: batch.status is RunStatus.COMPLETED)
        assert len(set(lines(batch.output)[1::4])) == 1

    def test_a_killed_fork_server_of_a_batch_is_replaced(self, batches, go):
        batch = start(batches, x=[1, 2, 3])
        wait_until(lambda: len(lines(batch.output)) == 4)
        server = lines(batch.output)[1]
        os.kill(server, signal.SIGKILL)
        go.touch()
        wait_until(lambda: batch.status is RunStatus.COMPLETED)
        assert lines(batch.output)[9] != server

    def test_the_fork_server_of_a_batch_that_is_stopped_ends(self, batches, go):
        batch = start(batches, x=[1, 2])
        wait_until(lambda: len(lines(batch.output)) == 4)
        stop_run(batch.dir, batches.notebook.context.settings)
        assert batch.status is RunStatus.TERMINATED
        assert process_words(lines(batch.output)[1]) == [b""]
        assert not go.exists()
