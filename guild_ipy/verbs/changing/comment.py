"""``comment``: remarks on runs."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from guild_ipy.arguments.option import option, repeated, switch
from guild_ipy.arguments.parser import whole_number
from guild_ipy.arguments.question import Draft
from guild_ipy.arguments.run_selection import RunSelection, many_runs
from guild_ipy.arguments.verb import Verb
from guild_ipy.engine.run_files.provenance import host_name, user_name
from guild_ipy.errors import RunStateError, UsageError
from guild_ipy.session.run_handle import Run
from guild_ipy.session.session import Session
from guild_ipy.store.attr_change import change_attr, read_checked
from guild_ipy.store.owners import check_changeable
from guild_ipy.store.state.changes import note_change
from guild_ipy.view.changed_runs import ChangedRuns, count_runs, name_runs, shorten
from guild_ipy.view.comment_list import CommentList, list_comments

COMMENTS = "comments"
_LONGEST = 100_000
_SHOWN = 500
#: How a run is named: the beginning of an id, an index, or a range of indexes.
_RUN = re.compile(r"[0-9a-f]+(_.*)?|[0-9]*:[0-9]*")


@dataclass(frozen=True, kw_only=True)
class WriteComment:
    """The comment to write on runs, or the number of one to change or delete."""

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
        """Refuse options that contradict each other."""
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
        """The change that the options ask for."""
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


@dataclass(frozen=True, kw_only=True)
class CommentEdit:
    """A change of the comments of runs; exactly one of `add`, `edit`, `delete` and `clear` is given."""

    add: str | None = None
    """The text of a new comment."""
    edit: int | None = None
    """The number of the comment whose text `text` becomes; the first has number 1."""
    text: str | None = None
    delete: int | None = None
    """The number of the comment to remove."""
    clear: bool = False
    """Remove all."""
    user: str | None = None
    """The author, as ``USER`` or ``USER@HOST``; None for the user of this process."""

    def __post_init__(self) -> None:
        """Refuse anything but one change, and a text that is not one."""
        given = [self.add, self.edit, self.delete].count(None)
        if given != (3 if self.clear else 2):
            raise UsageError("comment takes one of a text to add, a number to edit, a number to delete, and clear")
        if (self.text is None) != (self.edit is None):
            raise UsageError("comment: the number of a comment to edit goes with its new text")
        for text in (self.add, self.text):
            if text is not None:
                _check_text(text)
        for number in (self.edit, self.delete):
            if number is not None and (type(number) is not int or number < 1):
                raise UsageError(f"comment: comments have numbers from 1 up, not {number!r}")

    @property
    def number(self) -> int | None:
        """The number of the comment that must be there."""
        return self.edit if self.edit is not None else self.delete

    def apply(self, comments: Sequence[Any], when: int) -> list[Any]:
        """Return the new comments; both are as an attribute holds them, a map each."""
        if self.clear:
            return []
        if self.number is None:
            return [*comments, self._entry(self.add or "", when)]
        before, found, after = comments[: self.number - 1], comments[self.number - 1], comments[self.number :]
        edited = [] if self.text is None else [{**found, **self._entry(self.text, when)}]
        return [*before, *edited, *after]

    def _entry(self, text: str, when: int) -> dict[str, object]:
        user, at, host = (self.user or "").partition("@")
        if not at:
            host = host_name()
        return {"body": text.strip(), "host": host, "time": when, "user": user or user_name()}


def _check_words(refs: Sequence[object]) -> None:
    """Refuse a text in the place of runs."""
    for place, word in enumerate(refs):
        if isinstance(word, str) and not _RUN.fullmatch(word):
            text = " ".join(map(str, refs[place:]))
            raise UsageError(f"comment: {word!r} names no run; a text is given by --comment {text!r}")


def _check_text(text: object) -> None:
    if not isinstance(text, str):
        raise UsageError(f"a comment is a text, not {text!r}")
    if not text.strip():
        raise UsageError("comment: the text is empty; to remove a comment, delete it by its number")
    if len(text) > _LONGEST:
        raise UsageError(f"a comment has at most {_LONGEST} characters, this one has {len(text)}; put it into a file")


def write_comments(session: Session, selection: RunSelection, change: CommentEdit) -> ChangedRuns:
    """Change the comments of runs."""
    runs = selection.find(session)
    return ChangedRuns(runs, commented_message(runs, change, edit_comments(session, runs, change)))


def edit_comments(session: Session, runs: Sequence[Run], edit: CommentEdit) -> list[list[str]]:
    """Change the comments of runs; return the texts that each has lost.

    Raises
    ------
    RunStateError
        If one of the runs has no comment of that number; none is changed then.
    DamagedRun
        If the comments of one of the runs cannot be read, unless all are to be removed; none is changed then.
    StoreError
        If one of the runs may not be changed; none is changed then.
    """
    check_changeable(run.dir for run in runs)
    for run in () if edit.clear else runs:
        _check_number(run, edit.number, read_checked(run.dir, COMMENTS) or ())
    when = time.time_ns() // 1000
    try:
        return [_edit(run, edit, when) for run in runs]
    finally:
        note_change(session.home, *(run.id for run in runs))


def _check_number(run: Run, number: int | None, comments: Sequence[object]) -> None:
    if number is not None and number > len(comments):
        there = f"{len(comments)} comment{'s' * (len(comments) != 1)}" if comments else "no comments"
        raise RunStateError(f"run {run.short_id} has {there}, so there is no comment {number}")


def _edit(run: Run, edit: CommentEdit, when: int) -> list[str]:
    lost: list[str] = []

    def change(value: Sequence[Any] | None) -> list[Any]:
        before = value or ()
        _check_number(run, edit.number, before)
        gone = before if edit.clear else before[edit.number - 1 : edit.number] if edit.number else ()
        lost.extend(str(each.get("body") or "").strip() for each in gone)
        return edit.apply(before, when)

    change_attr(run.dir, COMMENTS, change, anew=edit.clear)
    return lost


def commented_message(runs: Sequence[Run], edit: CommentEdit, lost: Sequence[Sequence[str]]) -> str:
    """Return the message about changed comments; it quotes each text that was removed."""
    if not runs:
        return "Commented on 0 runs: no run was selected"
    told = f"{count_runs(len(runs))}: {name_runs(runs)}"
    gone = shorten([repr(_short(text)) for texts in lost for text in texts])
    was = f"; the text was {gone}" if gone else ""
    if edit.add is not None:
        return f"Added a comment to {told}"
    if edit.edit is not None:
        return f"Changed comment {edit.edit} of {told}{was}"
    if edit.delete is not None:
        return f"Deleted comment {edit.delete} of {told}{was}"
    return f"Deleted all comments of {told}{was}" if gone else f"Deleted no comments of {told}: there are none"


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


VERB = Verb(
    name="comment",
    options=WriteComment,
    words="[RUN ...]",
    summary="Write comments on runs.",
    details="Without RUN the newest. Comments have numbers, which --list and info show.",
)
