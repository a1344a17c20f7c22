"""Guild homes of any size, the same for the same seed; `guild` 0.9.0 reads them too.

Each run has 5 flags and 5 scalars, and the files of a finished run, or, if it is slim, the fewest that a listing and a
comparison need: `python benchmarks/homes.py FOLDER RUNS`.
"""

from __future__ import annotations

import os
import random
import sys

from guild_ipy.domain.values.scalars import ScalarPoint
from guild_ipy.store.events.event_encoding import encode_point, encode_record, encode_version
from guild_ipy.store.events.tfevents import Point
from guild_ipy.store.files.attrs import encode_attr

SCALARS = ("acc", "loss", "time", "val_acc", "val_loss")
_SLIM = frozenset(("started", "stopped", "exit_status", "flags", "label"))
_FIRST = 1_795_350_738_774_101
_ENDINGS = (0, 0, 0, 0, 0, 0, 0, 1, -9)


def make_home(path: str, runs: int, *, seed: int = 0, points: int = 3, is_slim: bool = False) -> list[str]:
    """Make a home, and give the ids of its runs, oldest first."""
    generator = random.Random(seed)
    os.makedirs(f"{path}/runs", exist_ok=True)
    return [make_run(path, number, generator, points, is_slim=is_slim) for number in range(runs)]


def make_run(path: str, number: int, generator: random.Random, points: int, *, is_slim: bool = False) -> str:
    id = f"{generator.getrandbits(128):032x}"  # noqa: A001 - the word of the field
    guild = f"{path}/runs/{id}/.guild"
    os.makedirs(f"{guild}/attrs")
    for name, value in _attrs(id, number, generator).items():
        if not is_slim or name in _SLIM:
            _write(f"{guild}/attrs/{name}", encode_attr(value))
    _write(f"{guild}/events.out.tfevents.{_FIRST // 1_000_000}.host.1.0", _events(generator, points))
    if not is_slim:
        _write(f"{guild}/output", b"loss: 0.1\n")
        _write(f"{guild}/manifest", b"")
    operation = "train" if number % 3 else "prepare"
    _write(f"{guild}/opref", f"func:lab.ipynb '' '' {operation}".encode())
    return id


def _attrs(id: str, number: int, generator: random.Random) -> dict[str, object]:  # noqa: A002 - as above
    started = _FIRST + number * 1_000_000
    flags = {
        "act": generator.choice(("relu", "tanh")),
        "batch": generator.choice((16, 32, 64)),
        "dropout": generator.random() / 2,
        "layers": generator.randint(1, 9),
        "lr": generator.random(),
    }
    attrs = {
        "id": id,
        "initialized": started,
        "started": started,
        "stopped": started + generator.randint(500, 5_000_000),
        "exit_status": generator.choice(_ENDINGS),
        "flags": flags,
        "label": f"lr={flags['lr']:.5f}" + (" red" if number % 50 == 0 else ""),
        "random_seed": generator.getrandbits(32),
        "sourcecode_digest": f"{generator.choice((1, 2, 3)):032x}",
    }
    return attrs | ({"tags": ["good"]} if number % 20 == 0 else {}) | ({"marked": True} if number % 100 == 0 else {})


def _events(generator: random.Random, points: int) -> bytes:
    records = [encode_record(encode_version())]
    for step in range(points):
        for tag in SCALARS:
            point = ScalarPoint(tag=tag, value=generator.random(), step=step)
            records.append(encode_record(encode_point(Point(point.step, _FIRST / 1e6, point.tag, point.value))))
    return b"".join(records)


def encode_points(count: int, *, first: int = 0, is_first: bool = False) -> bytes:
    """Give the bytes of so many values of four scalars."""
    generator = random.Random(count)
    records = [encode_record(encode_version())] if is_first else []
    for number in range(count):
        point = Point(first + number // 4, _FIRST / 1e6 + number, SCALARS[number % 4], generator.random())
        records.append(encode_record(encode_point(point)))
    return b"".join(records)


def _write(path: str, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    os.write(descriptor, content)
    os.close(descriptor)


if __name__ == "__main__":
    make_home(sys.argv[1], int(sys.argv[2]))
