"""Which runs a verb is about: words that name runs, and filters."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import dropwhile
from typing import Literal, TypeAlias

from guild_ipy.api.handle import Run
from guild_ipy.api.selection import RunRef
from guild_ipy.arguments.filters import read_filter
from guild_ipy.arguments.parser import VerbParser
from guild_ipy.arguments.tokens import token_value
from guild_ipy.domain.run_filter import RunFilter
from guild_ipy.errors import UsageError

#: What stands in expressions, and not in names of runs.
_OPERATOR = re.compile(r"[<>=]")

Default: TypeAlias = Literal["latest", "all", "none"]


@dataclass(frozen=True, kw_only=True)
class RunSelection:
    """The runs that a verb is about."""

    refs: tuple[RunRef, ...] = ()
    """Ids, beginnings of ids, indexes (1 is the newest that passes the filter) and runs."""
    filter: RunFilter = field(default_factory=RunFilter)
    default: Default = "latest"
    """What is meant when nothing is named."""


def add_refs(parser: VerbParser, *, many: bool) -> None:
    """Declare the words that name runs."""
    what = "id, beginning of an id, or index in the filtered list (1 is the newest)"
    parser.add_argument("refs", nargs="*" if many else "?", metavar="RUN", help=what)


def read_selection(namespace: argparse.Namespace, *, default: Default = "latest") -> RunSelection:
    """Build the selection of parsed words and options."""
    refs = [namespace.refs] if isinstance(namespace.refs, str) else namespace.refs or []
    _check_expression(refs)
    return RunSelection(refs=flatten_refs(map(token_value, refs)), filter=read_filter(namespace), default=default)


def _check_expression(words: Sequence[str]) -> None:
    """Refuse an expression in the place of runs."""
    if any(_OPERATOR.search(word) for word in words if type(word) is str):
        text = " ".join(dropwhile(str.isdecimal, words))
        raise UsageError(f"an expression is given by --where, in quotes: --where {text!r}")


def flatten_refs(refs: Iterable[object]) -> tuple[RunRef, ...]:
    """Put the members of lists, tuples and columns among `refs` in their place.

    Raises
    ------
    UsageError
        If there are no members: what is meant where no run is named would be taken for what is meant here.
    """
    given = list(refs)
    flat = tuple(_flatten(given))
    if given and not flat:
        raise UsageError("the list or frame that should name runs is empty")
    return flat


def _flatten(refs: Iterable[object]) -> Iterator[RunRef]:
    for ref in refs:
        if isinstance(ref, str | int | Run):
            yield ref
        elif "run" in getattr(ref, "columns", ()):
            yield from _flatten(ref["run"])  # type: ignore[index] # a frame of runs; this layer has no pandas
        elif isinstance(ref, Iterable):
            yield from _flatten(ref)
        else:
            raise UsageError(f"a run is named by id, index or Run, not by {type(ref).__name__}")
