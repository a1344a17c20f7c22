"""``label``: say what a run is, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from guild_ipy.domain.label import cut_label
from guild_ipy.store.attrs import delete_attr, write_attr
from guild_ipy.store.changes import note_change

if TYPE_CHECKING:
    from guild_ipy.api.context import Context
    from guild_ipy.api.handle import Run


@dataclass(frozen=True, kw_only=True)
class LabelEdit:
    """A change of labels; exactly one field is given."""

    set: str | None = None
    append: str | None = None
    prepend: str | None = None
    remove: str | None = None
    clear: bool = False

    def apply(self, label: str) -> str:
        """Give the new label; empty for none.

        Examples
        --------
        >>> LabelEdit(append="best").apply("lr=0.1"), LabelEdit(remove="lr=0.1").apply("lr=0.1 best")
        ('lr=0.1 best', 'best')
        """
        if self.clear:
            return ""
        if self.set is not None:
            return self.set
        if self.remove is not None:
            return " ".join(label.replace(self.remove, " ").split()) if self.remove else label
        return " ".join(filter(None, (self.prepend, label, self.append)))


def edit_labels(context: Context, runs: Sequence[Run], edit: LabelEdit) -> int:
    """Change the labels of runs; how many there were."""
    try:
        for run in runs:
            new = cut_label(edit.apply(run.label or ""))
            if new:
                write_attr(run.dir, "label", new)
            else:
                delete_attr(run.dir, "label")
    finally:
        note_change(context.home, *(run.id for run in runs))
    return len(runs)
