"""The verb ``select``."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence

from guild_ipy.arguments.filters import add_deleted, add_filters, read_filter
from guild_ipy.arguments.parser import VerbParser
from guild_ipy.arguments.tokens import ObjectToken, QuotedToken
from guild_ipy.arguments.verb import Verb
from guild_ipy.domain.best import Best
from guild_ipy.domain.run_filter import RunFilter
from guild_ipy.errors import UsageError
from guild_ipy.frozen import frozen, replace


@frozen
class SelectArguments:
    """Which runs to select, and what to give of them."""

    filter: RunFilter
    best: Best | None = None
    explain: bool = False
    """Say for each run why it is selected or not."""
    frame: bool = False
    """Give a table in place of ids."""

    @property
    def is_one(self) -> bool:
        """Whether exactly one run is asked for."""
        return self.best is not None and self.filter.limit is None

    def __post_init__(self) -> None:
        """Refuse what does not go together."""
        if self.explain and (self.best is not None or self.frame):
            raise UsageError("select: --explain goes with an expression, not with --min, --max or --frame")


def make_best(least: str | None, greatest: str | None, *, verb: str = "select") -> Best | None:
    """Read the two options, of which one can be given."""
    if least is not None and greatest is not None:
        raise UsageError(f"{verb}: --min and --max are two things; give one of them")
    if least is None and greatest is None:
        return None
    return Best(name=_full_name(least or greatest or ""), greatest=least is None)


def _full_name(name: str) -> str:
    """Write ``=lr`` and ``.time``, as columns are written, in the select language."""
    kind = {"=": "flag:", ".": "attr:"}.get(name[:1])
    return name if kind is None else kind + name[1:].strip()


def _declare(parser: VerbParser) -> None:
    parser.add_argument("words", nargs="*", metavar="EXPR", help="which runs, such as: loss < 0.5 and completed")
    group = parser.add_argument_group("what to give", "Ids, the newest first, unless it is one of these.")
    group.add_argument("--min", metavar="NAME", help="the id of the run with the least NAME, such as loss")
    group.add_argument("--max", metavar="NAME", help="the id of the run with the greatest NAME, such as last val#acc")
    group.add_argument("--frame", action="store_true", help="a table, as runs gives it")
    group.add_argument("--explain", action="store_true", help="for each run, which part of EXPR dropped it")
    add_filters(parser)
    add_deleted(parser)


def _read(namespace: argparse.Namespace) -> SelectArguments:
    run_filter = read_filter(namespace)
    if namespace.words:
        if run_filter.where is not None:
            raise UsageError("select: EXPR and --where are the same; give one of them")
        run_filter = replace(run_filter, where=join_words(namespace.words))
    return SelectArguments(
        filter=run_filter,
        best=make_best(namespace.min, namespace.max),
        explain=namespace.explain,
        frame=namespace.frame,
    )


def join_words(words: Sequence[str]) -> str:
    """Give the expression that was split into words; quotes that the splitting took are put back.

    Examples
    --------
    >>> join_words(["label", "=", "a b"]), join_words(["label = x"])
    ('label = "a b"', 'label = x')
    >>> join_words(["op", "in", "[train, 'ser*']"])
    "op in [train, 'ser*']"
    """
    return str(words[0]) if len(words) == 1 else " ".join(map(_written, words))


def _written(word: str) -> str:
    if isinstance(word, QuotedToken):
        return word.written
    if isinstance(word, ObjectToken):
        value = format_value(word.value)
        return f"{word.name}={value}" if word.name else value
    if word[:1] == "[" and word[-1:] == "]":  # a list, whose own quotes are there
        return str(word)
    return format_value(str(word)) if not word or any(map(str.isspace, word)) else str(word)


def format_value(value: object) -> str:
    """Write a value of the notebook as the select language reads it."""
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "undefined"}[value]
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(format_value, value))}]"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else str(value)


SELECT = Verb(
    name="select",
    words="[EXPR]",
    summary="Give the ids of the runs that an expression selects.",
    details="EXPR is a test of names of runs, or several with and, or, not: lr < 0.1 and completed. "
    "With --min or --max it is one id, or as many as --limit says, the best first.",
    declare=_declare,
    read=_read,
)
