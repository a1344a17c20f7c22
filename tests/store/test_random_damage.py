"""Random damage to every file of a run: it is still listed, without an exception."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from guild_ipy.domain.choosing.run_filter import RunFilter
from guild_ipy.domain.values.scalars import ScalarPoint
from guild_ipy.store.events.event_writer import EventWriter
from guild_ipy.store.events.scalar_summaries import summarize
from guild_ipy.store.guild_home import Home
from guild_ipy.store.output import GAP, ROW, complete_index, read_output
from guild_ipy.store.run_dir import RunDir
from guild_ipy.store.run_record import read_run
from guild_ipy.store.state.lock import LockContent, format_lock, this_process
from guild_ipy.store.used_runs.manifest import read_manifest
from tests.directories import list_runs

MakeRun = Callable[..., RunDir]
ROUNDS = 3000


@pytest.fixture
def full_run(make_run: MakeRun) -> RunDir:
    """Make a run that has every file there is."""
    run_dir = make_run(
        id="0" * 32, initialized=1, started=2, stopped=3, exit_status=0, label="a: 'b'", tags=["x", "y z"], marked=True,
        comments=[{"body": "b", "time": 1}], flags={"lr": 1e-05, "map": {"a": [1, {"b": None}]}}, sourcecode_digest="0",
    )  # fmt: skip
    os.makedirs(run_dir.job)
    writer = EventWriter(run_dir.guild)
    writer.write([ScalarPoint(tag="loss", value=0.5, step=step) for step in range(5)])
    writer.close()
    contents = {
        run_dir.lock: format_lock(LockContent(run=this_process())).encode(),
        run_dir.output: b"line\n" * 5,
        run_dir.output_index: ROW.pack(1, 0) * 3,
        run_dir.output_gaps: GAP.pack(1, 5, 10),
        run_dir.manifest: b"s a.py - a.py\n",
        run_dir.job_exit_status: b"0\n",
    }
    for path, content in contents.items():
        Path(path).write_bytes(content)
    return run_dir


def damage(content: bytes, rng: random.Random) -> bytes:
    kind = rng.randrange(4)
    if kind == 0:
        return content[: rng.randint(0, len(content))]
    if kind == 1:
        return bytes(len(content))
    damaged = bytearray(content or b"x")
    for _ in range(rng.randint(1, 4)):
        damaged[rng.randrange(len(damaged))] = rng.randrange(256) if kind == 2 else rng.choice(b"[]{}&*!|>:-#'\"\n")
    return bytes(damaged)


def test_run_with_any_damaged_file_is_listed_and_read(home: Home, full_run: RunDir):
    paths = [path for path in Path(full_run.guild).rglob("*") if path.is_file()]
    rng = random.Random(0)
    for _ in range(ROUNDS):
        path = rng.choice(paths)
        intact = path.read_bytes()
        path.write_bytes(damage(intact, rng))
        (record,) = list_runs(home, RunFilter())
        assert record.damage is None or "\n" not in record.damage
        read_output(full_run), summarize(full_run), read_manifest(full_run)
        path.write_bytes(intact)
    assert read_run(full_run).damage is None


def test_index_is_completed_whatever_the_gaps_say(full_run: RunDir):
    rng = random.Random(0)
    for _ in range(ROUNDS // 10):
        Path(full_run.output_index).write_bytes(damage(ROW.pack(1, 0) * 3, rng))
        Path(full_run.output_gaps).write_bytes(damage(GAP.pack(1, 5, 10) * 2, rng))
        complete_index(full_run)
        assert os.path.getsize(full_run.output_index) == 5 * ROW.size
