"""``select``: find the runs that an expression selects."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from guild_ipy.arguments.expression_words import join_words, read_refs
from guild_ipy.arguments.filter_options import add_deleted, add_filters, read_best, read_filter
from guild_ipy.arguments.option import json_switch, option, part, switch
from guild_ipy.arguments.parser import Completes, Group, VerbParser
from guild_ipy.arguments.verb import Verb
from guild_ipy.domain.choosing.best import Best
from guild_ipy.domain.choosing.run_filter import RunFilter
from guild_ipy.domain.ids import SHORT_ID_LENGTH
from guild_ipy.domain.values.flags import plain_text
from guild_ipy.errors import RunNotFound, UsageError, suggest
from guild_ipy.printable import printable
from guild_ipy.session.matching import Explanation, explain, select_ids
from guild_ipy.session.session import Session
from guild_ipy.view.plain_values import run_values
from guild_ipy.view.run_lines import format_runs, format_time

if TYPE_CHECKING:
    from guild_ipy.session.run_handle import Run
    from guild_ipy.session.run_refs import RunRef

_GIVEN = Group(title="what to give", description="Ids, the newest first, unless it is one of these.")
_WORDS = "which runs, such as: loss < 0.5 and completed; or their ids or indexes: 1 3f2a1b4c 2:4"
#: Attributes that a terminal shows as listings show them.
_TIMES = frozenset({"started", "stopped", "initialized"})
#: More runs than there are.
_ALL = 2**31


def _declare_words(parser: VerbParser) -> None:
    parser.add_argument("words", nargs="*", metavar="EXPR", help=_WORDS)
    parser.completions["words"] = Completes.NAMES


def _declare_filter(parser: VerbParser) -> None:
    add_filters(parser)
    add_deleted(parser)


def _read_filter(namespace: argparse.Namespace) -> RunFilter:
    """Read the filters; words that name no runs are an expression."""
    given = read_filter(namespace)
    if not namespace.words or read_refs(namespace.words):
        return given
    if given.where is not None:
        raise UsageError("select: EXPR and --where are the same; give one of them")
    return replace(given, where=join_words(namespace.words))


@dataclass(frozen=True, kw_only=True)
class SelectRuns:
    """Which runs to select, and which of their values to return."""

    refs: tuple[RunRef, ...] = part(_declare_words, lambda namespace: read_refs(namespace.words), default=tuple)
    """Runs that are named, in place of an expression."""
    min: str | None = option(
        "--min",
        metavar="NAME",
        help="the id of the run with the least NAME: loss, =FLAG, .ATTR",
        group=_GIVEN,
        completes=Completes.NAMES,
    )
    max: str | None = option(
        "--max",
        metavar="NAME",
        help="the id of the run with the greatest NAME, such as last val#acc",
        group=_GIVEN,
        completes=Completes.NAMES,
    )
    attr: str | None = option(
        "-a", "--attr", metavar="NAME", help="an attribute of each run: operation, label, status, ...", group=_GIVEN
    )
    path: bool = switch("-p", "--path", "--dir", help="the directory of each run", group=_GIVEN)
    short_id: bool = switch("-s", "--short-id", help="the first eight digits of each id", group=_GIVEN)
    frame: bool = switch("--frame", help="a table, as runs gives it", group=_GIVEN)
    explain: bool = switch("--explain", help="for each run, which part of EXPR dropped it", group=_GIVEN)
    json: bool = json_switch()
    filter: RunFilter = part(_declare_filter, _read_filter, default=RunFilter)

    def __post_init__(self) -> None:
        """Refuse options that contradict each other."""
        best = self.best  # refuses two rules
        if self.explain and (best is not None or self.frame):
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

    @property
    def best(self) -> Best | None:
        """The rule by which the best is chosen."""
        return read_best(self.min, self.max, verb="select")

    @property
    def sought(self) -> RunFilter | None:
        """The filter, unless runs are named."""
        return None if self.refs else self.filter

    @property
    def is_one(self) -> bool:
        """Whether exactly one run is asked for."""
        if self.best is not None:
            return self.filter.limit is None
        return len(self.refs) == 1 and not (isinstance(self.refs[0], str) and ":" in self.refs[0])

    def find_ids(self, session: Session) -> list[str]:
        """Return the ids of the runs that are named or selected; with a rule the best, the best first.

        Raises
        ------
        RunNotFound
            For a name of no run, or if there is no best run.
        """
        if not self.refs:
            return select_ids(session.index, self.filter, self.best)
        limit = self.filter.limit
        ids = [run.id for run in _find_runs(session, self.refs, replace(self.filter, limit=None))]
        if self.best is None:
            return ids[:limit]
        every = RunFilter(deleted=self.filter.deleted, limit=_ALL)
        ranked = [each for each in select_ids(session.index, every, self.best) if each in set(ids)]
        if not ranked:
            raise RunNotFound(self.best.name, "none of the runs that are named has a number there")
        return ranked[: 1 if limit is None else limit]

    def find(self, session: Session) -> Any:  # noqa: ANN401 - attributes are of any type
        """Return ids or attributes of the runs, that of the one asked for, or why each run is selected."""
        if self.explain:
            return explain(session, self.filter)
        found: list[Any] = self.find_ids(session)
        if self.short_id:
            found = [each[:SHORT_ID_LENGTH] for each in found]
        elif self.path or self.attr is not None:
            runs = self._runs(session, found)
            found = [each.dir.path if self.attr is None else _attribute_of(each, self.attr) for each in runs]
        return found[0] if self.is_one else found

    def carry_out(self, session: Session) -> str | list[Any]:
        """Return the ids or values as lines of text; for a frame a table."""
        if self.frame:
            found = self._runs(session, self.find_ids(session))
            return format_runs(found) if found else ""
        found = self.find(session)
        if self.json:
            return _explanation_values(found) if self.explain else [found] if self.is_one else found
        return "\n".join(map(self._text, [found] if self.is_one else found))

    def _text(self, value: Any) -> str:  # noqa: ANN401 - attributes are of any type
        if value and self.attr in _TIMES:
            return format_time(value)
        return printable(str(value) if self.explain else plain_text("" if value is None else value))

    def _runs(self, session: Session, ids: list[str]) -> list[Run]:
        return _find_runs(session, ids, RunFilter(deleted=self.filter.deleted))


def _find_runs(session: Session, refs: Sequence[RunRef], run_filter: RunFilter) -> list[Run]:
    from guild_ipy.session.run_refs import select_runs  # start-up cost: most ask for ids, by an expression

    return select_runs(session, refs, run_filter, default="none")


def _attribute_of(found: Run, name: str) -> Any:  # noqa: ANN401 - attributes are of any type
    """Return the value that a listing shows under a name, else the attribute of that name."""
    listed = {**run_values(found), "short_id": found.short_id}
    attr = name.removeprefix(".")
    if attr in listed:
        return listed[attr]
    if attr in found.attr_names():
        return found.get(attr)
    known = suggest(name, [*listed, *found.attr_names()])
    raise UsageError(f"run {found.short_id} has no attribute {name!r}{known}")


def _explanation_values(found: Sequence[Explanation]) -> list[dict[str, Any]]:
    """Return the plain values of explanations: whether each run is selected, and which clause dropped it."""
    return [
        {
            "id": each.run.id,
            "selected": each.dropped is None,
            "dropped_by": None if each.dropped is None else each.dropped.clause,
            "found": None if each.dropped is None else each.dropped.found,
        }
        for each in found
    ]


VERB = Verb(
    name="select",
    options=SelectRuns,
    words="[EXPR]",
    summary="Give the ids of the runs that an expression selects.",
    details="EXPR is a test of names of runs, or several with and, or, not: lr < 0.1 and completed; or ids or indexes. "
    "With --min or --max it is one id, or as many as --limit says, the best first.",
)
