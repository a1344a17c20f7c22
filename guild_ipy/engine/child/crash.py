"""Lets a process that crashes write where it was in Python: at SIGSEGV, SIGABRT, SIGBUS, SIGFPE and SIGILL.

The signal still ends the process. What the user's code does with :mod:`faulthandler` comes later, and counts; forked
processes have what their parent has, new programs do not.
"""

from __future__ import annotations

import faulthandler

_STDERR = 2


def show_crashes() -> None:
    """Write the frames of the thread that crashes to the output of the run."""
    faulthandler.enable(_STDERR, all_threads=False)
