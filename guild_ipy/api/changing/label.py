"""``label``: say what a run is, in words."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from guild_ipy.domain.flags import Flags
from guild_ipy.domain.label import cut_label, fill_label
from guild_ipy.store.files.attrs import delete_attr, write_attr
from guild_ipy.store.owners import check_changeable
from guild_ipy.store.state.changes import note_change

if TYPE_CHECKING:
    from guild_ipy.api.handle import Run
    from guild_ipy.api.session import Session


@dataclass(frozen=True, kw_only=True)
class LabelEdit:
    """A change of labels; exactly one field is given. ``${lr}`` in a text that comes in is the flag of the run."""

    set: str | None = None
    append: str | None = None
    prepend: str | None = None
    remove: str | tuple[str, ...] | None = None
    """Words, or several words in a row, each of which is taken out wherever it stands."""
    clear: bool = False

    def apply(self, label: str, flags: Flags | None = None) -> str:
        """Return the new label; empty for none.

        In text that is set, appended or prepended, ``${lr}`` is the value of the flag of the run, ``${label}`` its
        label, and ``${default_label}`` what its flags make.

        Examples
        --------
        >>> LabelEdit(append="best").apply("lr=0.1"), LabelEdit(remove="test").apply("test retest")
        ('lr=0.1 best', 'retest')
        >>> LabelEdit(set="rate ${lr}").apply("", {"lr": 0.1})
        'rate 0.1'
        """
        if self.clear:
            return ""
        if self.remove is not None:
            parts = (self.remove,) if isinstance(self.remove, str) else self.remove
            return functools.reduce(_remove_words, parts, label)
        values = {**(flags or {}), "label": label}
        if self.set is not None:
            return _fill(self.set, values)
        return " ".join(filter(None, (_fill(self.prepend, values), label, _fill(self.append, values))))


def _fill(text: str | None, values: Flags) -> str:
    """Fill a text that has references; one without stays as it is, with its spaces."""
    return fill_label(text, values).strip() if text and "${" in text else text or ""


def _remove_words(label: str, words: str) -> str:
    """Take words out of a label where they stand alone: ``test`` is not a part of ``retest``."""
    if not words.strip():
        return label
    parts = re.split(rf"(?<!\S){re.escape(words.strip())}(?!\S)", label)
    return label if len(parts) == 1 else " ".join(filter(None, map(str.strip, parts)))


def edit_labels(session: Session, runs: Sequence[Run], edit: LabelEdit) -> list[str]:
    """Change the labels of runs, and return what they are now; StoreError if one of them may not be changed."""
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
