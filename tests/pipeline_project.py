"""A project with pipelines, whose steps can be told to fail and to wait."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from guild_ipy.session.run_handle import Run
from guild_ipy.store.run_dir import RunDir, is_run_id

TRAIN = """
import os, select
lr = 0.1
wait = False
with open("model", "w") as file:
    file.write(str(lr))
print("training", flush=True)
while wait and not os.path.exists("go"):
    select.select([], [], [], 0.01)
"""
SERVE = """
fail = False
with open("model") as file:
    print("served", file.read())
if fail:
    raise ValueError("no")
"""
GUILD_FILE = """
train:
  flags-import: all
serve:
  flags-import: all
  requires:
    - operation: train
      select: model
release:
  flags:
    rate: 0.1
    wait: no
    fail: no
  steps:
    - run: train lr=${rate} wait=${wait}
    - run: serve fail=${fail}
"""


def write_project(folder: Path, guild_file: str = GUILD_FILE) -> None:
    """Write it, with other operations if wanted."""
    (folder / "guild.yml").write_text(guild_file)
    (folder / "train.py").write_text(TRAIN)
    (folder / "serve.py").write_text(SERVE)


def members(pipeline: Run) -> dict[str, Run]:
    """Return the runs of its steps, by the names of their links; a link that is still being made is left out."""
    ids = {}
    for name in sorted(os.listdir(pipeline.path)):
        with suppress(OSError):  # not a link, or one that has got its real name since
            ids[name] = os.path.basename(os.readlink(f"{pipeline.path}/{name}"))
    beside = os.path.dirname(pipeline.path)
    return {name: Run(RunDir(f"{beside}/{found}")) for name, found in ids.items() if is_run_id(found)}


def statuses(pipeline: Run) -> dict[str, str]:
    """Give the statuses of these."""
    return {name: str(run.status) for name, run in members(pipeline).items()}
