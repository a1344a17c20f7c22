"""A peer: listings and comparisons by ``guild.ipy`` of Guild AI 0.9.0."""

import os
import shutil
import warnings

import guild.ipy
from answering import answer, timed
from guild import var


def compare_cold() -> float:
    """Compare without the index that Guild AI keeps of scalars."""
    shutil.rmtree(var.cache_dir("runs"), ignore_errors=True)
    return timed(compare)()


def compare() -> object:
    return guild.ipy.runs().compare()


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    os.environ.setdefault("NO_WARN_RUNDIR", "1")
    answer({"runs": timed(guild.ipy.runs), "compare": timed(compare), "compare cold": compare_cold})
