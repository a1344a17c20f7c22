"""The line that says why a run failed.

The process of a run keeps the last line of its exception, or the text of its ``SystemExit``, in the attribute
``error``. A signal that nobody sent to stop the run has its name; a run that a search has stopped says so. For a run
that left only an exit status, as a command or a run of Guild AI does, the line is looked for at the end of its output:
the last line of a Python traceback, or the very last line if it reads like an error. Otherwise there is none: a
progress bar or a metric is no reason.
"""

from __future__ import annotations

import os
import re

from guild_ipy.store.files.regular_file import open_regular
from guild_ipy.store.run_dir import RunDir
from guild_ipy.store.state.signals import describe_signal, is_stop, why_pruned

#: The attribute that the process of a run writes.
ERROR = "error"
#: More of a line is not kept.
LONGEST_LINE = 500
_TAIL_BYTES = 16384
_TRACEBACK = "Traceback (most recent call last):"
_ANSI = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")
_READS_LIKE_ERROR = re.compile(
    r"(error|exception|fatal|panic|fail(ed|ure)|abort(ed|ing)|killed|segmentation fault|core dumped|out of memory"
    r"|denied|cannot|can't|could not|couldn't|unable to|not found|no such|not permitted|refused|invalid|unrecognized"
    r"|unknown|missing|required|timed out|must be)\b",
    re.IGNORECASE,
)
#: A metric: ``test error: 0.13``.
_METRIC = re.compile(r".*[:=]\s*[-+]?[0-9.]+(e[-+]?[0-9]+)?\s*%?", re.IGNORECASE)


def find_error(run_dir: RunDir, exit_status: int | None, kept: str | None) -> str | None:
    """Return why a run failed; None if it did not fail, was stopped, or has not told.

    Parameters
    ----------
    run_dir
        The run.
    exit_status
        How it ended; None if it has not.
    kept
        The attribute ``error``. Guild AI leaves that of an earlier attempt in a run that it starts again.
    """
    if not exit_status:
        return None
    if is_stop(run_dir, exit_status):
        why = why_pruned(run_dir)
        return None if why is None else f"pruned {why}"
    if exit_status < 0:
        return kept or describe_signal(run_dir, exit_status)
    return kept or _find_in_output(run_dir)


def first_line(text: str) -> str:
    """Return the first line of a text that says anything, cut to :data:`LONGEST_LINE` characters."""
    line = next((line for line in map(str.strip, text.splitlines()) if line), "")
    return line if len(line) <= LONGEST_LINE else line[: LONGEST_LINE - 1] + "…"


def _find_in_output(run_dir: RunDir) -> str | None:
    text = _read_tail(run_dir).rstrip()
    _, traceback, below = text.rpartition(_TRACEBACK)
    if traceback:
        return _end_of_traceback(below)
    last = _visible(text.rpartition("\n")[2])
    is_error = _READS_LIKE_ERROR.search(last) and not _METRIC.fullmatch(last)
    return first_line(last) if is_error else None


def _end_of_traceback(below: str) -> str | None:
    """Return the first line below the frames: the type of the exception, and its message."""
    lines = map(_visible, below.split("\n"))
    return next((first_line(line) for line in lines if line.strip() and not line.startswith(" ")), None)


def _visible(line: str) -> str:
    """Return a line without colours, as its last carriage return leaves it."""
    return _ANSI.sub("", line.rstrip("\r").rpartition("\r")[2])


def _read_tail(run_dir: RunDir) -> str:
    try:
        descriptor = open_regular(run_dir.output)
    except OSError:
        return ""
    try:
        size = os.fstat(descriptor).st_size
        return os.pread(descriptor, _TAIL_BYTES, max(0, size - _TAIL_BYTES)).decode("utf-8", "replace")
    except OSError:
        return ""
    finally:
        os.close(descriptor)
