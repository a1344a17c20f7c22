"""Numbers for the names of flags, attributes and scalars."""

from __future__ import annotations

import sqlite3

from guild_ipy.index.values import text_to_sql


class Names:
    """The table of names of an open index, within one transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection
        self._numbers = {(kind, text): n for n, kind, text in connection.execute("select n, kind, text from name")}

    def number(self, kind: str, text: str, prefix: str = "") -> int:
        """Give the number of a name; a new name gets one."""
        name = text_to_sql(text)
        n = self._numbers.get((kind, name))
        if n is None:
            row = (kind, name, text_to_sql(prefix))
            n = self._db.execute("insert into name(kind, text, prefix) values (?, ?, ?)", row).lastrowid
            assert n is not None, "a row has been written"
            self._numbers[kind, name] = n
        return n
