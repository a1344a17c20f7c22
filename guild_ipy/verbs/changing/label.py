"""``label``: change the label of runs."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from guild_ipy.arguments.option import option, repeated, switch
from guild_ipy.arguments.parser import Group
from guild_ipy.arguments.run_selection import RunSelection, many_runs
from guild_ipy.arguments.verb import Verb
from guild_ipy.domain.values.flags import Flags
from guild_ipy.domain.values.run_label import cut_label, fill_label
from guild_ipy.errors import UsageError
from guild_ipy.session.run_handle import Run
from guild_ipy.session.session import Session
from guild_ipy.store.files.attrs import delete_attr, write_attr
from guild_ipy.store.owners import check_changeable
from guild_ipy.store.state.changes import note_change
from guild_ipy.view.changed_runs import ChangedRuns, count_runs, name_runs, shorten

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

    def __post_init__(self) -> None:
        """Refuse no change, and more than one."""
        if [self.set, self.append, self.prepend, self.remove or None].count(None) != (4 if self.clear else 3):
            raise UsageError("label takes one of set, append, prepend, remove and clear: label(run, set='wide net')")

    def carry_out(self, session: Session) -> ChangedRuns:
        """Change the labels; the text says which have become which."""
        runs = self.selection.find(session)
        before = [run.label or "" for run in runs]
        done = report_labels(runs, before, edit_labels(session, runs, self))
        return done.explained(session, self.selection.filter)

    def apply(self, label: str, flags: Flags | None = None) -> str:
        """Return the new label; empty for none.

        In text that is set, appended or prepended, ``${lr}`` is the value of the flag of the run, ``${label}`` its
        label, and ``${default_label}`` the label that is made of its flags.

        Examples
        --------
        >>> Label(append="best").apply("lr=0.1"), Label(remove=("test",)).apply("test retest")
        ('lr=0.1 best', 'retest')
        >>> Label(set="rate ${lr}").apply("", {"lr": 0.1})
        'rate 0.1'
        """
        if self.clear:
            return ""
        if self.remove:
            return functools.reduce(remove_words, self.remove, label)
        values = {**(flags or {}), "label": label}
        if self.set is not None:
            return _fill(self.set, values)
        return " ".join(filter(None, (_fill(self.prepend, values), label, _fill(self.append, values))))


def edit_labels(session: Session, runs: Sequence[Run], edit: Label) -> list[str]:
    """Change the labels of runs, and return the new ones; StoreError if one of the runs may not be changed."""
    check_changeable(run.dir for run in runs)
    labels = [cut_label(edit.apply(run.label or "", run.flags)) for run in runs]
    try:
        for run, label in zip(runs, labels, strict=True):
            if label:
                write_attr(run.dir, "label", label)
            else:
                delete_attr(run.dir, "label")
    finally:
        note_change(session.home, *(run.id for run in runs))
    return labels


def remove_words(label: str, words: str) -> str:
    """Take words out of a label wherever they stand in a row: ``test`` is not a part of ``retest``."""
    if not words.strip():
        return label
    parts = re.split(rf"(?<!\S){re.escape(words.strip())}(?!\S)", label)
    return label if len(parts) == 1 else " ".join(filter(None, map(str.strip, parts)))


def _fill(text: str | None, values: Flags) -> str:
    """Fill a text that has references; one without stays as it is, with its spaces."""
    return fill_label(text, values).strip() if text and "${" in text else text or ""


def report_labels(runs: Sequence[Run], before: Sequence[str], after: Sequence[str]) -> ChangedRuns:
    """Say which labels have become which, and how to change them back."""
    if not runs:
        return ChangedRuns(runs, "Labeled 0 runs: no run was selected")
    changed = [each for each in zip(runs, before, after, strict=True) if each[1] != each[2]]
    if not changed:
        return ChangedRuns(runs, f"Labeled 0 runs: the label stays as it was of {name_runs(runs)}")
    changes = [f"{run.operation} {run.short_id} {old!r} -> {new!r}" for run, old, new in changed]
    back = "label RUN --set sets what is before an arrow again"
    if len(changed) == 1:
        ((run, old, _),) = changed
        back = f"label {run.short_id} {f'--set {old!r}' if old else '--clear'} takes it back"
    return ChangedRuns(runs, f"Labeled {count_runs(len(changed))}: {shorten(changes)}", way_back=f"; {back}")


VERB = Verb(
    name="label",
    options=Label,
    words="[RUN ...]",
    summary="Change the label of runs.",
    details="Without RUN the newest.",
)
