"""``restage``: stage a run again with other flags, as the next to be started."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from guild_ipy.arguments.command_words import parse_flags
from guild_ipy.arguments.option import part, switch
from guild_ipy.arguments.parser import Completes, VerbParser
from guild_ipy.arguments.run_selection import flatten_refs
from guild_ipy.arguments.tokens import token_value
from guild_ipy.arguments.verb import Verb
from guild_ipy.errors import UsageError
from guild_ipy.scheduling.restaging import restage
from guild_ipy.session.run_handle import Run
from guild_ipy.session.run_refs import select_run
from guild_ipy.session.session import Session
from guild_ipy.session.viewer import Viewer
from guild_ipy.view.changed_runs import ChangedRuns, count_runs, name_runs


def _declare(parser: VerbParser) -> None:
    parser.add_argument("words", nargs="*", metavar="RUN FLAG=VALUE", help="the run, and its new flags")
    parser.completions["words"] = Completes.RUNS


def _read_run(namespace: argparse.Namespace) -> object | None:
    return token_value(namespace.words[0]) if namespace.words and "=" not in namespace.words[0] else None


def _read_flags(namespace: argparse.Namespace) -> Mapping[str, object]:
    return parse_flags(namespace.words if _read_run(namespace) is None else namespace.words[1:])


@dataclass(frozen=True, kw_only=True)
class Restage:
    """Which run to stage again, and with which flags."""

    run: object | None = part(_declare, _read_run, default=lambda: None)
    flags: Mapping[str, object] = part(None, _read_flags, default=dict)
    yes: bool = switch("-y", "--yes", help="do not ask")

    def __post_init__(self) -> None:
        """Refuse to restage a run that is not named."""
        if self.run is None:
            raise UsageError("restage: no run is named; name the run, and its new flags behind it")

    def follow(self, session: Session, viewer: Viewer) -> Run | None:
        """Stage the run again; None if the viewer declines."""
        return restage(session, select_run(session, flatten_refs([self.run])[0]), self.flags, viewer)


def report_restaged(runs: Sequence[Run]) -> ChangedRuns:
    """Say which runs were staged again."""
    verb = "is" if len(runs) == 1 else "are"
    return ChangedRuns(runs, f"Staged {count_runs(len(runs))} again: {name_runs(runs)}; {verb} next to be started")


VERB = Verb(
    name="restage",
    options=Restage,
    words="RUN [FLAG=VALUE ...]",
    summary="Stage a run again with other flags; it is the next that a queue starts.",
    details="RUN may be staged or have ended; what it left is taken away. A run at work is never restaged.",
)
