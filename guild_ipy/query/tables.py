"""The tables of the grammar, kept beside it: with them an expression is read without loading lark.

They are made anew after a change of the grammar: ``python -m guild_ipy.query.tables``. A test tells when that was
forgotten.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any, TypedDict
from zlib import crc32

if TYPE_CHECKING:
    from lark import Lark

PATH = os.path.join(os.path.dirname(__file__), "tables.json")


class Tables(TypedDict):
    """What lark has made of the grammar."""

    grammar: int
    """Checksum of its text."""
    terminals: list[tuple[str, str]]
    """Names and regular expressions; the first that fits counts."""
    ignored: list[str]
    rules: list[tuple[str, list[int], list[int], str | None, bool]]
    """The symbol; which of its parts are kept, and which of these stand for several; its method; whether one part can
    stand for all. Each rule has as many parts as the number of flags."""
    states: list[dict[str, int]]
    """For each symbol the next state, or -1 - rule for a rule that is complete."""
    starts: dict[str, tuple[int, int]]
    """Where reading begins, and where it is at its end."""


def read_tables() -> Tables:
    """Read them."""
    with open(PATH, encoding="utf-8") as file:
        tables: Tables = json.load(file)
    return tables


def make_tables() -> Tables:
    """Make them of the grammar."""
    from guild_ipy.query.grammar import GRAMMAR, load_parser  # not needed to read them

    parser: Any = load_parser()
    table = parser.parser.parser._parse_table  # noqa: SLF001 - lark keeps it to itself
    numbers = {state: number for number, state in enumerate(table.states)}
    actions = [(state, str(symbol), arg) for state, row in table.states.items() for symbol, (_, arg) in row.items()]
    rules = list(dict.fromkeys(arg for _, _, arg in actions if not isinstance(arg, int)))
    states: list[dict[str, int]] = [{} for _ in numbers]
    for state, symbol, arg in actions:
        states[numbers[state]][symbol] = numbers[arg] if isinstance(arg, int) else -1 - rules.index(arg)
    return Tables(
        grammar=checksum(GRAMMAR),
        terminals=[(each.name, each.pattern.to_regexp()) for each in _in_order(parser)],
        ignored=list(parser.ignore_tokens),
        rules=[_rule(rule) for rule in rules],
        states=states,
        starts={
            start: (numbers[state], numbers[table.end_states[start]]) for start, state in table.start_states.items()
        },
    )


def checksum(grammar: str) -> int:
    """Tell one text of the grammar from another."""
    return crc32(grammar.encode())


def _in_order(parser: Lark) -> list[Any]:
    def rank(terminal: Any) -> tuple[Any, ...]:  # noqa: ANN401 - lark's own order
        return -terminal.priority, -terminal.pattern.max_width, -len(terminal.pattern.value), terminal.name

    return sorted(parser.terminals, key=rank)


def _rule(rule: Any) -> tuple[str, list[int], list[int], str | None, bool]:  # noqa: ANN401 - lark's
    kept = [int(not (part.is_term and part.filter_out)) for part in rule.expansion]
    several = [int(not part.is_term and part.name.startswith("_")) for part in rule.expansion]
    name = str(rule.origin.name)
    method = None if name.startswith("_") else str(rule.alias or name)
    return name, kept, several, method, bool(rule.options.expand1 and not rule.alias)


if __name__ == "__main__":
    made = json.dumps(make_tables(), separators=(",", ":"))
    with open(PATH, "w", encoding="utf-8") as file:
        file.write(f"{made}\n")
