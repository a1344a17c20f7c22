"""``label``: change what a run is called."""

from __future__ import annotations

from dataclasses import dataclass

from guild_ipy.api.changing.changed_runs import ChangedRuns, labeled_message
from guild_ipy.api.changing.label import LabelEdit, edit_labels
from guild_ipy.api.session import Session
from guild_ipy.arguments.option import option, repeated, switch
from guild_ipy.arguments.parser import Group
from guild_ipy.arguments.selection import RunSelection, many_runs
from guild_ipy.arguments.verb import Verb

_CHANGES = Group(title="changes", description="One of them.", one_of=True, required=True)


@dataclass(frozen=True, kw_only=True)
class Label:
    """Which runs to label, and how; exactly one change is given."""

    set: str | None = option(
        "-s", "--set", metavar="TEXT", help="use this label; ${NAME} in it is a flag", group=_CHANGES
    )
    append: str | None = option("-a", "--append", metavar="TEXT", help="put text behind the label", group=_CHANGES)
    prepend: str | None = option("-p", "--prepend", metavar="TEXT", help="put text before the label", group=_CHANGES)
    remove: tuple[str, ...] = repeated(
        "-rm", "--remove", metavar="TEXT", help="take whole words out of the label; may be repeated", group=_CHANGES
    )
    clear: bool = switch("-c", "--clear", help="take the label away", group=_CHANGES)
    selection: RunSelection = many_runs(label_option="--filter-label")

    @property
    def edit(self) -> LabelEdit:
        """The change."""
        remove = self.remove or None
        return LabelEdit(set=self.set, append=self.append, prepend=self.prepend, remove=remove, clear=self.clear)

    def carry_out(self, session: Session) -> ChangedRuns:
        """Change the labels; the text says which have become which."""
        runs = self.selection.find(session)
        before = [run.label or "" for run in runs]
        done = ChangedRuns(runs, labeled_message(runs, before, edit_labels(session, runs, self.edit)))
        return done.explained(session, self.selection.filter)


VERB = Verb(
    name="label",
    options=Label,
    words="[RUN ...]",
    summary="Change the label of runs.",
    details="Without RUN the newest.",
)
