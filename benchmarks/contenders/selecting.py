"""Selecting by the index, and by hand-written SQL on the same database: ``python selecting.py EXPRESSION``."""

import glob
import os
import sqlite3
import sys
from collections.abc import Callable, Mapping

from answering import answer, timed

from guild_ipy.domain.choosing.best import Best
from guild_ipy.domain.choosing.run_filter import RunFilter
from guild_ipy.session.matching import select_ids
from guild_ipy.session.session import get_session

NEWEST = "completed and lr < 0.5 and act = relu and loss < 0.8"

#: What an expert would write; the numbers of names are known, and nobody looks whether a run has changed.
BY_HAND = {
    "half": """
        select id from run where op in (select op from operation where json_extract(words, '$[0][4]') = 'train')
        and k in (select k from scalar where n = :loss and last < 0.5) order by time desc, id""",
    "newest": """
        select id from run where status = 'completed'
        and exists (select 1 from flag where n = :lr and k = run.k and v < 0.5)
        and exists (select 1 from flag where n = :act and k = run.k and v = 'relu')
        and exists (select 1 from scalar where n = :loss and k = run.k and last < 0.8)
        order by time desc, id limit 20""",
    "best": "select id from scalar join run using (k) where n = :loss and last is not null order by last limit 1",
}


def find_database() -> str:
    (found,) = glob.glob(f"{os.environ['GUILD_IPY_CACHE']}/index/*/index.db")
    return found


def by_hand(name: str) -> Callable[[], object]:
    connection = sqlite3.connect(f"file:{find_database()}?mode=ro", uri=True, isolation_level=None)
    names = {text: n for n, text in connection.execute("select n, text from name where text in ('lr', 'act', 'loss')")}
    return lambda: [id for (id,) in connection.execute(BY_HAND[name], names)]  # noqa: A001 - the word of the field


def main() -> None:
    index = get_session().index
    index.refresh()
    ours: Mapping[str, Callable[[], object]] = {
        "half": lambda: select_ids(index, RunFilter(where=sys.argv[1])),
        "newest": lambda: select_ids(index, RunFilter(where=NEWEST, limit=20)),
        "best": lambda: select_ids(index, best=Best(name="loss")),
    }
    theirs = {name: by_hand(name) for name in BY_HAND}
    for name, select in ours.items():
        found, expected = select(), theirs[name]()
        assert found == expected, name
    words = {f"ours {name}": timed(select) for name, select in ours.items()}
    words |= {f"hand {name}": timed(select) for name, select in theirs.items()}
    words["ready"] = lambda: 0.0
    answer(words)


if __name__ == "__main__":
    main()
