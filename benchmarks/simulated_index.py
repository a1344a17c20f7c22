"""An index of more runs than there are: its rows, copied under new ids in the database itself."""

import sqlite3

from guild_ipy.index.place import find_folder
from guild_ipy.store.guild_home import Home

#: Of two runs with one short id, frames would want to know whether the directories are there.
_SHORT_IDS = "(select substr(id, 1, 8) from run group by 1 having count(*) > 1)"


def multiply(home: str, cache_dir: str, times: int) -> int:
    """Have an index, that nobody uses, say that its home has about `times` as many runs; how many it has then."""
    path = find_folder(Home(home), cache_dir) + "/index.db"
    connection = sqlite3.connect(path, isolation_level=None)
    connection.executescript("begin immediate;")
    connection.execute("update meta set gen = gen + 1")
    (count,) = connection.execute("select max(k) from run").fetchone()
    copies = f"(with recursive c(i) as (select 1 union all select i + 1 from c where i + 1 < {times}) select i from c)"
    for table in ("run", "record", "state", "flag", "attr", "scalar"):
        columns = [row[1] for row in connection.execute(f"pragma table_info({table})")]
        shown = [_copied(table, column, count) for column in columns]
        order = "n, k + i" if "n" in columns else "i, k"
        connection.execute(f"insert into {table} select {', '.join(shown)} from {table}, {copies} order by {order}")
    connection.execute(f"delete from run where k > {count} and substr(id, 1, 8) in {_SHORT_IDS}")
    connection.execute("insert or replace into segment select distinct k >> 13, (select gen from meta) from run")
    (total,) = connection.execute("select count(*) from run").fetchone()
    connection.execute("commit")
    connection.close()
    return int(total)


def _copied(table: str, column: str, count: int) -> str:
    if column == "k":
        return f"k + i * {count}"
    if (table, column) == ("run", "id"):
        return f"printf('%08x', (k + i * {count}) * 2654435761 % 4294967296) || substr(id, 9)"
    if (table, column) == ("run", "time"):
        return "time - i"
    if (table, column) == ("run", "gen"):
        return "(select gen from meta)"
    return column
