"""The marks of a run: who set or removed them, when and why.

The mark itself is the attribute ``marked`` of Guild AI: ``true``, or not there. Beside it stands an attribute
``_marks``, which that program does not show: a list of maps, the oldest first::

    when: 1795176000000000     microseconds since 1970; the same for all runs of one action
    who: ada                   the user, and the machine
    host: lab
    by: user                   or rule, or optimizer
    reason: best on the test set
    rule: min loss
    marked: true               whether the run was marked after the action
    before: false              and before it
    undone: 1795176060000000   when it was taken back, if it was

The history is written first. If a process dies in between, or ``guild mark``, which knows no history, is used later,
the mark contradicts the last entry; then the mark counts.

Of several marked runs a dependency uses the one that was marked last. The history says when that was. A mark that
``guild mark`` or a user by hand has set is as old as the file ``marked``, also if the history has an earlier one: then
the file was written by itself, after the history.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from enum import Enum

from guild_ipy.errors import DamagedRun
from guild_ipy.store.files.attr_types import parse_time
from guild_ipy.store.files.attrs import delete_attr, read_attr, write_attr
from guild_ipy.store.run_dir import RunDir

MARKED = "marked"
HISTORY = "_marks"

#: How many entries are kept, the newest.
MOST_ENTRIES = 100
_UNKNOWN = "by guild or by hand"
#: Microseconds by which a mark is written after its history at most, where both are written by us.
_APART = 100_000


class MarkedBy(Enum):
    """Who or what set a mark."""

    USER = "user"
    RULE = "rule"
    OPTIMIZER = "optimizer"

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True, kw_only=True)
class MarkEntry:
    """One action on the mark of a run; times are microseconds since 1970."""

    when: int
    who: str = ""
    host: str = ""
    by: MarkedBy = MarkedBy.USER
    reason: str | None = None
    rule: str | None = None
    marked: bool
    before: bool = False
    undone: int | None = None

    @property
    def action(self) -> tuple[int, str, str]:
        """The part that the entries of one action on several runs have in common."""
        return self.when, self.who, self.host

    def __str__(self) -> str:
        who = {MarkedBy.USER: "", MarkedBy.RULE: " (rule)", MarkedBy.OPTIMIZER: " (optimizer)"}[self.by]
        at = datetime.fromtimestamp(self.when / 1_000_000, tz=UTC).astimezone()
        why = "".join(f": {text}" for text in (self.rule, self.reason) if text)
        machine = f" on {self.host}" if self.host else ""
        undone = " (taken back)" if self.undone is not None else ""
        return (
            f"{'marked' if self.marked else 'unmarked'} {at:%Y-%m-%d %H:%M:%S} by {self.who}{machine}{who}{why}{undone}"
        )


def read_history(run_dir: RunDir) -> tuple[MarkEntry, ...]:
    """Read the history, the oldest entry first; entries that cannot be read are left out."""
    try:
        entries = read_attr(run_dir, HISTORY)
    except DamagedRun:
        return ()
    found = (_parse(entry) for entry in (entries if isinstance(entries, list) else ()))
    return tuple(entry for entry in found if entry is not None)


def is_marked(run_dir: RunDir) -> bool:
    """Whether a run is marked."""
    try:
        return bool(read_attr(run_dir, MARKED))
    except DamagedRun:
        return False


def last_action(history: Sequence[MarkEntry]) -> MarkEntry | None:
    """Return the newest entry that was not taken back."""
    return next((entry for entry in reversed(history) if entry.undone is None), None)


def describe_mark(run_dir: RunDir) -> str:
    """Say since when a marked run is marked, by whom and why; empty for a run that is not."""
    if not is_marked(run_dir):
        return ""
    last = last_action(read_history(run_dir))
    return str(last).removeprefix("marked ") if last is not None and last.marked else _UNKNOWN


def read_mark_time(run_dir: RunDir) -> int:
    """Return when a marked run was marked, in microseconds since 1970; 0 for a run that is not."""
    written = _written_at(run_dir, MARKED)
    last = last_action(read_history(run_dir))
    is_remembered = last is not None and last.marked and written < _written_at(run_dir, HISTORY) + _APART
    return last.when if last is not None and is_remembered else written


def write_mark(run_dir: RunDir, entry: MarkEntry) -> None:
    """Mark a run, or remove its mark, and note that in the history."""
    history = (*read_history(run_dir), replace(entry, before=is_marked(run_dir)))
    _write(run_dir, history, marked=entry.marked)


def undo_mark(run_dir: RunDir, entry: MarkEntry, when: int) -> None:
    """Restore the mark as it was before an entry of the history, which stays there as taken back."""
    history = [replace(each, undone=when) if each == entry else each for each in read_history(run_dir)]
    _write(run_dir, history, marked=entry.before)


def _write(run_dir: RunDir, history: Sequence[MarkEntry], *, marked: bool) -> None:
    write_attr(run_dir, HISTORY, list(map(_as_map, history[-MOST_ENTRIES:])))
    if not marked:
        delete_attr(run_dir, MARKED)
    elif not is_marked(run_dir):  # a file that stays as it is tells when another program has marked the run
        write_attr(run_dir, MARKED, value=True)


def _written_at(run_dir: RunDir, name: str) -> int:
    try:
        return os.stat(run_dir.attr(name)).st_mtime_ns // 1000
    except OSError:
        return 0


def _as_map(entry: MarkEntry) -> dict[str, object]:
    words = {**asdict(entry), "by": entry.by.value}
    if entry.undone is None:
        del words["undone"]
    return words


def _parse(entry: object) -> MarkEntry | None:
    """Read an entry; None if it does not say what was done and when."""
    if not isinstance(entry, dict):
        return None
    try:
        undone = entry.get("undone")
        return MarkEntry(
            when=parse_time(entry.get("when")),
            who=_text(entry.get("who")) or "",
            host=_text(entry.get("host")) or "",
            by=MarkedBy(entry.get("by", MarkedBy.USER.value)),
            reason=_text(entry.get("reason")),
            rule=_text(entry.get("rule")),
            marked=_truth(entry.get("marked")),
            before=_truth(entry.get("before", False)),
            undone=None if undone is None else parse_time(undone),
        )
    except (TypeError, ValueError):
        return None


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _truth(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"it holds {type(value).__name__}, not true or false")
    return value
