"""``df.guild``: what can be done with the runs of a frame.

Works on any frame with a ``run`` column, also after a filter, sort, concat or merge, and after a trip through a
CSV file. Each run counts once, in the order of the frame; rows without a run are left out.
"""

from __future__ import annotations

import pandas as pd

from guild_ipy.api.context import get_context
from guild_ipy.api.delete import delete
from guild_ipy.api.handle import Run
from guild_ipy.api.info import RunInfo, get_info
from guild_ipy.api.label import LabelEdit, edit_labels
from guild_ipy.api.mark import mark
from guild_ipy.errors import RunNotFound, UsageError
from guild_ipy.frame.attributes import attributes_frame
from guild_ipy.frame.compare import compare_frame
from guild_ipy.frame.flags import flags_frame
from guild_ipy.frame.run_names import read_names, run_column
from guild_ipy.frame.runs import find_runs
from guild_ipy.frame.scalars import points_frame, scalars_frame
from guild_ipy.store.run import RunRecord, read_run
from guild_ipy.store.run_dir import RunDir

_NAME = "guild"


class GuildAccessor:
    """The runs of a frame.

    What it gives has the frame's own names in ``run``, so that it can be merged with the frame. The frame itself
    is never changed; list again to see a new mark or label.

    Examples
    --------
    >>> df = guild_ipy.runs(operations="train")              # doctest: +SKIP
    >>> best = df.guild.compare().nsmallest(3, "loss")       # doctest: +SKIP
    >>> best.guild.mark()                                    # doctest: +SKIP
    3
    """

    def __init__(self, frame: pd.DataFrame) -> None:
        run_column(frame)  # pandas asks for the refusal here
        self._frame = frame

    # -- look

    def info(self) -> RunInfo:
        """Give what there is to know about the first run."""
        for run_dir in self._find().values():
            return get_info(Run(run_dir))
        raise UsageError("there is no run in this frame; filter less")

    def flags(self) -> pd.DataFrame:
        """Give one row a run: ``run`` and its flags."""
        return flags_frame(self._read())

    def attributes(self) -> pd.DataFrame:
        """Give one row a run: ``run`` and the attributes that were noted on it."""
        return attributes_frame(self._find())

    def scalars(self) -> pd.DataFrame:
        """Give one row a run and scalar: ``run prefix tag``, values and steps of first, last, min and max.

        Behind these ``avg_val count total``.
        """
        return scalars_frame(self._find())

    def scalars_detail(self) -> pd.DataFrame:
        """Give one row for every reported value: ``run path tag val step``."""
        return points_frame(self._find())

    def compare(self) -> pd.DataFrame:
        """Give one row a run: who it is, its flags, ``step``, and the last values of its scalars."""
        return compare_frame(self._read())

    # -- change

    def mark(self, *, clear: bool = False) -> int:
        """Mark the runs, or clear their marks; how many there were."""
        return mark(get_context(), self._find_live(), clear=clear)

    def label(
        self,
        text: str | None = None,
        *,
        append: str | None = None,
        prepend: str | None = None,
        remove: str | None = None,
        clear: bool = False,
    ) -> int:
        """Change the labels of the runs in one of these ways; how many there were."""
        if [text, append, prepend, remove].count(None) != (4 if clear else 3):
            raise UsageError("label takes one of a text, append, prepend, remove and clear")
        edit = LabelEdit(set=text, append=append, prepend=prepend, remove=remove, clear=clear)
        return edit_labels(get_context(), self._find_live(), edit)

    def delete(self) -> int:
        """Move the runs to the trash, without asking; how many there were.

        Raises
        ------
        RunStateError
            If one of them is running; none is deleted then.
        """
        return delete(get_context(), self._find_live())

    # -- which runs

    def _find(self) -> dict[str, RunDir]:
        return find_runs(get_context().home, read_names(self._frame))

    def _read(self) -> dict[str, RunRecord]:
        return {name: read_run(run_dir) for name, run_dir in self._find().items()}

    def _find_live(self) -> list[Run]:
        found = self._find()
        live = get_context().home.runs
        for name, run_dir in found.items():
            if not run_dir.path.startswith(live + "/"):
                raise RunNotFound(name, "it is deleted; restore it first")
        return [Run(run_dir) for run_dir in found.values()]


def register_accessor() -> None:
    """Make ``df.guild`` this class; a class of an earlier load of this module gives way without a warning."""
    if getattr(getattr(pd.DataFrame, _NAME, None), "__module__", None) == __name__:
        delattr(pd.DataFrame, _NAME)
    pd.api.extensions.register_dataframe_accessor(_NAME)(GuildAccessor)
