"""Runs that differ in what filters can ask of them."""

from __future__ import annotations

import math
import os
from typing import Any

from guild_ipy.domain.values.scalars import ScalarPoint
from guild_ipy.store.events.event_writer import EventWriter
from guild_ipy.store.files.attrs import write_attr
from guild_ipy.store.guild_home import Home

_FIRST = 1_795_350_738_000_000  # 2026-11-22 12:32:18 UTC

#: Flags of each run, oldest first.
FLAGS: list[dict[str, Any]] = [
    {"a": 1, "b": 1, "c": 3, "lr": 0.1, "opt": "adam"},
    {"a": 1, "b": 2, "c": 3, "lr": 0.01, "opt": "sgd"},
    {"a": 2, "b": 2, "c": 1, "lr": 1e-05, "opt": "Adam W"},
    {"a": 1, "b": 2, "c": 1, "lr": 1, "opt": "adam", "on": True},
    {"a": 0, "b": 0, "c": 3, "lr": 0.5, "opt": "yes", "on": False},
    {"a": "1", "b": None, "lr": "0.1", "opt": "", "on": "true"},
    {"a": 1.0, "layers": [64, 32], "opt": "train.py", "loss": 0.25},
    {"a": -1, "layers": [64], "words": ["x", "y"], "label": "a flag"},
    {"a": True, "layers": [], "opt": "größe", "n": math.inf},
    {"d": {"x": 1}, "opt": "undefined"},
    {},
]


def make_runs(home: Home) -> None:
    """Make them; the ids end in their number."""
    for number, flags in enumerate(FLAGS):
        _make_run(home, number, flags)


def run_id(number: int) -> str:
    return f"{0xABCD0000 + number:08x}" + "0" * 24


def _make_run(home: Home, number: int, flags: dict[str, Any]) -> None:
    run_dir = home.run_dir(run_id(number))
    os.makedirs(run_dir.attrs)
    attrs: dict[str, Any] = {
        "id": run_dir.id,
        "initialized": _FIRST + number * 3_600_000_000,
        "started": _FIRST + number * 3_600_000_000,
        "stopped": _FIRST + number * 3_600_000_000 + number * 61_000_000,
        "exit_status": number % 3 and 1,
        "flags": flags,
        "sourcecode_digest": f"{number:032x}",
        "host": "box",
        "note": number,
    }
    if number % 2:
        attrs |= {"label": f"Run {number} lr=0.1", "tags": ["odd", f"t{number}"]}
    if number % 4 == 0:
        attrs["marked"] = True
    for name, value in attrs.items():
        write_attr(run_dir, name, value)
    with open(run_dir.opref, "w") as file:
        file.write(["script:proj '' '' train.py", "func:lab '' '' train", "guildfile:proj '' net train"][number % 3])
    _write(run_dir.guild, "loss", [1.0, number / 10])
    _write(f"{run_dir.path}/val", "acc", [0.5, math.nan if number == 9 else number / 4])
    if number > 7:
        _write(f"{run_dir.path}/train", "f1", [number / 16])


def _write(folder: str, tag: str, values: list[float]) -> None:
    os.makedirs(folder, exist_ok=True)
    writer = EventWriter(folder)
    writer.write(ScalarPoint(tag=tag, value=value, step=step) for step, value in enumerate(values))
    writer.close()
