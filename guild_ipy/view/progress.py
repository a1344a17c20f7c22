"""A line on standard error that says how far the reading of many runs has come."""

from __future__ import annotations

import sys

_WORDS = "\rreading runs, which is kept for the next time: {done:,} of {total:,}"


def show_progress(done: int, total: int) -> None:
    """Write how many runs have been read; when all have been, take the line away.

    Where few runs are to be read it is never called: :mod:`guild_ipy.index.refreshing.refresh`.
    """
    line = _WORDS.format(done=done, total=total)
    sys.stderr.write(f"\r{' ' * len(line)}\r" if done == total else line)
    sys.stderr.flush()
