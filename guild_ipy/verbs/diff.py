"""``diff``: show what two runs differ in."""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace
from typing import Any

from guild_ipy.api.comparing.diff import diff, older_first
from guild_ipy.api.comparing.run_diff import Aspect, RunDiff
from guild_ipy.api.finding.selection import select_runs
from guild_ipy.api.looking.plain_values import diff_values
from guild_ipy.api.session import Session
from guild_ipy.arguments.option import json_switch, part
from guild_ipy.arguments.parser import VerbParser
from guild_ipy.arguments.selection import RunSelection, many_runs
from guild_ipy.arguments.verb import Verb

_TWO = 2


def _declare_aspects(parser: VerbParser) -> None:
    group = parser.add_argument_group("in what", "In all of these, unless some are named.")
    for each in Aspect:
        group.add_argument(
            f"--{each.value}", action="append_const", const=each, dest="aspects", help=f"in their {each.value}"
        )


def _read_aspects(namespace: argparse.Namespace) -> tuple[Aspect, ...]:
    return tuple(namespace.aspects or Aspect)


@dataclass(frozen=True, kw_only=True)
class DiffRuns:
    """Which two runs to compare, and in what."""

    aspects: tuple[Aspect, ...] = part(_declare_aspects, _read_aspects, default=lambda: tuple(Aspect))
    json: bool = json_switch()
    selection: RunSelection = many_runs(deleted=True, default="all")

    def carry_out(self, session: Session) -> RunDiff | dict[str, Any]:
        """Compare the two runs that are named, else the two newest that pass the filter."""
        found = self.compare(session)
        return diff_values(found) if self.json else found

    def compare(self, session: Session) -> RunDiff:
        """Return what they differ in."""
        selection = self.selection
        if selection.refs:
            return diff(select_runs(session, selection.refs, selection.filter), self.aspects)
        newest = replace(selection.filter, limit=min(_TWO, selection.filter.limit or _TWO))
        return diff(older_first(select_runs(session, (), newest, default="all")), self.aspects)


VERB = Verb(
    name="diff",
    options=DiffRuns,
    words="[RUN RUN]",
    summary="Show what two runs differ in.",
    details="Without RUN the two newest that pass the filters, the older one first.",
)
