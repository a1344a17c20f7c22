"""The runs that a verb works on: words that name runs, and filters."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import dropwhile
from typing import Any, Literal, TypeAlias

from guild_ipy.arguments.filter_options import add_deleted, add_filters, read_filter
from guild_ipy.arguments.option import part
from guild_ipy.arguments.parser import Completes, VerbParser
from guild_ipy.arguments.tokens import token_value
from guild_ipy.domain.choosing.run_filter import EVERY, RunFilter
from guild_ipy.errors import UsageError
from guild_ipy.session.run_handle import Run
from guild_ipy.session.run_refs import RunRef, list_runs, select_runs
from guild_ipy.session.session import Session

#: Operators of expressions, which are not part of the name of any run.
_OPERATOR = re.compile(r"[<>=]")

Default: TypeAlias = Literal["latest", "all", "none"]


@dataclass(frozen=True, kw_only=True)
class RunSelection:
    """The runs that a verb works on."""

    refs: tuple[RunRef, ...] = ()
    """Ids, beginnings of ids, indexes (1 is the newest that passes the filter) and runs."""
    filter: RunFilter = field(default_factory=RunFilter)
    default: Default = "latest"
    """The runs of the filter that count where none is named."""

    @classmethod
    def of(
        cls, *refs: object, where: str | None = None, default: Default = "latest", deleted: bool = False
    ) -> RunSelection:
        """Make the selection of a call in Python: ids, indexes, runs, and lists and frames of them."""
        return cls(refs=flatten_refs(refs), filter=RunFilter(where=where, deleted=deleted), default=default)

    @classmethod
    def of_one(cls, ref: RunRef | None, *, where: str | None = None, deleted: bool = False) -> RunSelection:
        """Make the selection of a call in Python that takes one run; None means the newest."""
        return cls.of(*() if ref is None else (ref,), where=where, deleted=deleted)

    @property
    def is_named(self) -> bool:
        """Whether it names runs, or says that there are none; else the verb has a rule."""
        return bool(self.refs) or self.default == "none"

    def check_named(self, verb: str) -> None:
        """Refuse neither names nor filters, for a verb that shall not take all runs by default."""
        if not self.is_named and replace(self.filter, deleted=False) == EVERY:
            raise UsageError(f"{verb}: no run is named; name runs, or filters that choose them")

    def find(self, session: Session) -> list[Run]:
        """Return the runs; the list can be empty only where all runs of a filter are selected."""
        if not self.refs and self.default == "all":
            return list_runs(session, self.filter)
        return select_runs(session, self.refs, self.filter, default=self.default)

    def find_one(self, session: Session) -> Run:
        """Return the first run that is named, else the newest."""
        return self.find(session)[0]


def many_runs(
    *,
    deleted: bool = False,
    label_option: str = "--label",
    comment_option: str = "--comment",
    default: Default = "latest",
) -> Any:  # noqa: ANN401 - as `option`
    """Declare the field of a verb that works on runs: words that name them, and filters.

    Parameters
    ----------
    deleted
        Whether the verb can look at the trash.
    label_option, comment_option
        Another name for the filter ``--label`` or ``--comment`` where that has another meaning.
    default
        The runs of the filter that count where none is named.
    """
    declare = partial(_declare, many=True, deleted=deleted, label_option=label_option, comment_option=comment_option)
    return part(declare, partial(read_selection, default=default), default=partial(RunSelection, default=default))


def deleted_runs() -> Any:  # noqa: ANN401 - as `option`
    """Declare the field of a verb that works on runs in the trash: all that pass the filters, if none is named."""

    def declare(parser: VerbParser) -> None:
        _declare(parser, many=True, deleted=False)
        parser.completions["refs"] = Completes.DELETED_RUNS

    def read(namespace: argparse.Namespace) -> RunSelection:
        selection = read_selection(namespace, default="all")
        return replace(selection, filter=replace(selection.filter, deleted=True))

    return part(declare, read, default=partial(RunSelection.of, default="all", deleted=True))


def _accept(word: str) -> None:
    """Let a word pass."""


def one_run(*, deleted: bool = False, check_word: Callable[[str], None] = _accept) -> Any:  # noqa: ANN401 - as `option`
    """Declare the field of a verb that works on one run, the newest if none is named; see :func:`many_runs`.

    `check_word` may refuse the word that names it.
    """

    def read(namespace: argparse.Namespace) -> RunSelection:
        if type(namespace.refs) is str:
            check_word(namespace.refs)
        return read_selection(namespace)

    return part(partial(_declare, many=False, deleted=deleted), read, default=RunSelection)


def _declare(
    parser: VerbParser,
    *,
    many: bool,
    deleted: bool,
    label_option: str = "--label",
    comment_option: str = "--comment",
) -> None:
    _add_refs(parser, many=many)
    add_filters(parser, label_option=label_option, comment_option=comment_option)
    if deleted:
        add_deleted(parser)


def _add_refs(parser: VerbParser, *, many: bool) -> None:
    help_of_run = "id, beginning of an id, or index in the filtered list (1 is the newest)"
    parser.add_argument("refs", nargs="*" if many else "?", metavar="RUN", help=help_of_run)
    parser.completions["refs"] = Completes.RUNS


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
        If a list or frame names no run: that must not count as if no run had been named.
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
