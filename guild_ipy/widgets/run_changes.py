"""The changes that are made by hand in a table: each is a verb for the runs that the user has chosen.

A front end asks for a change by a map with its ``type``, the names of ``runs``, and what the change takes::

    mark       clear, reason          label      text                  stop
    mark_best  column, greatest,      tag        add, remove           delete
               filter                 comment    text, edit, before,   restore
    undo_mark                                    delete

The answer has ``text``, which says what was done, ``runs``, their names, and ``undo``: the request that takes it back,
or None. A comment that has another text than ``before`` by now is not edited.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from guild_ipy.arguments.run_selection import RunSelection
from guild_ipy.domain.choosing.run_filter import RunFilter
from guild_ipy.errors import RunStateError, UsageError
from guild_ipy.launching.marking import MarkNote
from guild_ipy.session.run_handle import Run
from guild_ipy.session.session import Session
from guild_ipy.store.state.marks import MarkedBy
from guild_ipy.tables.columns.runs_of_frame import find_deleted, find_run_dirs
from guild_ipy.verbs.changing.comment import CommentEdit, write_comments
from guild_ipy.verbs.changing.delete import Delete
from guild_ipy.verbs.changing.label import Label
from guild_ipy.verbs.changing.mark import Mark, mark_by_rule, report_rule
from guild_ipy.verbs.changing.restore import Restore
from guild_ipy.verbs.changing.tag import Tag
from guild_ipy.verbs.running.stop import stop, stopped_message
from guild_ipy.view.changed_runs import ChangedRuns

Request = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Change:
    """What was done, and the request that takes it back."""

    text: str
    runs: Sequence[str]
    undo: dict[str, Any] | None = None

    def message(self) -> dict[str, Any]:
        """Return the answer to a request."""
        return {"text": self.text, "runs": list(self.runs), "undo": self.undo}


def change_runs(session: Session, request: Request) -> Change:
    """Do what a request asks for.

    Raises
    ------
    GuildError
        If it cannot be done, or is not understood; where it could be done to some of the runs only, that was done.
    """
    return CHANGES[request["type"]](session, request)


def mark_alone(session: Session, name: str, *, rule: str) -> Change:
    """Mark the run that a rule has chosen, and take away the marks of other runs of its operation."""
    (run,) = _open(session, [name])
    done = mark_by_rule(session, run, MarkNote(by=MarkedBy.RULE, rule=rule))
    touched = [name, *(other.id for other in done.unmarked)]
    return _as_change(report_rule(session, done), [name], undo={"type": "undo_mark", "runs": touched})


def _mark(session: Session, request: Request) -> Change:
    names, clear = read_names(request), bool(request.get("clear"))
    wanted = Mark(selection=_select(session, names), clear=clear, reason=request.get("reason"))
    return _as_change(wanted.carry_out(session), names, undo={"type": "undo_mark", "runs": names})


def _undo_mark(session: Session, request: Request) -> Change:
    names = read_names(request)
    return _as_change(Mark(selection=_select(session, names), undo=True).carry_out(session), names)


def _label(session: Session, request: Request) -> Change:
    names, text = read_names(request), read_text(request, "text").strip()
    runs = _open(session, names)
    before = {run.label or "" for run in runs}
    selection = RunSelection(refs=tuple(runs), default="none")
    wanted = Label(selection=selection, set=text) if text else Label(selection=selection, clear=True)
    undo = {"type": "label", "runs": names, "text": before.pop()} if len(before) == 1 else None
    return _as_change(wanted.carry_out(session), names, undo=undo)


def _tag(session: Session, request: Request) -> Change:
    names = read_names(request)
    add, remove = read_texts(request, "add"), read_texts(request, "remove")
    runs = _open(session, names)
    wanted = Tag(selection=RunSelection(refs=tuple(runs), default="none"), add=add, remove=remove)
    new = [tag for tag in add if not any(tag in run.tags for run in runs)]
    gone = [tag for tag in remove if all(tag in run.tags for run in runs)]
    is_whole = len(new) == len(add) and len(gone) == len(remove)
    undo = {"type": "tag", "runs": names, "add": gone, "remove": new} if is_whole else None
    return _as_change(wanted.change(session), names, undo=undo)


def _comment(session: Session, request: Request) -> Change:
    names, edit, number = read_names(request), request.get("edit"), request.get("delete")
    text = None if number is not None else read_text(request, "text")
    runs = _open(session, names)
    change = CommentEdit(
        add=text if edit is None else None, edit=edit, text=None if edit is None else text, delete=number
    )
    _check_comment(runs[0], edit, request.get("before"))
    undo = _comment_before(runs[0], names, edit) if edit is not None else None
    done = write_comments(session, RunSelection(refs=tuple(runs), default="none"), change)
    if edit is None and number is None and len(runs) == 1:
        undo = {"type": "comment", "runs": names, "delete": len(runs[0].comments)}
    return _as_change(done, names, undo=undo)


def _check_comment(run: Run, number: int | None, before: str | None) -> None:
    """Refuse to edit a comment that has another text than the one that was opened."""
    if number is None or before is None:
        return
    if [comment.body.strip() for comment in run.comments[number - 1 : number]] != [before]:
        raise RunStateError(
            f"comment {number} of run {run.short_id} is another one by now; copy your text and look again"
        )


def _comment_before(run: Run, names: Sequence[str], number: int) -> dict[str, Any] | None:
    if not 1 <= number <= len(run.comments):
        return None
    return {"type": "comment", "runs": names, "edit": number, "text": run.comments[number - 1].body}


def _stop(session: Session, request: Request) -> Change:
    names = read_names(request)
    stopped = stop(session, _open(session, names))
    return Change(text=stopped_message(stopped), runs=names)


def _delete(session: Session, request: Request) -> Change:
    names = read_names(request)
    done = Delete(selection=_select(session, names)).carry_out(session)
    return _as_change(done, names, undo={"type": "restore", "runs": [run.id for run in done.runs]})


def _restore(session: Session, request: Request) -> Change:
    names = read_names(request)
    runs = tuple(Run(run_dir, session=session) for run_dir in find_deleted(session, names))
    selection = RunSelection(refs=runs, filter=RunFilter(deleted=True), default="none")
    return _as_change(Restore(selection=selection).carry_out(session), names, undo={"type": "delete", "runs": names})


CHANGES: Mapping[str, Callable[[Session, Request], Change]] = {
    "mark": _mark,
    "undo_mark": _undo_mark,
    "label": _label,
    "tag": _tag,
    "comment": _comment,
    "stop": _stop,
    "delete": _delete,
    "restore": _restore,
}


def _as_change(done: ChangedRuns, names: Sequence[str], *, undo: dict[str, Any] | None = None) -> Change:
    """Return the change that a verb has made, without the command that takes it back: the front end has a button."""
    if done.failure:
        raise RunStateError(done.failure)
    return Change(text=done.text, runs=names, undo=undo)


def _select(session: Session, names: Sequence[str]) -> RunSelection:
    return RunSelection(refs=tuple(_open(session, names)), default="none")


def _open(session: Session, names: Sequence[str]) -> list[Run]:
    return [Run(run_dir, session=session) for run_dir in find_run_dirs(session, names).values()]


# -- what a request says


def read_names(request: Request) -> list[str]:
    """Return the runs that a request names, one at least."""
    names = list(read_texts(request, "runs"))
    if not names:
        raise UsageError("no run was chosen")
    return names


def read_texts(request: Request, name: str) -> tuple[str, ...]:
    """Return a list of texts of a request; empty where there is none."""
    texts = request.get(name) or []
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise UsageError(f"{name!r} is a list of texts, not {texts!r}")
    return tuple(texts)


def read_text(request: Request, name: str) -> str:
    """Return a text of a request."""
    text = request.get(name)
    if not isinstance(text, str):
        raise UsageError(f"{name!r} is a text, not {text!r}")
    return text
