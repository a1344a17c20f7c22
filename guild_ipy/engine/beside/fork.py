"""Turns a forked process into a run."""

from __future__ import annotations

import importlib
import os
import signal
import socket
import sys
import types
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from guild_ipy.domain.program import BatchProgram, QueueProgram, ScriptProgram
from guild_ipy.engine.beside.early_end import EarlyEnd
from guild_ipy.engine.beside.own_server import Serve, fork_own_server
from guild_ipy.engine.beside.warm_pages import WarmPages
from guild_ipy.engine.child.beginning import note_late_begin
from guild_ipy.engine.child.crash import show_crashes
from guild_ipy.engine.child.libraries.restore_setup import set_up
from guild_ipy.engine.child.libraries.seeds import seed_generators
from guild_ipy.engine.child.libraries.showing import show_in_output
from guild_ipy.engine.child.process import end_process, run_to_end
from guild_ipy.engine.fork_server import ForkServer
from guild_ipy.engine.inherited_limits import apply_limits
from guild_ipy.engine.job import open_job
from guild_ipy.engine.launch_channel import GO, PREPARED, LaunchRequest, wait_for_word
from guild_ipy.engine.meta import require_meta
from guild_ipy.engine.output.streams import open_output, redirect_streams
from guild_ipy.engine.script import enter_script, execute, mark_process, share_script
from guild_ipy.store.run_dir import RunDir


def become_run(request: LaunchRequest, supervisor: socket.socket, pages: WarmPages, serve: Serve) -> NoReturn:
    """Turn the calling process, a fork, into the run; it ends here.

    It prepares what needs no file. When `supervisor` says that the files are there, it opens them, and when it says so
    again it starts. The memory that it has written to is noted in `pages`. A run that starts runs itself first forks a
    fork server of its own, which does `serve`.
    """
    run_dir = RunDir(request.path)
    code = 1
    early_end = EarlyEnd(supervisor)
    try:
        server = None if request.server_idle is None else fork_own_server(serve, request.server_idle)
        apply_limits(request.inherited)
        _enter(run_dir, request.env)
        if wait_for_word(supervisor) != PREPARED:
            os._exit(code)
        main = new_main(run_dir)
        execute_program = open_run(run_dir, main) if server is None else open_starter(run_dir, server)
        set_up(run_dir, main)
        if wait_for_word(supervisor) != GO:
            os._exit(code)
        note_late_begin(run_dir, request.asked)
        code = execute_program()
        if server is None:
            pages.note()
    except BaseException as error:  # noqa: BLE001 - nothing may return into the code of the supervisor
        sys.excepthook(type(error), error, error.__traceback__)
        code = -signal.SIGINT if isinstance(error, KeyboardInterrupt) else 1
    finally:
        end_process(run_dir, code, supervised=True, at_last=early_end.tell)


def _enter(run_dir: RunDir, env: Mapping[str, str]) -> None:
    output = open_output(run_dir)
    for target in (1, 2):
        os.dup2(output, target)
    os.close(output)
    show_crashes()
    set_environment(env)
    mark_process(run_dir)
    os.chdir(run_dir.path)
    redirect_streams(run_dir)
    show_in_output(run_dir)


def set_environment(env: Mapping[str, str]) -> None:
    """Set the environment of the process to that of the run; variables that do not differ are not set."""
    for name in os.environ.keys() - env.keys():
        del os.environ[name]
    for name, value in env.items() - os.environ.items():
        os.environ[name] = value


def open_run(run_dir: RunDir, namespace: dict[str, Any], *, is_beside: bool = False) -> Callable[[], int]:
    """Prepare this process for the program of the run; return the function that executes it and returns its status.

    `is_beside` is true in the process of a notebook, whose own classes must stay unchanged.
    """
    meta = require_meta(run_dir)
    program = meta.program
    if not isinstance(program, ScriptProgram):
        return open_job(run_dir, meta, namespace, is_beside=is_beside).execute
    enter_script(
        namespace,
        script=program.path,
        arguments=program.arguments,
        import_path=meta.import_path,
        run_dir=run_dir,
        roots=program.roots,
        package=program.package,
    )
    share_script(namespace, program.path, program.constants, run_dir)
    seed_generators(meta.random_seed)
    return lambda: run_to_end(lambda: execute(namespace, program.constants, program.map_name), run_dir, {})


def open_starter(run_dir: RunDir, server: ForkServer) -> Callable[[], int]:
    """Prepare this process for a program that starts runs by a fork server of its own, as :func:`open_run` does."""
    program = require_meta(run_dir).program
    assert isinstance(program, BatchProgram | QueueProgram), "no other program starts runs"
    module = importlib.import_module(program.module)  # of a layer above, as main.py has it
    return lambda: int(module.execute(run_dir, server))


def new_main(run_dir: RunDir) -> dict[str, Any]:
    """Give the process a ``__main__`` of its own, which spawned processes find in ``main.py``."""
    main = types.ModuleType("__main__")
    main.__file__ = run_dir.main
    main.__dict__["__builtins__"] = __builtins__
    sys.modules["__main__"] = main
    if "__mp_main__" in sys.modules:  # its other name, if multiprocessing is loaded already
        sys.modules["__mp_main__"] = main
    sys.argv[:] = [run_dir.main]
    sys.orig_argv[:] = [sys.executable, run_dir.main]
    return vars(main)
