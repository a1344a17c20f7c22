"""``df.guild``: what can be done with the runs of a frame.

Works on any frame with a ``run`` column, also after a filter, sort, concat or merge, and after a trip through a
CSV file. Each run counts once, in the order of the frame; rows without a run are left out.
"""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from guild_ipy.api.context import get_context
from guild_ipy.api.delete import delete
from guild_ipy.api.handle import Run
from guild_ipy.api.info import RunInfo, get_info
from guild_ipy.api.label import LabelEdit, edit_labels
from guild_ipy.api.mark import mark
from guild_ipy.errors import RunNotFound, UsageError
from guild_ipy.frame.attributes import attribute_fields, attributes_frame
from guild_ipy.frame.compare import compare_fields, compare_frame
from guild_ipy.frame.find import find_run_dirs
from guild_ipy.frame.flags import flag_fields, flags_frame
from guild_ipy.frame.kept import Chooser
from guild_ipy.frame.points import points_frame
from guild_ipy.frame.rows import Rows, find_rows
from guild_ipy.frame.run_names import read_names, run_column
from guild_ipy.frame.scalars import scalars_frame, summary_fields
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
        return flags_frame(self._rows(flag_fields))

    def attributes(self) -> pd.DataFrame:
        """Give one row a run: ``run`` and the attributes that were noted on it."""
        return attributes_frame(self._rows(attribute_fields))

    def scalars(self) -> pd.DataFrame:
        """Give one row a run and scalar: ``run prefix tag``, values and steps of first, last, min and max.

        Behind these ``avg_val count total``.
        """
        return scalars_frame(get_context(), self._rows(summary_fields))

    def scalars_detail(self) -> pd.DataFrame:
        """Give one row for every reported value: ``run path tag val step``."""
        return points_frame(self._find())

    def compare(self, columns: str | Iterable[str] | None = None) -> pd.DataFrame:
        """Give one row a run: who it is, its flags and attributes, ``step``, and the last values of its scalars.

        Parameters
        ----------
        columns
            Only these beside ``run``, as a list or with commas between them: ``loss`` the last value of a scalar,
            ``min loss``, ``max loss step`` and with ``first last avg total count`` others of it, ``=lr`` a flag,
            ``.stopped`` an attribute; ``loss as error`` under another heading.

        Examples
        --------
        >>> df.guild.compare("=lr, min loss, min loss step as best")     # doctest: +SKIP
        """
        context = get_context()
        return compare_frame(context, self._rows(compare_fields(context, columns)), columns)

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

    def _rows(self, choose: Chooser) -> Rows:
        return find_rows(get_context(), self._frame, choose)

    def _find(self) -> dict[str, RunDir]:
        return find_run_dirs(get_context(), read_names(self._frame))

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
