"""The process beside a run: it starts the run, waits for it, stops it when asked, and writes how it ended.

It outlives the kernel, and is the only process that can collect a death by signal. The fork server forks one for each
run; without a fork server it is ``python -m guild_ipy.engine.beside.supervisor CHANNEL ALIVE``, two inherited
descriptors.

A run has ended when its process is gone, or when it tells so itself (``early_end``).
"""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from guild_ipy.engine.beside.descendants import has_other_children, kill_descendants, kill_group
from guild_ipy.engine.beside.provenance_writer import ProvenanceWriter
from guild_ipy.engine.beside.standby_run import StandbyRun
from guild_ipy.engine.child.beginning import REQUESTED
from guild_ipy.engine.inherited_limits import apply_limits, apply_umask
from guild_ipy.engine.launch_channel import (
    DELETED,
    GO,
    PREPARED,
    LaunchRequest,
    parse_request,
    send_event,
    wait_for_word,
)
from guild_ipy.engine.output.ending import Ending, write_end
from guild_ipy.engine.output.output_scalars import ScalarRecorder
from guild_ipy.engine.output.streams import open_output
from guild_ipy.engine.script import ALIVE_VARIABLE
from guild_ipy.errors import GuildError
from guild_ipy.linux import adopt_orphans, boot_id, open_process, process_start, reserve_space, yield_processor
from guild_ipy.store.files.attrs import write_attr
from guild_ipy.store.files.held_dir import hold_dir
from guild_ipy.store.files.messages import receive_message
from guild_ipy.store.files.whole_file import sync_file, write_new_file
from guild_ipy.store.run_dir import RunDir
from guild_ipy.store.state.error_line import ERROR, first_line
from guild_ipy.store.state.lock import LockContent, ProcessId, format_lock, this_process
from guild_ipy.store.state.markers import remove_marker

RESERVE_BYTES = 65536
#: How long output is read before the supervisor looks again for a stop request and the end of the run.
_LOOK_SECONDS = 0.2
_STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)
_ESCALATION = (signal.SIGINT, signal.SIGTERM, signal.SIGKILL)


@dataclass(frozen=True, kw_only=True)
class Progress:
    """Functions that are called at two moments of a run."""

    started: Callable[[], object] = lambda: None
    """Its process has started."""
    ended: Callable[[], object] = lambda: None
    """Its end is written and told; all that is left is to flush it to the disk."""


def supervise(
    channel: socket.socket, alive: int, standby_run: StandbyRun | None = None, progress: Progress | None = None
) -> None:
    """Run one request to its end; the lock `alive` is held from before until all is written.

    `standby_run` becomes the run if the request allows a fork; otherwise the run is a fresh interpreter.
    """
    progress = progress or Progress()
    try:
        content = receive_message(channel)
    except EOFError:  # the starter is gone
        return
    has_fork = standby_run is not None and standby_run.tell(content, alive)
    request = _take_request(content)
    run_dir = RunDir(request.path)
    fork = standby_run if has_fork and request.forks else None
    has_reserve = _try_to_reserve(run_dir)
    if not _wait_for_files(channel, fork):
        _leave(run_dir, standby_run)
        return
    held = hold_dir(run_dir)
    with _stop_requests() as stop_requests:
        try:
            if not has_reserve:
                _reserve(run_dir)
            pid = _start(run_dir, request, alive, fork)
        except (OSError, GuildError) as error:
            _fail(run_dir, channel, alive, str(error) if os.path.exists(run_dir.path) else DELETED)
            return
        send_event(channel, "started", pid=pid)
        progress.started()
        exit_status = _see_to_end(held, request, fork or pid, stop_requests, closes=(channel.fileno(), alive))
    os.close(alive)  # a starter that is told of the end may restart or delete the run at once
    send_event(channel, "ended", exit_status=exit_status)
    yield_processor()  # to the starter, which was waiting
    progress.ended()
    kill_descendants()  # the process of a run that was not waited for
    sync_file(held.attr("exit_status"))


def _see_to_end(
    run_dir: RunDir, request: LaunchRequest, run: StandbyRun | int, stop_requests: int, closes: tuple[int, ...]
) -> int:
    """Wait for a run, a fork or another process, and write how it ended; return its exit status."""
    recorder = ScalarRecorder(run_dir, request.output_scalars, request.flag_numbers)
    ending = Ending(run_dir, recorder)
    provenance = ProvenanceWriter(run_dir, request, closes)
    fork = run if isinstance(run, StandbyRun) else None
    pid = run if isinstance(run, int) else run.pid
    watch = _Watch(pid=pid, request=request, recorder=recorder, stop_requests=stop_requests, fork=fork)
    exit_status = watch.wait()
    if not watch.stopped_by:
        provenance.finish(stop_requests)
    if watch.told is None:
        kill_descendants()
    with contextlib.suppress(GuildError):  # it was deleted, or the disk is full: the next listing settles the run
        ending.write(exit_status, is_killed=watch.stopped_by == signal.SIGKILL)
    return exit_status


def main() -> None:
    """Supervise the run whose channel and lock are the two descriptors named in the arguments."""
    channel, alive = map(int, sys.argv[1:])
    os.set_inheritable(alive, False)
    os.set_inheritable(channel, False)
    adopt_orphans()
    supervise(socket.socket(fileno=channel), alive)


# -- start


def _take_request(content: bytes) -> LaunchRequest:
    """Read a request, and set the mask of file modes to that of the starter for all that this process writes."""
    request = parse_request(content)
    apply_umask(request.inherited)
    return request


def _wait_for_files(channel: socket.socket, fork: StandbyRun | None) -> bool:
    """Wait until all files of the run are there; false if the starter is gone or cancels the run."""
    word = wait_for_word(channel)
    if fork is not None and word:
        fork.open_program()
    return (wait_for_word(channel) if word == PREPARED else word) == GO


def _leave(run_dir: RunDir, standby_run: StandbyRun | None) -> None:
    """Undo the preparation; a directory without ``opref``, of a starter that died, is not a run and is removed."""
    if standby_run is not None:
        standby_run.dismiss()
    if os.path.exists(run_dir.opref):
        remove_marker(run_dir.reserve)
    else:
        shutil.rmtree(run_dir.path, ignore_errors=True)


def _fail(run_dir: RunDir, channel: socket.socket, alive: int, reason: str) -> None:
    """Write that the run could not be started, and tell the starter."""
    with contextlib.suppress(OSError, GuildError):  # a full disk: the next listing settles the run
        write_attr(run_dir, ERROR, first_line(f"it could not be started: {reason}"))
        write_end(run_dir, exit_status=1)
    kill_descendants()
    os.close(alive)
    send_event(channel, "failed", reason=reason)


def _start(run_dir: RunDir, request: LaunchRequest, alive: int, fork: StandbyRun | None) -> int:
    write_attr(run_dir, "started", time.time_ns() // 1000)  # the process of the run may say it more exactly
    if fork is None:
        write_attr(run_dir, REQUESTED, request.asked)
    pid = _spawn_run(run_dir, request, alive) if fork is None else fork.execute_program()
    with contextlib.suppress(GuildError):  # a full disk: the run goes on, and `alive` is locked
        _write_lock(run_dir, pid)
    remove_marker(run_dir.staged)
    remove_marker(run_dir.pending)
    return pid


def _write_lock(run_dir: RunDir, pid: int) -> None:
    """Write ``LOCK`` in place: it is not read while ``PENDING`` exists."""
    lock = LockContent(
        run=ProcessId(pid=pid, start=process_start(pid)),
        supervisor=this_process(),
        boot=boot_id(),
        host=socket.gethostname(),
    )
    write_new_file(run_dir.lock, format_lock(lock).encode())


def _spawn_run(run_dir: RunDir, request: LaunchRequest, alive: int) -> int:
    output = open_output(run_dir)
    process = subprocess.Popen(
        [request.python, run_dir.main],
        cwd=run_dir.path,
        env={**request.env, ALIVE_VARIABLE: str(alive)},
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        pass_fds=(alive,),
        process_group=0,
        preexec_fn=partial(apply_limits, request.inherited),  # noqa: PLW1509 - this process has no threads yet
    )
    os.close(output)
    process.returncode = 0  # _Watch collects it, not Popen
    return process.pid


def _try_to_reserve(run_dir: RunDir) -> bool:
    """Reserve disk space; if that fails, it is tried again when the run starts, and the error told then."""
    try:
        _reserve(run_dir)
    except OSError:
        return False
    return True


def _reserve(run_dir: RunDir) -> None:
    """Reserve disk space, so that the end can be written when the run has filled the disk."""
    descriptor = os.open(run_dir.reserve, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        reserve_space(descriptor, RESERVE_BYTES)
    finally:
        os.close(descriptor)


# -- wait and stop


@contextlib.contextmanager
def _stop_requests() -> Iterator[int]:
    """Turn SIGTERM and SIGINT into bytes that can be read from the descriptor."""
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    os.set_blocking(writer, False)
    signal.set_wakeup_fd(writer)
    for number in _STOP_SIGNALS:
        signal.signal(number, lambda *_: None)
    yield reader
    signal.set_wakeup_fd(-1)
    os.close(reader)
    os.close(writer)


@dataclass(kw_only=True)
class _Watch:
    """Waits for the run; a stop request sends SIGINT, then SIGTERM, then SIGKILL to its group."""

    pid: int
    request: LaunchRequest
    recorder: ScalarRecorder
    stop_requests: int
    fork: StandbyRun | None
    """The run, if it can tell its end early."""
    stopped_by: int = 0
    told: int | None = None
    """The exit status that the run has told; that of its process does not matter then."""

    def wait(self) -> int:
        """Wait for the run; return its exit status: negative for a signal, also if it ended by itself after a stop.

        A run that works until it is stopped has the exit status 0 if its process has.
        """
        descriptor = open_process(self.pid)
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        poll.register(self.stop_requests, select.POLLIN)
        if self.fork is not None:
            poll.register(self.fork, select.POLLIN)
        limit = self.request.stop_after
        deadline = float("inf") if limit is None else time.monotonic() + limit
        while True:
            timeout = min(self.request.scan_interval, max(0.0, deadline - time.monotonic()))
            ready = {fd for fd, _ in poll.poll(timeout * 1000)}
            if self.fork is not None and self.fork.fileno() in ready:
                self._receive_end(self.fork, poll)
            if descriptor in ready or self.told is not None:
                break
            asked_again = self.stop_requests in ready and _is_stop(os.read(self.stop_requests, 4096))
            if asked_again or time.monotonic() >= deadline:
                deadline = self._escalate()
            self._scan()
        os.close(descriptor)
        return self._exit_status() if self.told is None else self.told

    def _receive_end(self, fork: StandbyRun, poll: select.poll) -> None:
        poll.unregister(fork)
        self.fork = None
        told = fork.receive_end()
        if not self.stopped_by and not has_other_children(self.pid):
            self.told = told

    def _escalate(self) -> float:
        number = _next_signal(self.stopped_by)
        self.stopped_by = number
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, number)
            os.killpg(self.pid, signal.SIGCONT)  # a stopped process can handle the signal only when it goes on
        return time.monotonic() + self.request.stop_grace

    def _scan(self) -> None:
        with contextlib.suppress(OSError, GuildError):  # a full disk: the last scan tries again
            self.recorder.scan(_LOOK_SECONDS)

    def _exit_status(self) -> int:
        kill_group(self.pid)  # no other process can have its number until it is collected
        status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        if status < 0 or not self.stopped_by or (status == 0 and self.request.ends_by_stop):
            return status
        return -self.stopped_by


def _is_stop(signals: bytes) -> bool:
    """Whether one of these signals asks for a stop; other signals limit the time of pattern matches."""
    return any(number in _STOP_SIGNALS for number in signals)


def _next_signal(number: int) -> int:
    position = _ESCALATION.index(signal.Signals(number)) + 1 if number else 0
    return _ESCALATION[min(position, len(_ESCALATION) - 1)]


if __name__ == "__main__":
    main()
