"""Numbers for the names of flags, attributes and scalars."""

from __future__ import annotations

import sqlite3

from guild_ipy.index.values import text_to_sql


class Names:
    """The table of names of an open index, within one transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection
        self._rows: dict[tuple[str, tuple[str, ...]], tuple[int, ...]] = {}
        self._scalars: dict[tuple[tuple[str, str], ...], tuple[int, ...]] = {}
        self._numbers = {(kind, text): n for n, kind, text in connection.execute("select n, kind, text from name")}

    def numbers(self, kind: str, texts: tuple[str, ...]) -> tuple[int, ...]:
        """Give the numbers of the names that a run has; most runs have the same."""
        found = self._rows.get((kind, texts))
        if found is None:
            found = self._rows[kind, texts] = tuple(self.number(kind, text) for text in texts)
        return found

    def scalars(self, names: tuple[tuple[str, str], ...]) -> tuple[int, ...]:
        """Give the numbers of scalars, which are given by name and prefix."""
        found = self._scalars.get(names)
        if found is None:
            found = self._scalars[names] = tuple(self.number("scalar", *each) for each in names)
        return found

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
