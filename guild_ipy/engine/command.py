"""Executes a command; imported by the ``main.py`` of a run of ``exec``.

The command takes the place of this process: its signals and its exit status are those of the run. Its output goes to
the output file, which is already standard output here.

Light on imports: see :mod:`guild_ipy.engine.child.process`.
"""

from __future__ import annotations

import os
import sys

from guild_ipy.engine.child.beginning import note_begin
from guild_ipy.engine.child.process import end_process
from guild_ipy.engine.script import ALIVE_VARIABLE, enter_run, import_from, run_dir_of

TYPE_CHECKING = False  # typing.TYPE_CHECKING, without loading typing
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn

#: The exit status of shells for a command that is not found, and for one that cannot be executed.
_NOT_FOUND = 127
_NOT_RUNNABLE = 126


def run_command_main(main: str, words: Sequence[str], *, sourcecode: str) -> NoReturn:
    """Become the command whose ``main.py`` this is."""
    run_dir = run_dir_of(main)
    lock = os.environ.get(ALIVE_VARIABLE)
    supervised = enter_run(run_dir)
    if lock is not None:
        os.set_inheritable(int(lock), True)  # the run lives as long as the command
    _restore_signals()
    if os.path.basename(words[0]).startswith("python"):
        import_from(os.path.normpath(os.path.join(run_dir.path, sourcecode)))
    if lock is not None:
        note_begin(run_dir)
    try:
        os.execvp(words[0], [*words])  # noqa: S606 - without a shell, as exec declares
    except OSError as error:
        code = _report(words, error)
    end_process(run_dir, code, supervised=supervised)


def _restore_signals() -> None:
    """Restore the signals that Python ignores and a command expects."""
    import signal  # start-up cost: nothing else needs it before

    for name in ("SIGPIPE", "SIGXFSZ"):
        number = getattr(signal, name, None)
        if number is not None:
            signal.signal(number, signal.SIG_DFL)


def _report(words: Sequence[str], error: OSError) -> int:
    sys.stderr.write(f"cannot run {words[0]!r}: {(error.strerror or str(error)).lower()}\n")
    sys.stderr.flush()
    return _NOT_FOUND if isinstance(error, FileNotFoundError) else _NOT_RUNNABLE
