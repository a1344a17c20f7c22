"""Much output, and odd output: every byte of it is in the file, and who follows it stays quick and small."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from guild_ipy.domain.status import RunStatus
from guild_ipy.session.run_handle import Run
from tests.faults.programs.follower import blocks
from tests.output_lines import iter_output_lines

PROGRAM = Path(__file__).parent / "programs" / "follower.py"
MEGABYTE = 10**6
#: In megabytes, small and full.
SIZES = {"lines": (30, 1000), "one line": (5, 100), "invalid UTF-8": (1, 20), "carriage returns": (5, 50)}


@pytest.fixture
def follow(home, tmp_path, no_process_left):
    """Run the program; what it saw, and its run."""

    def follow(kind, size):
        command = [sys.executable, PROGRAM, kind, str(size)]
        env = {**os.environ, "GUILD_HOME": home.path}
        seen = json.loads(subprocess.run(command, cwd=tmp_path, env=env, stdout=subprocess.PIPE, check=True).stdout)
        return seen, Run(home.run_dir(seen["id"]))

    return follow


def digest(parts):
    found = hashlib.sha256()
    for part in parts:
        found.update(part)
    return found.hexdigest()


def read_parts(path):
    with open(path, "rb") as file:
        while part := file.read(2**20):
            yield part


@pytest.mark.timeout(900)
@pytest.mark.parametrize("kind", SIZES)
def test_all_output_is_kept_and_following_it_stays_quick_and_small(follow, scale, report, kind):
    wanted = scale(*SIZES[kind]) * MEGABYTE
    seen, run = follow(kind, wanted)
    size = os.path.getsize(run.dir.output)
    report(
        f"big output, {kind}",
        bytes=f"{size:,}",
        seconds=f"{seen['seconds']:.1f}",
        portions=seen["portions"],
        longest_gap=f"{seen['longest_gap'] * 1000:.0f} ms",
        shown=f"{seen['characters']:,}",
        memory_grown=f"{seen['grown'] / MEGABYTE:.1f} MB",
    )
    assert run.status is RunStatus.COMPLETED
    assert digest(read_parts(run.dir.output)) == digest(blocks(kind, wanted))
    assert all(line.time_ms is not None for line in iter_output_lines(run.dir))
    assert seen["grown"] < 100 * MEGABYTE
    assert seen["longest_gap"] < 2
