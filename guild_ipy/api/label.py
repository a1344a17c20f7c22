"""``label``: say what a run is, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from guild_ipy.domain.flags import Flags
from guild_ipy.domain.label import cut_label, fill_label
from guild_ipy.store.attrs import delete_attr, write_attr
from guild_ipy.store.changes import note_change

if TYPE_CHECKING:
    from guild_ipy.api.context import Context
    from guild_ipy.api.handle import Run


@dataclass(frozen=True, kw_only=True)
class LabelEdit:
    """A change of labels; exactly one field is given. ``${lr}`` in a text that comes in is the flag of the run."""

    set: str | None = None
    append: str | None = None
    prepend: str | None = None
    remove: str | None = None
    clear: bool = False

    def apply(self, label: str, flags: Flags) -> str:
        """Give the new label of a run that has these flags; empty for none.

        Examples
        --------
        >>> LabelEdit(append="n is ${n}").apply("best", {"n": 3}), LabelEdit(remove="a").apply("a b", {})
        ('best n is 3', 'b')
        """
        if self.clear:
            return ""
        if self.set is not None:
            return fill_label(self.set, flags)
        if self.remove is not None:
            return " ".join(label.replace(self.remove, " ").split()) if self.remove else label
        before, behind = (fill_label(text or "", flags) for text in (self.prepend, self.append))
        return " ".join(filter(None, (before, label, behind)))


def edit_labels(context: Context, runs: Sequence[Run], edit: LabelEdit) -> list[str]:
    """Change the labels of runs, and return what they are now."""
    labels = [cut_label(edit.apply(run.label or "", run.flags)) for run in runs]
    try:
        for run, label in zip(runs, labels, strict=True):
            if label:
                write_attr(run.dir, "label", label)
            else:
                delete_attr(run.dir, "label")
    finally:
        note_change(context.home, *(run.id for run in runs))
    return labels
