"""Shows frames of runs in their own way, and leaves all other frames to pandas.

IPython asks the functions below for every DataFrame. One that was not made here gets the answer that it would have
got without them; so does one of ours where the user has said ``GUILD_IPY_TABLES=pandas``, or where another library,
such as itables, has put its own display in the place of that of pandas.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from guild_ipy.settings import shows_tables

if TYPE_CHECKING:
    from IPython.core.formatters import DisplayFormatter

#: The modules that say to hold ``DataFrame``, in pandas 2 and 3; pandas need not be loaded yet.
_MODULES = ("pandas", "pandas.core.frame")
_NAME = "DataFrame"
_PANDAS_OWN = "pandas.core.frame"


def show_frames(formatter: DisplayFormatter) -> None:
    """Let a shell show frames of runs in their own way."""
    for module in _MODULES:
        formatter.formatters["text/html"].for_type_by_name(module, _NAME, format_html)
        formatter.formatters["text/plain"].for_type_by_name(module, _NAME, print_text)


def leave_frames(formatter: DisplayFormatter) -> None:
    """Undo :func:`show_frames`."""
    for module in _MODULES:
        for kind in ("text/html", "text/plain"):
            formatter.formatters[kind].pop(f"{module}.{_NAME}", None)


def format_html(frame: Any) -> str | None:  # noqa: ANN401 - a DataFrame; pandas is loaded by who has one
    """Return the HTML of a frame; None where pandas is told to give none."""
    if _is_ours(frame) and _has_html():
        from guild_ipy.tables.shown.html_table import format_html  # start-up cost: pandas, as below
        from guild_ipy.tables.shown.shown_table import show_frame

        return format_html(show_frame(frame))
    theirs: str | None = frame._repr_html_()
    return theirs


def print_text(frame: Any, printer: Any, cycle: bool) -> None:  # noqa: ANN401, ARG001, FBT001 - IPython's protocol
    """Print the text of a frame, line by line as IPython prints what it does not know."""
    with printer.group():
        for number, line in enumerate(_text_of(frame).splitlines()):
            if number:
                printer.break_()
            printer.text(line)


def _text_of(frame: Any) -> str:  # noqa: ANN401 - as above
    if not _is_ours(frame):
        return repr(frame)
    from guild_ipy.tables.shown.shown_table import show_frame
    from guild_ipy.tables.shown.text_table import format_text

    return format_text(show_frame(frame))


def _is_ours(frame: Any) -> bool:  # noqa: ANN401 - as above
    if not frame.attrs or not shows_tables() or type(frame)._repr_html_.__module__ != _PANDAS_OWN:
        return False
    from guild_ipy.tables.columns.frame_mark import is_of_runs

    return is_of_runs(frame)


def _has_html() -> bool:
    import pandas as pd

    return bool(pd.get_option("display.notebook_repr_html"))
