"""A run that does nothing, from which the fork server learns what its forks write to.

:mod:`guild_ipy.engine.beside.pages` says why.

From its fork to its end a run copies some 800 pages, its supervisor as many.
"""

from __future__ import annotations

import contextlib
import os
import select
import socket
import tempfile
from collections.abc import Callable

import cloudpickle

from guild_ipy.domain.payload import FunctionCall
from guild_ipy.domain.program import NotebookProgram
from guild_ipy.domain.values.scalars import DEFAULT_PATTERNS
from guild_ipy.engine.beside.pages import ForkPages, Pages
from guild_ipy.engine.beside.standby import Standby
from guild_ipy.engine.launch_channel import GO, PREPARED, LaunchRequest, format_request, send_word
from guild_ipy.engine.meta import JobMeta, encode_meta
from guild_ipy.errors import GuildError
from guild_ipy.linux import message_pair, open_process
from guild_ipy.store.files.attrs import write_attr
from guild_ipy.store.files.messages import send_message
from guild_ipy.store.files.whole_file import write_new_file
from guild_ipy.store.guild_home import Home
from guild_ipy.store.left_behind import REHEARSAL_PREFIX, TEMPORARY_PREFIXES, remove_left_behind
from guild_ipy.store.run_dir import RunDir
from guild_ipy.store.state.lock import hold_alive
from guild_ipy.store.state.markers import set_pending

#: The run id that no run of a user has.
REHEARSAL_ID = "0" * 32
_LONGEST_SECONDS = 5.0


def rehearse() -> ForkPages:
    """Have a supervisor and a run of it, and give what they wrote to; nothing where that cannot be found out."""
    try:
        remove_left_behind(tempfile.gettempdir(), TEMPORARY_PREFIXES)
        with tempfile.TemporaryDirectory(prefix=REHEARSAL_PREFIX) as folder:
            pages = ForkPages(supervisor=Pages(notes=folder + "/supervisor"), run=Pages(notes=folder + "/run"))
            _have_run(Home(folder), pages)
            return ForkPages(supervisor=pages.supervisor.noted(), run=pages.run.noted())
    except (OSError, GuildError):  # no process or no disk space to be had; runs are slower, and no less right
        return ForkPages()


def _have_run(home: Home, pages: ForkPages) -> None:
    """Do as a kernel does, and its fork server."""
    run_dir = _make_run(home)
    alive = hold_alive(run_dir)
    assert alive is not None, "nobody else knows the directory"
    set_pending(run_dir)
    kernel, server = message_pair()
    ours, theirs = socket.socketpair()
    with kernel, server, ours, theirs:
        try:
            standby = Standby(server, pages, closes=(kernel.fileno(), ours.fileno(), theirs.fileno(), alive))
            socket.send_fds(kernel, [b"r"], [theirs.fileno(), alive])
        finally:
            os.close(alive)
        send_message(ours, format_request(_request(run_dir)))
        for word in (PREPARED, GO):
            send_word(ours, word)
        standby.wait()
        _wait_for_process(standby.pid)


def _make_run(home: Home) -> RunDir:
    run_dir = home.run_dir(REHEARSAL_ID)
    for folder in (run_dir.attrs, run_dir.job, run_dir.tmp):
        os.makedirs(folder)
    meta = JobMeta(
        operation="practice()",
        flags={"x": 0.5},
        program=NotebookProgram(),
        random_seed=0,
        import_path=(),
        python="3",
        sourcecode=".",
    )
    write_new_file(run_dir.meta, encode_meta(meta))
    write_attr(run_dir, "flags", {"x": 0.5})
    write_new_file(run_dir.payload, cloudpickle.dumps(FunctionCall(function=_practice()), protocol=5))
    return run_dir


def _practice() -> Callable[[float], None]:
    """Return a function that is packed by value, as those of notebooks are."""

    def practice(x: float) -> None:
        import atexit

        atexit._clear()  # noqa: SLF001 - what libraries have left there is for true runs
        print(f"loss: {x} (step 1)")  # noqa: T201 - a scalar in the output

    return practice


def _request(run_dir: RunDir) -> LaunchRequest:
    return LaunchRequest(
        path=run_dir.path,
        env={**os.environ, "RUN_ID": run_dir.id},
        python="",
        forks=True,
        output_scalars=DEFAULT_PATTERNS,
        flag_numbers={},
        stop_grace=_LONGEST_SECONDS,
        scan_interval=_LONGEST_SECONDS,
    )


def _wait_for_process(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):  # it has ended already
        descriptor = open_process(pid)
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        poll.poll(_LONGEST_SECONDS * 1000)
        os.close(descriptor)
