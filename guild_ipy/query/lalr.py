"""Reads expressions by the tables that lark has made of the grammar: as lark does, and sooner."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from guild_ipy.query.builder import NodeBuilder
from guild_ipy.query.tables import Tables, read_tables

_END = "$END"


class Unexpected(Exception):
    """What stands somewhere cannot stand there; lark is asked for the reason."""


class Token(str):
    """A word of an expression, and where it stands."""

    __slots__ = ("end_pos", "start_pos", "type")

    type: str
    start_pos: int
    end_pos: int

    @classmethod
    def of(cls, text: str, kind: str, start: int) -> Token:
        """Make it."""
        token = cls(text)
        token.type, token.start_pos, token.end_pos = kind, start, start + len(text)
        return token


class Reader:
    """Reads by tables, and builds nodes."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._builder = NodeBuilder()
        self._ignored = frozenset(tables["ignored"])
        self._scanners: dict[frozenset[str], re.Pattern[str]] = {}

    def read(self, text: str, start: str) -> Any:  # noqa: ANN401 - a node, or a name
        """Read the whole of `text`; Unexpected if it cannot be read."""
        first, end = self._tables["starts"][start]
        states, symbols = [first], list[Any]()
        position = 0
        while True:
            token = self._next(text, position, states[-1])
            kind = _END if token is None else token.type
            while (action := self._tables["states"][states[-1]].get(kind)) is not None and action < 0:
                self._reduce(-1 - action, states, symbols)
                if token is None and states[-1] == end:
                    return symbols[-1]
            if action is None or token is None:
                raise Unexpected
            states.append(action)
            symbols.append(token)
            position = token.end_pos

    def _next(self, text: str, position: int, state: int) -> Token | None:
        scan = self._scanner(state).match
        while position < len(text):
            found = scan(text, position)
            if found is None or found.lastgroup is None:
                raise Unexpected
            if found.lastgroup not in self._ignored:
                return Token.of(found[0], found.lastgroup, position)
            position = found.end()
        return None

    def _scanner(self, state: int) -> re.Pattern[str]:
        """Give the regular expression of what can come next."""
        accepted = frozenset(self._tables["states"][state]) | self._ignored
        scanner = self._scanners.get(accepted)
        if scanner is None:
            parts = [f"(?P<{name}>{pattern})" for name, pattern in self._tables["terminals"] if name in accepted]
            scanner = self._scanners[accepted] = re.compile("|".join(parts))
        return scanner

    def _reduce(self, rule: int, states: list[int], symbols: list[Any]) -> None:
        symbol, kept, several, method, may_be_one = self._tables["rules"][rule]
        parts: list[Any] = []
        if kept:
            for part, is_kept, is_several in zip(symbols[-len(kept) :], kept, several, strict=True):
                if is_several:
                    parts.extend(part)
                elif is_kept:
                    parts.append(part)
            del states[-len(kept) :], symbols[-len(kept) :]
        if method is None:
            symbols.append(parts)
        elif may_be_one and len(parts) == 1:
            symbols.append(parts[0])
        else:
            symbols.append(getattr(self._builder, method)(parts))
        states.append(self._tables["states"][states[-1]][symbol])


@lru_cache(maxsize=1)
def load_reader() -> Reader:
    """Give the reader of expressions."""
    return Reader(read_tables())
