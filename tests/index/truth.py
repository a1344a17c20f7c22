"""What an index must say, and what may happen to its runs."""

from __future__ import annotations

import os
from collections.abc import Callable

from guild_ipy.domain.choosing.run_filter import EVERY, RunFilter
from guild_ipy.index.index import Index
from guild_ipy.index.queries.column_table import RUN_FIELDS, Field, Table
from guild_ipy.settings import Settings
from guild_ipy.store.events.scalar_summaries import summarize
from guild_ipy.store.files.attrs import write_attr
from guild_ipy.store.guild_home import Home
from guild_ipy.store.run_dir import RunDir
from tests.directories import list_runs, read_table


def assert_right(index: Index, *, full: bool = False) -> None:
    """Check that the index says what the directories say, and that it was the index that said so."""
    assert index.refresh(full=full), index.trouble
    records = index.records(EVERY)
    assert records == list_runs(index.home, EVERY)
    run_dirs = [record.dir for record in records]
    assert repr(index.summaries(run_dirs)) == repr([summarize(run_dir) for run_dir in run_dirs])
    assert index.trouble is None, index.trouble


def runs_of(index: Index) -> list[RunDir]:
    return [record.dir for record in list_runs(index.home, EVERY)]


def overwrite(path: str, content: str) -> None:
    """Write a file in place, as Guild AI and editors do, at a time that cannot be told from the last."""
    before = os.stat(path) if os.path.exists(path) else None
    with open(path, "w") as file:
        file.write(content)
    if before is not None:
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def make_run(home: Home, name: str = "f" * 32, **attrs: object) -> RunDir:
    run_dir = home.run_dir(name)
    os.makedirs(run_dir.attrs)
    with open(run_dir.opref, "w") as file:  # first, as Guild AI does, which holds no `alive` while it makes a run
        file.write("func:lab.ipynb '' '' train")
    for attr, value in {"id": name, **attrs}.items():
        write_attr(run_dir, attr, value)
    return run_dir


def database_of(settings: Settings) -> str:
    (folder,) = os.scandir(f"{settings.cache_dir}/index")
    return f"{folder.path}/index.db"


def wait_until_settled(index: Index) -> None:
    """Wait until no file of a run is so young that a change could hide in its stamp."""
    while index._live.ask(lambda reader: reader.state().unsettled):
        continue


def everything(names: Callable[[str], list[str]]) -> list[Field]:
    values = [Field(kind, name) for kind in ("flag", "attr") for name in names(kind)]
    scalars = [Field("scalar", name, part) for name in names("scalar") for part in ("last", "first_step", "avg")]
    return [*(Field("run", name) for name in RUN_FIELDS), *values, *scalars]


def show(table: Table) -> dict[Field, str]:
    return {field: repr(column.to_list(table.numbers)) for field, column in table.columns.items()}


def assert_table_right(index: Index, run_filter: RunFilter = EVERY) -> None:
    """Check that the index says what the directories say, also from what it has stored."""
    truth = show(read_table(index.home, everything, run_filter))
    for _ in range(2):
        assert show(index.table(everything, run_filter)) == truth
        assert index.trouble is None, index.trouble
