"""What a new process, its modules loaded, takes for its first comparison; or the limit of that; prints JSON.

`ours` is ``runs().guild.compare()``, `sqlite` selects the same cells of a wide table and looks at the folder of runs,
`memory` gives by how many bytes the process grows, and how many the frame has.
"""

import gc
import json
import os
import sqlite3
import sys
import time

import pandas as pd


def ours() -> float:
    from guild_ipy.frame.runs_frame import runs
    from guild_ipy.session.session import get_session  # not for the limit

    get_session()
    load_modules()
    start = time.perf_counter()
    runs().guild.compare()
    return time.perf_counter() - start


def sqlite() -> float:
    connection = sqlite3.connect(":memory:")
    pd.read_sql_query("select 1 as a", connection)  # loads what pandas needs
    start = time.perf_counter()
    os.stat(f"{os.environ['GUILD_HOME']}/runs")
    connection = sqlite3.connect(sys.argv[2])
    pd.read_sql_query("select * from wide order by started desc, run", connection)
    return time.perf_counter() - start


def memory() -> dict[str, int]:
    from guild_ipy.frame.runs_frame import runs

    load_modules()
    gc.collect()
    before = resident()
    frame = runs().guild.compare()
    gc.collect()
    return {"growth": resident() - before, "frame": int(frame.memory_usage(deep=True).sum())}


def load_modules() -> None:
    """Compare the runs of a small home, so that everything is loaded that is loaded on first use."""
    from guild_ipy.frame.runs_frame import runs
    from guild_ipy.session.chosen_home import set_guild_home

    set_guild_home(sys.argv[3])
    runs().guild.compare()
    set_guild_home(None)


def resident() -> int:
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    print(json.dumps({"ours": ours, "sqlite": sqlite, "memory": memory}[sys.argv[1]]()))
