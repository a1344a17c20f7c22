"""``stop``: end runs that are running."""

from __future__ import annotations

from dataclasses import dataclass, replace

from guild_ipy.api.changing.changed_runs import ChangedRuns, stopped_message
from guild_ipy.api.session import Session
from guild_ipy.api.stop import stop
from guild_ipy.api.viewer import Viewer
from guild_ipy.arguments.option import switch
from guild_ipy.arguments.selection import RunSelection, many_runs
from guild_ipy.arguments.verb import Question, Verb
from guild_ipy.domain.status import ACTIVE


@dataclass(frozen=True, kw_only=True)
class Stop:
    """Which runs to stop."""

    selection: RunSelection = many_runs(default="all")
    yes: bool = switch("-y", "--yes", help="do not ask")

    @property
    def meant(self) -> RunSelection:
        """The runs that are meant: where none is named all that are running."""
        selection = self.selection
        if selection.is_named or selection.filter.statuses:
            return selection
        return replace(selection, filter=replace(selection.filter, statuses=ACTIVE))

    def question(self, session: Session) -> Question | None:
        """Ask for the runs; a notebook stops them at once."""
        runs = [] if self.yes else self.meant.find(session)
        if not runs:
            return None
        agreed = replace(self, selection=replace(self.selection, refs=tuple(runs)))
        return Question(intent="stop", runs=runs, agreed=agreed)

    def follow(self, session: Session, viewer: Viewer) -> ChangedRuns:
        """Stop the runs, each after a line that says so."""
        runs = self.meant.find(session)
        stopped = stop(session, runs, lambda line: viewer.output(f"{line}\n"))
        done = ChangedRuns(stopped, stopped_message(stopped))
        return done if runs else done.explained(session, self.meant.filter)


VERB = Verb(
    name="stop",
    options=Stop,
    words="[RUN ...]",
    summary="Stop runs.",
    details="Without RUN all that are running. They are interrupted first, and killed only if they stay.",
)
