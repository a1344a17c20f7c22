"""``comment``: remarks on runs, with who wrote them and when."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from guild_ipy.api.changing.changed_runs import count_runs, name_runs, shorten
from guild_ipy.engine.run_files.provenance import host_name, user_name
from guild_ipy.errors import RunStateError, UsageError
from guild_ipy.store.attr_change import change_attr, read_checked
from guild_ipy.store.state.changes import note_change

if TYPE_CHECKING:
    from guild_ipy.api.handle import Run
    from guild_ipy.api.session import Session

COMMENTS = "comments"
_LONGEST = 100_000
_SHOWN = 500


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
        """Refuse what is not a change, or no text."""
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


def edit_comments(session: Session, runs: Sequence[Run], edit: CommentEdit) -> list[list[str]]:
    """Change the comments of runs; return the texts that each has lost.

    Raises
    ------
    RunStateError
        If one of the runs has no comment of that number; none is changed then.
    DamagedRun
        If the comments of one of the runs cannot be read, unless all are to be removed; none is changed then.
    """
    for run in () if edit.clear else runs:
        _check_number(run, edit.number, read_checked(run.dir, COMMENTS) or ())
    when = time.time_ns() // 1000
    try:
        return [_edit(run, edit, when) for run in runs]
    finally:
        note_change(session.home, *(run.id for run in runs))


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


def _check_text(text: object) -> None:
    if not isinstance(text, str):
        raise UsageError(f"a comment is a text, not {text!r}")
    if not text.strip():
        raise UsageError("comment: the text is empty; to remove a comment, delete it by its number")
    if len(text) > _LONGEST:
        raise UsageError(f"a comment has at most {_LONGEST} characters, this one has {len(text)}; put it into a file")


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


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
