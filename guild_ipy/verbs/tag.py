"""``tag``: give runs words to find them by."""

from __future__ import annotations

from dataclasses import dataclass, replace

from guild_ipy.api.changing.changed_runs import ChangedRuns
from guild_ipy.api.changing.tag import TagEdit, TagList, edit_tags, list_tags, tagged_message
from guild_ipy.api.session import Session
from guild_ipy.arguments.completes import Completes
from guild_ipy.arguments.option import repeated, switch
from guild_ipy.arguments.selection import RunSelection, many_runs
from guild_ipy.arguments.verb import Verb
from guild_ipy.errors import UsageError


@dataclass(frozen=True, kw_only=True)
class Tag:
    """Which tags to add to runs, and which to remove."""

    add: tuple[str, ...] = repeated(
        "-a", "--add", metavar="TAG", help="add this tag; may be repeated", completes=Completes.TAGS
    )
    remove: tuple[str, ...] = repeated(
        "-d",
        "--delete",
        "-rm",
        "--remove",
        metavar="TAG",
        help="remove this tag; may be repeated",
        completes=Completes.TAGS,
    )
    clear: bool = switch("-c", "--clear", help="remove all tags")
    sync_labels: bool = switch(
        "-s", "--sync-labels", help="put tags that are added into the label, and take others out"
    )
    list_all: bool = switch("--list-all", help="only list the tags of the runs (without RUN of all runs)")
    selection: RunSelection = many_runs()

    def __post_init__(self) -> None:
        """Refuse what does not go together."""
        if not self.list_all:
            _ = self.edit
        elif self.add or self.remove or self.clear or self.sync_labels:
            raise UsageError("tag: --list-all only lists; leave --add, --remove, --clear and --sync-labels out")

    @property
    def edit(self) -> TagEdit:
        """The change."""
        return TagEdit(add=self.add, remove=self.remove, clear=self.clear, sync_labels=self.sync_labels)

    def carry_out(self, session: Session) -> ChangedRuns | TagList:
        """Change the tags, or list them."""
        if self.list_all:
            return list_tags(replace(self.selection, default="all").find(session))
        return self.change(session)

    def change(self, session: Session) -> ChangedRuns:
        """Change the tags."""
        changes = edit_tags(session, self.selection.find(session), self.edit)
        return ChangedRuns([each.run for each in changes], tagged_message(changes))


VERB = Verb(
    name="tag",
    options=Tag,
    words="[RUN ...]",
    summary="Change the tags of runs.",
    details="Without RUN the newest.",
)
