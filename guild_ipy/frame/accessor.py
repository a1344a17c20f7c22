"""``df.guild``: what can be done with the runs of a frame.

Works on any frame with a ``run`` column, also after a filter, sort, concat or merge, and after a trip through a
CSV file. Each run counts once, in the order of the frame; rows without a run are left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, overload

import pandas as pd

from guild_ipy.arguments.run_selection import RunSelection
from guild_ipy.domain.choosing.run_filter import RunFilter
from guild_ipy.errors import RunNotFound, UsageError
from guild_ipy.frame.edited_flags import edited_flags
from guild_ipy.scheduling.restaging import restage_all
from guild_ipy.session.run_handle import Run
from guild_ipy.session.session import get_session
from guild_ipy.store.run_dir import RunDir
from guild_ipy.tables.columns.column_cache import Chooser
from guild_ipy.tables.columns.rows import Rows, find_rows
from guild_ipy.tables.columns.run_names import RUN, read_names, run_column, take_runs
from guild_ipy.tables.columns.runs_of_frame import find_deleted, find_run_dirs
from guild_ipy.tables.contents.best_runs import rank
from guild_ipy.tables.contents.comparison import compare_fields, compare_frame, leave_out_batches
from guild_ipy.tables.contents.flag_table import flag_fields, flags_frame
from guild_ipy.tables.contents.noted_attributes import attribute_fields, attributes_frame
from guild_ipy.tables.contents.points import points_frame, read_points
from guild_ipy.tables.contents.scalar_table import scalars_frame, summary_fields
from guild_ipy.tables.pictures.curves import make_curves, plot_curves
from guild_ipy.tables.pictures.optimised import find_optimised
from guild_ipy.tables.pictures.parallel import across_flags, plot_parallel
from guild_ipy.tables.pictures.pyplot import Axes
from guild_ipy.tables.pictures.run_captions import label_fields, label_runs
from guild_ipy.verbs.changing.comment import CommentEdit, write_comments
from guild_ipy.verbs.changing.delete import Delete
from guild_ipy.verbs.changing.label import Label
from guild_ipy.verbs.changing.mark import Mark
from guild_ipy.verbs.changing.purge import Purge
from guild_ipy.verbs.changing.restore import Restore
from guild_ipy.verbs.changing.tag import Tag, several_tags
from guild_ipy.verbs.looking.diff import diff, older_first
from guild_ipy.verbs.looking.info import RunInfo, get_info
from guild_ipy.verbs.running.restage import report_restaged
from guild_ipy.view.changed_runs import ChangedRuns
from guild_ipy.view.run_diff import RunDiff

if TYPE_CHECKING:
    from guild_ipy.widgets.runs_table import RunsTable

_NAME = "guild"


class GuildAccessor:
    """The runs of a frame.

    Frames that it returns have the frame's own names in ``run``, so that they can be merged with it. The frame itself
    is never changed; list again to see a new mark or label.

    Examples
    --------
    >>> df = guild_ipy.runs(operations="train")              # doctest: +SKIP
    >>> best = df.guild.compare().nsmallest(3, "loss")       # doctest: +SKIP
    >>> best.guild.mark()                                    # doctest: +SKIP
    3
    """

    def __init__(self, frame: pd.DataFrame) -> None:
        run_column(frame)  # pandas expects a refusal here
        self._frame = frame

    # -- look

    def info(self) -> RunInfo:
        """Return what there is to know about the first run."""
        for run_dir in self._find().values():
            return get_info(_open(run_dir))
        raise UsageError("there is no run in this frame; filter less")

    def flags(self) -> pd.DataFrame:
        """Return one row a run: ``run`` and its flags."""
        return flags_frame(self._rows(flag_fields))

    def attributes(self) -> pd.DataFrame:
        """Return one row a run: ``run`` and the attributes that were noted on it."""
        return attributes_frame(self._rows(attribute_fields))

    def scalars(self) -> pd.DataFrame:
        """Return one row a run and scalar: ``run prefix tag``, values and steps of first, last, min and max.

        After these ``avg_val count total``.
        """
        return scalars_frame(get_session(), self._rows(summary_fields))

    def scalars_detail(self) -> pd.DataFrame:
        """Return one row for every reported value, file by file and scalar by scalar: ``run path tag val step``."""
        return points_frame(read_points(self._find()))

    def compare(self, columns: str | Iterable[str] | None = None) -> pd.DataFrame:
        """Return one row a run: who it is, last values of scalars, ``step``, flags, attributes, and when and where.

        Batches are left out, whose results are those of their trials, unless the frame has nothing else.

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
        return compare_frame(leave_out_batches(self._rows(compare_fields(columns))), columns)

    def diff(self) -> RunDiff:
        """Return how the two runs differ, the older one first: attributes, flags, scalars, environment, files, source.

        Raises
        ------
        UsageError
            If there are not exactly two.
        """
        return diff(older_first(list(map(_open, self._find().values()))))

    @overload
    def best(self, column: str, *, max: bool | None = ..., limit: None = ...) -> Run: ...

    @overload
    def best(self, column: str, *, max: bool | None = ..., limit: int) -> pd.DataFrame: ...

    def best(self, column: str, *, max: bool | None = None, limit: int | None = None) -> Run | pd.DataFrame:  # noqa: A002
        """Return the run that has the least of a scalar, flag or attribute; of equal ones the first.

        Parameters
        ----------
        column
            As in :meth:`compare`: ``loss``, ``min loss``, ``max accuracy``.
        max
            Whether the greatest is the best; None means only if the column says ``max``.
        limit
            Return a frame in place of the run: at most that many rows of this one, the best first.

        Raises
        ------
        RunNotFound
            If no run has a number there.

        Examples
        --------
        >>> df.guild.best("loss").flags                                  # doctest: +SKIP
        >>> df.guild.best("max accuracy", limit=5).guild.plot("loss")    # doctest: +SKIP
        """
        names = rank(self.compare([column]), column, greatest=max)
        if limit is None:
            return _open(find_run_dirs(get_session(), names[:1])[names[0]])
        return take_runs(self._frame, names[:limit])

    # -- pictures

    def plot(self, *scalars: str, ax: Axes | None = None) -> Axes:
        """Draw learning curves: a panel for each scalar, a line for each run.

        Parameters
        ----------
        *scalars
            Which; without them the first six, ``loss`` before the others.
        ax
            Where to draw, if it is one scalar.

        Returns
        -------
        matplotlib.axes.Axes
            Of one scalar; of several an array of them.
        """
        rows = self._rows(label_fields)
        curves = make_curves(read_points(self._find()))
        return plot_curves(curves, dict(zip(rows.names, label_runs(rows), strict=True)), scalars, ax)

    def parallel(self, columns: str | Iterable[str] | None = None, *, ax: Axes | None = None) -> Axes:
        """Draw parallel coordinates: a line for each run across its flags to its results.

        Parameters
        ----------
        columns
            As in :meth:`compare`; without them the flags in which the runs differ, and what they were judged by: the
            scalar of a rule that has marked one of them, else ``loss``, else the first. One column alone comes after
            these flags.
        ax
            Where to draw.
        """
        named = None if columns is None else self.compare(columns).drop(columns=RUN)
        if named is not None and named.shape[1] != 1:
            return plot_parallel(named, ax)
        rows = leave_out_batches(self._rows(compare_fields(None)))
        return plot_parallel(across_flags(rows, named, find_optimised(self._find().values())), ax)

    def table(self, columns: str | Iterable[str] | None = None) -> RunsTable:
        """Return a table of the runs for a notebook, to sort, filter, compare and mark by hand.

        `columns` are those to begin with, as for :meth:`compare`; see ``guild_ipy.table``.
        """
        from guild_ipy.widgets.runs_table import table_of  # start-up cost: ipywidgets, which few frames need

        return table_of(self._selection(), get_session(), columns)

    # -- change

    def mark(self, *, clear: bool = False, reason: str | None = None) -> int:
        """Mark the runs, or clear their marks; return how many there were. ``run.marks`` remembers `reason`."""
        return self._change(Mark(selection=self._selection(), clear=clear, reason=reason))

    def label(
        self,
        text: str | None = None,
        *,
        append: str | None = None,
        prepend: str | None = None,
        remove: str | None = None,
        clear: bool = False,
    ) -> int:
        """Change the labels of the runs in one of these ways, and say so; return how many runs there were."""
        if [text, append, prepend, remove].count(None) != (4 if clear else 3):
            raise UsageError("label takes one of a text, append, prepend, remove and clear")
        return self._change(
            Label(
                selection=self._selection(),
                set=text,
                append=append,
                prepend=prepend,
                remove=() if remove is None else (remove,),
                clear=clear,
            )
        )

    def tag(self, *add: str, remove: str | Iterable[str] = (), clear: bool = False, sync_labels: bool = False) -> int:
        """Add tags to the runs, remove some or all, and say so; return how many runs there were.

        `clear` removes all tags before others are added; `sync_labels` changes the labels along with the tags.

        Examples
        --------
        >>> best.guild.tag("paper", "fig-3", remove="draft")             # doctest: +SKIP
        """
        gone = several_tags(remove)
        wanted = Tag(selection=self._selection(), add=add, remove=gone, clear=clear, sync_labels=sync_labels)
        return self._tell(wanted.change(get_session()))

    def comment(
        self,
        text: str | None = None,
        *,
        edit: int | None = None,
        delete: int | None = None,
        clear: bool = False,
        user: str | None = None,
    ) -> int:
        """Write a comment on the runs, and say so; return how many runs there were.

        `edit` is the number of a comment that gets this text in place of its own, `delete` that of one to delete;
        `clear` deletes all. `user` is who writes, also as ``"ada@lab"``.
        """
        is_new = edit is None
        change = CommentEdit(
            add=text if is_new else None,
            edit=edit,
            text=None if is_new else text,
            delete=delete,
            clear=clear,
            user=user,
        )
        return self._tell(write_comments(get_session(), self._selection(), change))

    def restage(self, columns: Iterable[str] | None = None) -> int:
        """Stage the runs again with the flags of this frame, as the next that a queue starts; return how many.

        A flag is changed where its cell differs from what is recorded. `columns` are those that are flags; without them
        all that are called like a flag of the run. The first row is the next run.

        Raises
        ------
        RunStateError
            If one of them is at work; none is restaged then.

        Examples
        --------
        >>> df["lr"] = df["lr"] / 10                                      # doctest: +SKIP
        >>> df.guild.restage()                                            # doctest: +SKIP
        """
        rows = self._frame[run_column(self._frame).notna()].drop_duplicates(RUN)
        changes = list(edited_flags(rows, self._find_live(), columns))
        return self._tell(report_restaged(restage_all(get_session(), changes)))

    def delete(self) -> int:
        """Move the runs to the trash, without asking; return how many there were. :meth:`restore` undoes it.

        Raises
        ------
        RunStateError
            If one of them is running; none is deleted then.
        """
        return self._change(Delete(selection=self._selection()))

    def restore(self) -> int:
        """Move the runs back from the trash, and say so; return how many there were.

        Raises
        ------
        RunStateError
            If one of them could not be restored, as while there is a run of its id; the others are restored.
        """
        return self._change(Restore(selection=self._deleted_selection()))

    def purge(self) -> int:
        """Remove the runs, which are in the trash, for good, without asking, and say so; return how many there were.

        Nothing brings them back.

        Raises
        ------
        RunStateError
            If one of them could not be removed, as one that is running; the others are removed.
        """
        return self._change(Purge(selection=self._deleted_selection()))

    # -- which runs

    def _rows(self, choose: Chooser) -> Rows:
        return find_rows(get_session(), self._frame, choose)

    def _find(self) -> dict[str, RunDir]:
        return find_run_dirs(get_session(), read_names(self._frame))

    def _change(self, wanted: Mark | Label | Delete | Restore | Purge) -> int:
        return self._tell(wanted.carry_out(get_session()))

    def _tell(self, done: ChangedRuns) -> int:
        done.show()
        return len(done.runs)

    def _selection(self) -> RunSelection:
        return RunSelection(refs=tuple(self._find_live()), default="none")

    def _deleted_selection(self) -> RunSelection:
        runs = find_deleted(get_session(), read_names(self._frame))
        return RunSelection(refs=tuple(map(_open, runs)), filter=RunFilter(deleted=True), default="none")

    def _find_live(self) -> list[Run]:
        found = self._find()
        live = get_session().home.runs
        for name, run_dir in found.items():
            if not run_dir.path.startswith(live + "/"):
                raise RunNotFound(name, "it is deleted; restore it first")
        return list(map(_open, found.values()))


def _open(run_dir: RunDir) -> Run:
    return Run(run_dir, session=get_session())


def register_accessor() -> None:
    """Make ``df.guild`` this class; one from an earlier load of this module is replaced without a warning."""
    if getattr(getattr(pd.DataFrame, _NAME, None), "__module__", None) == __name__:
        delattr(pd.DataFrame, _NAME)
    pd.api.extensions.register_dataframe_accessor(_NAME)(GuildAccessor)
