"""``comment``: remarks on runs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from guild_ipy.api.changing.changed_runs import ChangedRuns
from guild_ipy.api.changing.comment import CommentEdit, commented_message, edit_comments
from guild_ipy.api.looking.comment_text import CommentList, list_comments
from guild_ipy.api.session import Session
from guild_ipy.arguments.option import option, repeated, switch
from guild_ipy.arguments.parser import whole_number
from guild_ipy.arguments.selection import RunSelection, many_runs
from guild_ipy.arguments.verb import Draft, Verb
from guild_ipy.errors import RunStateError, UsageError

#: How a run is named: the beginning of an id, an index, or a range of indexes.
_RUN = re.compile(r"[0-9a-f]+(_.*)?|[0-9]*:[0-9]*")


@dataclass(frozen=True, kw_only=True)
class WriteComment:
    """What to write about runs, or which comment to change or delete."""

    add: tuple[str, ...] = repeated(
        "-a", "--add", "--comment", metavar="TEXT", help="the text; a shell opens an editor where there is none"
    )
    edit: int | None = option("-e", "--edit", metavar="N", type=whole_number, help="give comment N another text")
    delete: int | None = option("-d", "--delete", metavar="N", type=whole_number, help="delete comment N")
    clear: bool = switch("-c", "--clear", help="delete all comments")
    list: bool = switch("-l", "--list", help="list the comments with their numbers")
    user: str | None = option("-u", "--user", metavar="USER", help="who writes, also as USER@HOST")
    selection: RunSelection = many_runs(comment_option="--filter-comment")

    def __post_init__(self) -> None:
        """Refuse what does not go together."""
        _check_words(self.selection.refs)
        if len(self.add) > 1:
            raise UsageError("comment: there is more than one text; add one comment at a time")
        removes = [self.delete is not None, self.clear, self.list]
        if sum(removes) > 1 or (any(removes) and (self.add or self.edit is not None or self.user is not None)):
            raise UsageError("comment: one of a text, --delete, --clear and --list is done at a time")
        if not self.list and (self.add or any(removes)):
            _ = self.change

    @property
    def change(self) -> CommentEdit:
        """The change."""
        (text,) = self.add or (None,)
        if self.edit is not None:
            return CommentEdit(edit=self.edit, text=text, user=self.user)
        return CommentEdit(add=text, delete=self.delete, clear=self.clear, user=self.user)

    def draft(self, session: Session) -> Draft | None:
        """Return the text to go on from in an editor; None if there is one already, or none is needed."""
        if self.add or self.delete is not None or self.clear or self.list:
            return None
        runs = self.selection.find(session)
        found = runs[0].comments if self.edit is not None else ()
        if self.edit is not None and not 1 <= self.edit <= len(found):
            raise RunStateError(
                f"run {runs[0].short_id} has no comment {self.edit}; comment --list shows which there are"
            )
        return Draft(
            text=found[self.edit - 1].body if self.edit is not None else "",
            runs=runs,
            written=lambda text: replace(self, add=(text,), selection=replace(self.selection, refs=tuple(runs))),
            refusal="comment: there is no text; give it with --comment TEXT",
        )

    def carry_out(self, session: Session) -> ChangedRuns | CommentList:
        """Change the comments, or list them."""
        if self.list:
            return list_comments(self.selection.find(session))
        return write_comments(session, self.selection, self.change)


def write_comments(session: Session, selection: RunSelection, change: CommentEdit) -> ChangedRuns:
    """Change the comments of runs."""
    runs = selection.find(session)
    return ChangedRuns(runs, commented_message(runs, change, edit_comments(session, runs, change)))


def _check_words(refs: Sequence[object]) -> None:
    """Refuse a text in the place of runs."""
    for place, word in enumerate(refs):
        if isinstance(word, str) and not _RUN.fullmatch(word):
            text = " ".join(map(str, refs[place:]))
            raise UsageError(f"comment: {word!r} names no run; a text is given by --comment {text!r}")


VERB = Verb(
    name="comment",
    options=WriteComment,
    words="[RUN ...]",
    summary="Write comments on runs.",
    details="Without RUN the newest. Comments have numbers, which --list and info show.",
)
