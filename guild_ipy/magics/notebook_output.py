"""Verbs whose value in a notebook is another than at a shell: a DataFrame, a picture, a page below the cell."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from guild_ipy.errors import UsageError
from guild_ipy.session.session import get_session

if TYPE_CHECKING:
    from guild_ipy.arguments.verb import Searching
    from guild_ipy.verbs.looking.compare import CompareRuns
    from guild_ipy.verbs.looking.home import UseHome
    from guild_ipy.verbs.looking.lineage import TraceLineage
    from guild_ipy.verbs.looking.runs import ListRuns
    from guild_ipy.verbs.looking.select import SelectRuns
    from guild_ipy.verbs.looking.tensorboard import ShowTensorboard


def list_runs(wanted: ListRuns) -> object:
    """Return a frame of all runs."""
    if wanted.json:
        return wanted.carry_out(get_session())
    from guild_ipy.frame.runs_frame import frame_runs  # start-up cost: pandas, as below

    frame = frame_runs(wanted.filter, details=wanted.details, stale=wanted.stale)
    _explain_nothing(frame, wanted)
    return frame.drop(columns=["started", "time"]) if wanted.simplified else frame


def select_runs(wanted: SelectRuns) -> object:
    """Return ids or attributes themselves, or a frame."""
    return _explain_nothing(_find_selected(wanted), wanted)


def _find_selected(wanted: SelectRuns) -> Any:  # noqa: ANN401 - attributes are of any type
    if wanted.frame:
        from guild_ipy.frame.selected import frame_wanted

        return frame_wanted(wanted)
    if wanted.explain:
        from guild_ipy.view.run_lines import LineList  # start-up cost: for those who ask

        return wanted.carry_out(get_session()) if wanted.json else LineList(wanted.find(get_session()))
    return wanted.find(get_session())


def compare_runs(wanted: CompareRuns) -> object:
    """Return a frame; of a CSV file there is a note."""
    if wanted.csv is not None:
        done = wanted.carry_out(get_session())
        print(str(done) or getattr(done, "note", ""))
        return None
    if wanted.json:
        return wanted.carry_out(get_session())
    from guild_ipy.frame.runs_frame import compare_selected

    return _explain_nothing(compare_selected(wanted.selection, wanted.columns), wanted)


def _explain_nothing(found: Any, wanted: Searching) -> Any:  # noqa: ANN401 - a frame or a list
    """Say, where nothing was found, which name in the filter may be a slip."""
    if wanted.sought is not None and not len(found):
        from guild_ipy.session.unmatched import describe_unmatched  # start-up cost: for those who find nothing

        if hint := describe_unmatched(get_session().index, wanted.sought):
            print(hint)
    return found


def trace_lineage(wanted: TraceLineage) -> object:
    """Return a picture, with a frame."""
    if wanted.json:
        return wanted.carry_out(get_session())
    from guild_ipy.frame.pictures.lineage_view import Lineage

    return Lineage(get_session(), wanted.trace(get_session()))


def show_tensorboard(wanted: ShowTensorboard) -> None:
    """Show the runs below the cell."""
    from guild_ipy.verbs.looking.tensorboard import MISSING, LinkFolder  # start-up cost: for those who ask

    runs = wanted.find(get_session())
    try:
        from tensorboard import notebook  # optional
    except ImportError as error:
        raise UsageError(MISSING) from error
    beside = os.path.join(os.path.dirname(sys.executable), "tensorboard")
    if os.path.exists(beside):  # a kernel need not have it on its path; TensorBoard itself asks for this variable
        os.environ.setdefault("TENSORBOARD_BINARY", beside)
    folder = LinkFolder(runs)
    folder.keep_fresh()
    notebook.start(shlex.join(["--logdir", folder.path, *wanted.options]))


def use_home(wanted: UseHome) -> object:
    """Say of a new home whether it is there yet."""
    found = wanted.carry_out(get_session())
    if wanted.path is not None and not wanted.json and not os.path.isdir(str(found)):
        print("It is not there yet; the first run makes it")
    return found


OWN_WAYS: Mapping[str, Callable[[Any], object]] = {
    "runs": list_runs,
    "select": select_runs,
    "compare": compare_runs,
    "lineage": trace_lineage,
    "tensorboard": show_tensorboard,
    "home": use_home,
}
