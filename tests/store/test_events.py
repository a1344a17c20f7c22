from __future__ import annotations

import os
import random
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from guild_ipy.domain.values.scalars import ScalarPoint
from guild_ipy.errors import DamagedRun, StoreError
from guild_ipy.store.events.event_writer import EventWriter
from guild_ipy.store.events.events import find_event_files, iter_series
from guild_ipy.store.events.tfevents import HEADER_BYTES, decode_records
from guild_ipy.store.run_dir import RunDir

MakeRun = Callable[..., RunDir]


def points(count: int) -> list[ScalarPoint]:
    return [ScalarPoint(tag=("loss", "acc")[number % 2], value=number / 2, step=number) for number in range(count)]


def write(folder: str, count: int) -> str:
    writer = EventWriter(folder)
    writer.write(points(count), wall_time=5.0)
    writer.close()
    return writer.path


def read(path: str, offset: int = 0) -> tuple[dict[str, list[tuple[int, float]]], int]:
    """Steps and values of each scalar, and where reading goes on."""
    found: dict[str, list[tuple[int, float]]] = {}
    for series, end in iter_series(path, offset):
        offset = end
        for each in series:
            found.setdefault(each.tag, []).extend(zip(each.steps, each.values, strict=True))
    return found, offset


def count(found: dict[str, list[tuple[int, float]]]) -> int:
    return sum(map(len, found.values()))


def test_points_are_read_back(tmp_path: Path):
    found, end = read(path := write(str(tmp_path), 3))
    assert found == {"loss": [(0, 0.0), (2, 1.0)], "acc": [(1, 0.5)]}
    assert end == os.path.getsize(path)


def test_name_of_a_file_is_that_of_tensorboard_and_new_each_time(tmp_path: Path):
    names = {os.path.basename(write(str(tmp_path), 0)) for _ in range(3)}
    assert len(names) == 3
    assert all(re.fullmatch(rf"events\.out\.tfevents\.\d{{10}}\..+\.{os.getpid()}\.\d+", name) for name in names)


def test_reading_goes_on_where_it_ended(tmp_path: Path):
    writer = EventWriter(str(tmp_path))
    writer.write(points(2))
    first, offset = read(writer.path)
    writer.write(points(3))
    writer.close()
    assert (count(first), count(read(writer.path, offset)[0])) == (2, 3)


def test_torn_record_is_left_for_later(tmp_path: Path):
    path = Path(write(str(tmp_path), 100))
    content = path.read_bytes()
    for size in range(len(content) - 60, len(content)):
        path.write_bytes(content[:size])
        found, offset = read(str(path))
        path.write_bytes(content)
        assert count(found) + count(read(str(path), offset)[0]) == 100


def test_nothing_is_read_behind_damage(tmp_path: Path):
    path = Path(write(str(tmp_path), 10))
    content = path.read_bytes()
    damaged = [begin for begin, _ in decode_records(content)][4] - HEADER_BYTES
    path.write_bytes(content[:damaged] + bytes(8) + content[damaged + 8 :])
    found, offset = read(str(path))
    whole, _ = read(write(str(tmp_path), 10))
    assert found == {tag: points[: len(found[tag])] for tag, points in whole.items()}
    assert read(str(path), offset) == ({}, offset)


def test_file_larger_than_what_is_read_at_once_is_read_whole(tmp_path: Path):
    found, _ = read(write(str(tmp_path), 40_000))
    assert [step for step, _ in found["loss"]] == list(range(0, 40_000, 2))
    assert [step for step, _ in found["acc"]] == list(range(1, 40_000, 2))


def test_record_larger_than_what_is_read_at_once_is_read(tmp_path: Path):
    writer = EventWriter(str(tmp_path))
    writer.write([ScalarPoint(tag="x" * 3_000_000, value=1.0, step=1), *points(1)])
    writer.close()
    assert [len(tag) for tag in read(writer.path)[0]] == [3_000_000, 4]


def test_random_damage_is_read_without_an_exception(tmp_path: Path):
    path = Path(write(str(tmp_path), 50))
    content = path.read_bytes()
    rng = random.Random(0)
    for _ in range(2000):
        damaged = bytearray(content[: rng.randint(0, len(content))])
        for _ in range(rng.randint(0, 5) if damaged else 0):
            damaged[rng.randrange(len(damaged))] = rng.randrange(256)
        path.write_bytes(damaged)
        read(str(path))


def test_full_disk_writes_none_of_the_points(tmp_path: Path, monkeypatch):
    writer = EventWriter(str(tmp_path))
    real_write = os.write

    def fail(descriptor: int, data: bytes) -> int:
        real_write(descriptor, data[:100])
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", fail)
        with pytest.raises(StoreError, match="No space left on device"):
            writer.write(points(10))
    writer.write(points(2))
    writer.close()
    assert count(read(writer.path)[0]) == 2


def test_file_that_cannot_be_opened_is_damage(tmp_path: Path):
    with pytest.raises(DamagedRun, match=r"gone\.tfevents\. is damaged: No such file"):
        read(str(tmp_path / "gone.tfevents."))


def test_event_files_are_found_anywhere_below_a_run(make_run: MakeRun):
    run_dir = make_run()
    for folder in ("", "logs/train", ".guild", ".guild/generated/x"):
        os.makedirs(f"{run_dir.path}/{folder}", exist_ok=True)
        write(f"{run_dir.path}/{folder}", 0)
    found = {os.path.relpath(os.path.dirname(path), run_dir.path) for path in find_event_files(run_dir)}
    assert found == {".", "logs/train", ".guild", ".guild/generated/x"}


def test_links_out_of_the_run_are_not_followed(make_run: MakeRun, tmp_path: Path):
    run_dir = make_run()
    inside = write(run_dir.path, 0)
    os.symlink(inside, f"{run_dir.path}/link.tfevents.inside")
    os.symlink(write(str(tmp_path), 0), f"{run_dir.path}/link.tfevents.outside")
    os.symlink(tmp_path, f"{run_dir.path}/folder")
    os.symlink("nowhere", f"{run_dir.path}/link.tfevents.dangling")
    assert find_event_files(run_dir) == sorted([inside, f"{run_dir.path}/link.tfevents.inside"])


READ_BY_TENSORBOARD = """
import json, sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
events = EventAccumulator(sys.argv[1]).Reload()
tags = sorted(events.Tags()["scalars"])
print(json.dumps({tag: [(e.wall_time, e.step, e.value) for e in events.Scalars(tag)] for tag in tags}))
"""


@pytest.mark.guild
def test_tensorboard_reads_what_we_write(tmp_path: Path, guild_command: str):
    write(str(tmp_path), 4)
    python = Path(guild_command).with_name("python")
    shown = subprocess.check_output([python, "-W", "ignore", "-c", READ_BY_TENSORBOARD, str(tmp_path)], text=True)
    expected = '{"acc": [[5.0, 1, 0.5], [5.0, 3, 1.5]], "loss": [[5.0, 0, 0.0], [5.0, 2, 1.0]]}'
    assert shown.splitlines()[-1] == expected


WRITTEN_BY_TENSORBOARD = """
import sys
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.plugins.scalar.summary_v2 import scalar_pb
from tensorboard.summary.writer.event_file_writer import EventFileWriter
writer = EventFileWriter(sys.argv[1])
for step in (0, 300, -1):
    value = Summary.Value(tag="simple", simple_value=0.5)
    writer.add_event(Event(wall_time=1.5, step=step, summary=Summary(value=[value, value])))
    writer.add_event(Event(wall_time=1.5, step=step, summary=scalar_pb("tensor", 0.25)))
writer.close()
"""


@pytest.mark.guild
def test_we_read_what_tensorboard_writes(make_run: MakeRun, guild_command: str):
    run_dir = make_run()
    python = Path(guild_command).with_name("python")
    subprocess.run([python, "-W", "ignore", "-c", WRITTEN_BY_TENSORBOARD, run_dir.path], check=True)
    found, _ = read(*find_event_files(run_dir))
    assert found == {
        "simple": [(step, 0.5) for step in (0, 0, 300, 300, -1, -1)],
        "tensor": [(step, 0.25) for step in (0, 300, -1)],
    }


def test_reading_needs_neither_numpy_nor_tensorboard():
    unwanted = "print({'numpy', 'tensorboard', 'yaml'} & set(sys.modules))"
    program = f"import sys, guild_ipy.store.events.scalar_summaries; {unwanted}"
    assert subprocess.check_output([sys.executable, "-c", program], text=True) == "set()\n"
