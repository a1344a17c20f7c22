"""The verb ``select``."""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Sequence

from guild_ipy.arguments.best import read_best
from guild_ipy.arguments.completes import Completes
from guild_ipy.arguments.filters import add_deleted, add_filters, read_filter
from guild_ipy.arguments.old_verb import Verb
from guild_ipy.arguments.parser import VerbParser, add_json
from guild_ipy.arguments.tokens import ObjectToken, QuotedToken, token_value
from guild_ipy.domain.best import Best
from guild_ipy.domain.run_filter import RunFilter
from guild_ipy.errors import UsageError
from guild_ipy.frozen import frozen, replace

TYPE_CHECKING = False  # typing.TYPE_CHECKING, without loading typing
if TYPE_CHECKING:
    from guild_ipy.api.selection import RunRef

#: An id or its beginning, an index, or a range of them.
_REF = re.compile(r"[0-9a-f]{1,32}|[0-9]*:[0-9]*")


@frozen
class SelectArguments:
    """Which runs to select, and what to give of them."""

    filter: RunFilter
    best: Best | None = None
    explain: bool = False
    """Say for each run why it is selected or not."""
    frame: bool = False
    """Give a table in place of ids."""
    refs: tuple[RunRef, ...] = ()
    """Runs that are named, in place of an expression."""
    attr: str | None = None
    """Give an attribute of each in place of its id."""
    path: bool = False
    """Give the directory of each in place of its id."""
    short_id: bool = False
    json: bool = False

    @property
    def is_one(self) -> bool:
        """Whether exactly one run is asked for."""
        if self.best is not None:
            return self.filter.limit is None
        return len(self.refs) == 1 and not (isinstance(self.refs[0], str) and ":" in self.refs[0])

    @property
    def is_plain(self) -> bool:
        """Whether nothing but ids that an expression selects are asked for: they can be had without a session."""
        return self == SelectArguments(filter=self.filter, best=self.best)

    def __post_init__(self) -> None:
        """Refuse what does not go together."""
        if self.explain and (self.best is not None or self.frame):
            raise UsageError("select: --explain goes with an expression, not with --min, --max or --frame")
        given = {
            "--attr": self.attr is not None,
            "--path": self.path,
            "--short-id": self.short_id,
            "--frame": self.frame,
            "--explain": self.explain,
        }
        ways = [option for option, is_given in given.items() if is_given]
        if len(ways) > 1:
            raise UsageError(f"select: {ways[0]} and {ways[1]} are two things; give one of them")
        if self.json and self.frame:
            raise UsageError("select: --json and --frame are two things; runs --json lists what a frame has")


def _declare(parser: VerbParser) -> None:
    help_of_words = "which runs, such as: loss < 0.5 and completed; or their ids or indexes: 1 3f2a1b4c 2:4"
    parser.completions |= {"words": Completes.NAMES, "min": Completes.NAMES, "max": Completes.NAMES}
    parser.add_argument("words", nargs="*", metavar="EXPR", help=help_of_words)
    group = parser.add_argument_group("what to give", "Ids, the newest first, unless it is one of these.")
    group.add_argument("--min", metavar="NAME", help="the id of the run with the least NAME: loss, =FLAG, .ATTR")
    group.add_argument("--max", metavar="NAME", help="the id of the run with the greatest NAME, such as last val#acc")
    group.add_argument("-a", "--attr", metavar="NAME", help="an attribute of each run: operation, label, status, ...")
    group.add_argument("-p", "--path", "--dir", action="store_true", help="the directory of each run")
    group.add_argument("-s", "--short-id", action="store_true", help="the first eight digits of each id")
    group.add_argument("--frame", action="store_true", help="a table, as runs gives it")
    group.add_argument("--explain", action="store_true", help="for each run, which part of EXPR dropped it")
    add_json(parser)
    add_filters(parser)
    add_deleted(parser)


def _read(namespace: argparse.Namespace) -> SelectArguments:
    run_filter = read_filter(namespace)
    refs = _read_refs(namespace.words)
    if namespace.words and not refs:
        if run_filter.where is not None:
            raise UsageError("select: EXPR and --where are the same; give one of them")
        run_filter = replace(run_filter, where=join_words(namespace.words))
    return SelectArguments(
        filter=run_filter,
        best=read_best(namespace.min, namespace.max, verb="select"),
        explain=namespace.explain,
        frame=namespace.frame,
        refs=refs,
        attr=namespace.attr,
        path=namespace.path,
        short_id=namespace.short_id,
        json=namespace.json,
    )


def _read_refs(words: Sequence[str]) -> tuple[RunRef, ...]:
    """Return the runs that words name; none where the words are an expression, which such words alone never are."""
    values = list(map(token_value, words))
    if not values or not all(map(names_run, values)):
        return ()
    from guild_ipy.arguments.selection import flatten_refs  # start-up cost: most ask for an expression

    return flatten_refs(values)


def names_run(value: object) -> bool:
    """Whether a value is an index, an id or the beginning of one, a run, or a list or frame of runs."""
    if isinstance(value, str):
        return _REF.fullmatch(value) is not None
    return not isinstance(value, bool | float | dict | None)


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
    details="EXPR is a test of names of runs, or several with and, or, not: lr < 0.1 and completed; or ids or indexes. "
    "With --min or --max it is one id, or as many as --limit says, the best first.",
    declare=_declare,
    read=_read,
)
