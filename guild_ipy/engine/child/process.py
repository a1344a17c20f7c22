"""The process of a run: how its operation ends, and how the process ends after it.

A script in a fresh interpreter imports this module and little else, so this module and those that it imports at the
top import only modules that Python has loaded anyway; others are imported where they are used (start-up cost).
"""

from __future__ import annotations

import os
import sys

from guild_ipy.engine.child.libraries.figures import process_figures
from guild_ipy.engine.child.open_files import flush_c_output, write_open_files
from guild_ipy.store.run_dir import RunDir

TYPE_CHECKING = False  # typing.TYPE_CHECKING, without loading typing
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import NoReturn

    from guild_ipy.domain.program import CellFile

SIGINT = 2  # signal.SIGINT, without loading enum
#: The hook before the user's code runs.
_FIRST_HOOK = sys.excepthook


def run_to_end(
    operation: Callable[[], object],
    run_dir: RunDir,
    cells: Mapping[str, CellFile],
    sent: Mapping[str, object] | None = None,
) -> int:
    """Run an operation, keep its result or exception, and return the exit status of the process.

    `sent` has the objects that came from the notebook, by name.

    0 when it returned, 1 when it raised, the code of a SystemExit, ``-SIGINT`` for a KeyboardInterrupt.
    """
    if sys.excepthook is _FIRST_HOOK or sys.excepthook is sys.__excepthook__:  # a hook of the user's code may call it
        sys.excepthook = lambda _, error, __: _write_failure(error, run_dir, cells)
    try:
        result = operation()
    except SystemExit as request:
        code = _exit_code(request)
        if code:
            _keep_exit_text(request, run_dir)
            _write_error(_how_to_get_missing(request, run_dir))
        return code
    except KeyboardInterrupt as interrupt:
        _report(interrupt, run_dir, cells)
        return -SIGINT
    except BaseException as error:  # noqa: BLE001 - whatever the operation raises is the run's own failure
        from guild_ipy.engine.child.outcome import keep_exception  # start-up cost

        code = _report(error, run_dir, cells)
        keep_exception(_find_moved(run_dir), error, cells, sent or {})
        return code
    if result is not None:
        from guild_ipy.engine.child.outcome import keep_result  # start-up cost

        keep_result(_find_moved(run_dir), result, sent or {})
    return 0


def end_process(
    run_dir: RunDir, code: int, *, supervised: bool, at_last: Callable[[int], None] | None = None
) -> NoReturn:
    """End as Python ends, without tearing down loaded modules, which costs up to 0.5 s.

    A negative code is a signal that the process sends to itself. Before that, `at_last` is called with it.
    """
    for step in (_show_figures, _join_threads, _run_exit_functions, _remove_workers, write_open_files, flush_c_output):
        try:
            step(run_dir)
        except BaseException as error:  # noqa: BLE001 - code that the user registered with atexit; the status stands
            _write_failure(error, run_dir, {})
    _flush()
    if supervised or os.path.exists(_find_moved(run_dir).guild_process):
        _write_job_exit_status(run_dir, code)
    if at_last is not None:
        at_last(code)
    if code < 0:
        import signal  # start-up cost

        signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    os._exit(code)


def _show_figures(run_dir: RunDir) -> None:
    """Show and save the matplotlib figures that are still open."""
    if "matplotlib.pyplot" in sys.modules:
        process_figures().show_open(_find_moved(run_dir))


def _find_moved(run_dir: RunDir) -> RunDir:
    """Return the run directory where it is now: the current folder moves with it."""
    if os.path.exists(run_dir.guild):
        return run_dir
    try:
        here = os.getcwd()
    except FileNotFoundError:  # it has been deleted
        return run_dir
    return RunDir(here) if os.path.basename(here) == run_dir.id else run_dir


def _exit_code(request: SystemExit) -> int:
    if request.code is None or isinstance(request.code, int):
        return (request.code or 0) & 0xFF
    sys.stderr.write(f"{request.code}\n")
    return 1


def _keep_exit_text(request: SystemExit, run_dir: RunDir) -> None:
    """Keep the text of ``sys.exit("no data")`` as the reason; an exit status alone says nothing."""
    if not isinstance(request.code, int):
        from guild_ipy.engine.child.outcome import keep_error  # start-up cost

        keep_error(_find_moved(run_dir), str(request.code))


def _report(error: BaseException, run_dir: RunDir, cells: Mapping[str, CellFile]) -> int:
    """Show the exception of an operation by ``sys.excepthook``, which the user may have set; return the exit status."""
    from guild_ipy.engine.child.failure import drop_outer_frames  # start-up cost

    _make_room(run_dir)
    drop_outer_frames(error)
    sys.last_type, sys.last_value, sys.last_traceback = type(error), error, error.__traceback__  # as Python does
    try:
        sys.excepthook(type(error), error, error.__traceback__)
    except SystemExit as request:
        return _exit_code(request)
    except BaseException as trouble:  # noqa: BLE001 - the user's hook may raise anything; Python then shows both
        trouble.__context__ = None if trouble.__context__ is error else trouble.__context__
        _write_failure(trouble, run_dir, cells, "Error in sys.excepthook:\n")
        _write_failure(error, run_dir, cells, "\nOriginal exception was:\n")
    return 1


def _write_failure(error: BaseException, run_dir: RunDir, cells: Mapping[str, CellFile], title: str = "") -> None:
    from guild_ipy.engine.child.failure import format_failure  # start-up cost

    _make_room(run_dir)
    _write_error(title + format_failure(error, cells) + _how_to_get_missing(error, run_dir))


def _how_to_get_missing(error: BaseException, run_dir: RunDir) -> str:
    from guild_ipy.engine.child.missing_file import explain_missing  # start-up cost

    try:
        return explain_missing(error, run_dir)
    except Exception:  # noqa: BLE001 - advice about an error must not take its place
        return ""


def _write_error(text: str) -> None:
    try:
        sys.stdout.flush()
        sys.stderr.write(text)
        sys.stderr.flush()
    except (OSError, ValueError, AttributeError):  # a full disk, a closed stream, or none
        return


def _make_room(run_dir: RunDir) -> None:
    """Free half of the space that the supervisor has reserved for the end: the run may have filled the disk."""
    try:
        os.truncate(run_dir.reserve, os.stat(run_dir.reserve).st_size // 2)
    except OSError:  # it has no supervisor
        return


def _join_threads(run_dir: RunDir) -> None:  # noqa: ARG001 - a step of the end
    threading = sys.modules.get("threading")
    if threading is not None:
        threading._shutdown()  # noqa: SLF001 - what Python's own end calls


def _run_exit_functions(run_dir: RunDir) -> None:  # noqa: ARG001 - a step of the end
    import atexit  # start-up cost

    atexit._run_exitfuncs()  # noqa: SLF001 - what Python's own end calls


def _remove_workers(run_dir: RunDir) -> None:
    if os.path.exists(run_dir.workers):
        import shutil  # start-up cost: for runs that spawned processes

        shutil.rmtree(run_dir.workers, ignore_errors=True)


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError, AttributeError):  # a full disk, a closed stream, or none
            continue


def _write_job_exit_status(run_dir: RunDir, code: int) -> None:
    """Write how the run ended, for the case that its supervisor, or the process of Guild AI, is gone."""
    run_dir = _find_moved(run_dir)
    aside = run_dir.job_exit_status + ".new"
    try:
        descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o666)
        try:
            os.write(descriptor, b"%d\n" % code)
        finally:
            os.close(descriptor)
        os.rename(aside, run_dir.job_exit_status)
    except OSError:  # a full disk: the supervisor has a reserve
        return
