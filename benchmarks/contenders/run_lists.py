"""Ourselves in a kernel that works with a large home: listings, comparisons, refreshes, first builds."""

import itertools
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace

from answering import answer, timed

from guild_ipy.frame.runs_frame import runs
from guild_ipy.index.index import Index
from guild_ipy.session.session import Session, get_session, set_session
from guild_ipy.session.settling import settle_run
from guild_ipy.settings import Settings
from guild_ipy.store.files.attrs import write_attr
from guild_ipy.store.state.changes import note_change

#: Of the runs that are changed between two listings.
CHANGED = 10

_marks = itertools.count()


def compare() -> object:
    return runs().guild.compare()


def ids() -> list[str]:
    return os.listdir(get_session().home.runs)


def stat_each() -> None:
    folder = get_session().home.runs
    for name in _names:
        os.stat(f"{folder}/{name}")


def refresh() -> None:
    assert get_session().index.refresh(), get_session().index.trouble


def time_after_changes(work: Callable[[], object]) -> float:
    """Change some runs, and time what comes after."""
    home, number = get_session().home, next(_marks)
    for name in _names[:: max(1, len(_names) // CHANGED)][:CHANGED]:
        write_attr(home.run_dir(name), "label", f"benchmark {number}")
        note_change(home, name)
    seconds = timed(work)()
    settle()
    return seconds


def settle() -> None:
    """Wait until nothing is so young that it is read again, and ask until all is warm that is asked for warm."""
    time.sleep(0.1)
    for _ in range(3):
        refresh()
        compare()


def build() -> float:
    """Build an index from nothing."""
    folder = tempfile.mkdtemp(prefix="guild-ipy-bench-", dir=os.environ["GUILD_IPY_CACHE"])
    index = Index(get_session().home, Settings(cache_dir=folder, index_few=0), settle_run)
    seconds = timed(index.refresh)()
    assert index.trouble is None, index.trouble
    index.close()
    shutil.rmtree(folder)
    return seconds


def read_files(read) -> None:
    """Only scan the folders, and read the files, that a listing with scalars needs."""
    with os.scandir(get_session().home.runs) as entries:
        paths = [entry.path for entry in entries]
    for path in paths:
        for folder in (path, path + "/.guild", path + "/.guild/attrs"):
            with os.scandir(folder) as entries:
                files = [
                    entry.path for entry in entries if entry.is_file() and entry.name not in {"output", "manifest"}
                ]
            for file in files:
                read(file)


def read_plainly(path: str) -> None:
    with open(path, "rb") as file:
        file.read()


def read_barely(path: str) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    os.read(descriptor, 65536)
    os.close(descriptor)


def dump() -> dict:
    """Give the comparison as plain columns, for those who shall hold the same table."""
    frame = compare()
    columns = {}
    for name, column in frame.items():
        kind = str(column.dtype)
        plain = column.astype("int64" if kind.startswith(("datetime", "timedelta")) else object).tolist()
        values = [None if is_missing else value for value, is_missing in zip(plain, column.isna(), strict=True)]
        columns[name] = [kind, values]
    with open(sys.argv[1], "w") as file:
        json.dump(columns, file)
    return {"rows": len(frame), "columns": len(frame.columns)}


_names: list[str] = []


def leave_directories_alone() -> None:
    """Look for no changes in the background: most runs of a simulated index have no directory."""
    context = get_session()
    set_session(Session(replace(context.settings, index_few=0)))


if __name__ == "__main__":
    if "simulated" in sys.argv:
        leave_directories_alone()
    refresh()
    _names = ids()
    settle()
    answer(
        {
            "runs": timed(runs),
            "compare": timed(compare),
            "refresh": timed(refresh),
            "changed": lambda: time_after_changes(refresh),
            "compare changed": lambda: time_after_changes(compare),
            "stat each": timed(stat_each),
            "read plainly": timed(lambda: read_files(read_plainly)),
            "read barely": timed(lambda: read_files(read_barely)),
            "build": build,
            "dump": dump,
        }
    )
