"""Peers: the index of Guild AI 0.9.0, and TensorBoard's accumulator, on one long event file."""

import os
import shutil
import sys

from answering import answer, timed
from guild import index, run
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator


def guild_index() -> float:
    """Read the scalars of a run into a new index."""
    shutil.rmtree("guild index", ignore_errors=True)
    made = run.Run("0" * 32, path=os.path.abspath("run"))
    return timed(lambda: index.RunIndex("guild index").refresh([made], ["scalar"]))()


def tensorboard() -> None:
    EventAccumulator(sys.argv[1], size_guidance={"scalars": 0, "tensors": 0}).Reload()


if __name__ == "__main__":
    os.makedirs("run/.guild/attrs")
    os.link(sys.argv[1], f"run/{os.path.basename(sys.argv[1])}")
    answer({"guild": guild_index, "tensorboard": timed(tensorboard)})
