"""The traceback that a run prints: frames of the user's code only, with cells named as in the notebook."""

from __future__ import annotations

import linecache
import os
import re
import sys
import traceback
from collections.abc import Mapping

from guild_ipy.domain.program import CellFile
from guild_ipy.errors import GuildError, NotebookError
from guild_ipy.store.state.error_line import first_line

_ENGINE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_PACKAGE = os.path.dirname(_ENGINE)
_IMPORT_SYSTEM = "<frozen importlib"


def show_cells(cells: Mapping[str, CellFile], sourcecode: str) -> None:
    """Let ``linecache`` (tracebacks, ``inspect.getsource``) find the text of captured cells."""
    for code_file, cell in cells.items():
        try:
            with open(os.path.join(sourcecode, cell.path), encoding="utf-8") as file:
                text = file.read()
        except OSError:
            continue
        linecache.cache[code_file] = (len(text), None, text.splitlines(keepends=True), code_file)


def format_failure(error: BaseException, cells: Mapping[str, CellFile]) -> str:
    """Return the traceback of `error` without the frames of the engine; of our own errors only the message."""
    if isinstance(error, NotebookError):
        return f"{error}\n"  # the kernel has written the traceback
    if _is_misused_magic(error):
        return f"UsageError: {error}\n"  # as a notebook shows it
    summary = traceback.TracebackException.from_exception(error)
    _drop_frames(summary, _foreign_folders(error))
    text = "".join(summary.format())
    for code_file, cell in cells.items():
        text = re.sub(rf'File "{re.escape(code_file)}", line', f"Cell In[{cell.number}], line", text)
    return text


def describe_failure(error: BaseException) -> str:
    """Return the type and message of an exception in a line; of the cell of a notebook file only the message."""
    message = first_line(message_of(error))
    if isinstance(error, NotebookError):
        return message
    is_ours = isinstance(error, GuildError) or _is_misused_magic(error)
    name = type(error).__name__ if is_ours else type_name(type(error))
    return first_line(f"{name}: {message}" if message else name)


def type_name(cls: type) -> str:
    """Return the name of a type as tracebacks have it."""
    return cls.__qualname__ if cls.__module__ in {"__main__", "builtins"} else f"{cls.__module__}.{cls.__qualname__}"


def message_of(error: BaseException) -> str:
    """Return the message of an exception; empty if its own ``__str__`` fails."""
    try:
        return str(error)
    except Exception:  # noqa: BLE001 - the user's own __str__
        return ""


def _is_misused_magic(error: BaseException) -> bool:
    return (type(error).__module__, type(error).__name__) == ("IPython.core.error", "UsageError")


def _foreign_folders(error: BaseException) -> tuple[str, ...]:
    """Return the folders of code that is not the user's: this package, and IPython, which calls magics."""
    ours = _PACKAGE if isinstance(error, GuildError) else _ENGINE
    ipython = getattr(sys.modules.get("IPython"), "__file__", None)
    return tuple(folder + os.sep for folder in (ours, ipython and os.path.dirname(ipython)) if folder)


def drop_outer_frames(error: BaseException) -> None:
    """Let the traceback of `error` begin with the user's code; it stays whole if there is none."""
    rest = error.__traceback__
    while rest is not None and rest.tb_frame.f_code.co_filename.startswith(_ENGINE + os.sep):
        rest = rest.tb_next
    if rest is not None:
        error.__traceback__ = rest


def _drop_frames(summary: traceback.TracebackException, folders: tuple[str, ...]) -> None:
    """Remove frames of files in folders, and of imports, from the exception and those that it is chained to."""
    frames = [f for f in summary.stack if not f.filename.startswith((*folders, _IMPORT_SYSTEM))]
    summary.stack = traceback.StackSummary.from_list(frames)
    for chained in (summary.__cause__, summary.__context__, *(summary.exceptions or ())):
        if chained is not None:
            _drop_frames(chained, folders)
