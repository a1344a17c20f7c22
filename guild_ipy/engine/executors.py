"""Ways to give a prepared run a process; all of them leave the same files.

=========  ==============================  ======================================
isolation  the run is                      its supervisor is
=========  ==============================  ======================================
fork       a fork of a warm interpreter    a fork of the fork server
fresh      a new interpreter               a fork of the fork server, or a new one
inline     the calling process             the calling process
=========  ==============================  ======================================
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from guild_ipy.engine.fork_server import ForkServer
from guild_ipy.engine.launch_channel import DELETED, GO, PREPARED, LaunchRequest, format_request, is_readable, send_word
from guild_ipy.errors import EngineError, GuildError
from guild_ipy.linux import yield_processor
from guild_ipy.store.files.messages import send_message
from guild_ipy.store.run_dir import RunDir
from guild_ipy.store.state.lock import hold_alive

#: How long a supervisor has to end when its run is cancelled.
_LEAVE_SECONDS = 5.0
_POLL_SECONDS = 0.01
_NO_SUPERVISOR = "its supervisor could not be started"


@dataclass(frozen=True, kw_only=True)
class Fallback:
    """Another supervisor, for a run whose fork server ends before it has received the request."""

    request: LaunchRequest
    last_start: tuple[int, int] | None
    """Identifies the attribute ``started`` as it was when the run was asked for."""

    @classmethod
    def of(cls, request: LaunchRequest) -> Fallback:
        """Return the fallback of a run that has not been asked for yet."""
        return cls(request=request, last_start=_look_at_start(request))

    def has_begun(self) -> bool:
        """Whether the run has begun: its supervisor writes the attribute before the run executes its program."""
        return _look_at_start(self.request) != self.last_start

    def start(self) -> socket.socket:
        """Start a supervisor in a new interpreter, and return the channel to it.

        Raises
        ------
        EngineError, StoreError
            If none can be started, or a process still holds the run, or the run is gone.
        """
        alive = self._take()
        try:
            future = FreshExecutor().start(replace(self.request, forks=False), alive)
        except EngineError:
            os.close(alive)
            raise
        assert future.channel is not None, "it has just been opened"
        return future.channel

    def _take(self) -> int:
        """Take the lock of the run, which a process that the lost supervisor had forked may hold for a moment."""
        run_dir = RunDir(self.request.path)
        deadline = time.monotonic() + _LEAVE_SECONDS
        while (alive := hold_alive(run_dir, create=False)) is None:
            if not os.path.exists(run_dir.path):
                raise EngineError(DELETED)
            if time.monotonic() > deadline or not os.path.exists(run_dir.alive):
                raise EngineError(_NO_SUPERVISOR)
            time.sleep(_POLL_SECONDS)
        return alive


class Executor(Protocol):
    """Gives runs their processes.

    `start` takes over the descriptor `alive`, which holds the run's lock: when it returns, the caller no longer holds
    it; when it raises, the caller still does. The directory may still be empty: the run waits for
    :meth:`RunFuture.execute_program`.
    """

    def start(self, request: LaunchRequest, alive: int) -> RunFuture:
        """Ask for a process for the run in its directory; EngineError if none can be started."""
        ...


@dataclass(kw_only=True)
class RunFuture:
    """A run that was asked for, as its starter sees it; it may not have started yet, or never start."""

    run_dir: RunDir
    channel: socket.socket | None
    """None once it is closed."""
    failure: str = ""
    """Why no process could be started; empty otherwise."""
    started: bool = False
    exit_status: int | None = None
    """As told by the supervisor."""
    ended: bool = False
    """As told by the supervisor; if the channel is closed and this is false, the supervisor died."""
    fallback: Fallback | None = None
    """Used if the supervisor is gone before it has told anything."""
    _pending: bytes = field(default=b"", repr=False)
    _words: bytes = b""
    """The words sent to the supervisor, which a fallback is sent again."""

    def open_program(self) -> None:
        """Let the run open its program, whose files are there, while the other files are written."""
        if self.channel is not None:
            self._say(self.channel, PREPARED)
            yield_processor()  # to the supervisor, if it was woken on this processor

    def execute_program(self) -> None:
        """Let the run execute its program: all of its files are there."""
        if self.channel is not None:
            self._say(self.channel, GO)

    def cancel(self) -> None:
        """Cancel the run, in place of `execute_program`; afterwards no process uses its directory."""
        self.fallback = None
        if self.channel is not None:
            with contextlib.suppress(OSError):  # the supervisor is gone already
                self.channel.shutdown(socket.SHUT_WR)
            self.wait(_LEAVE_SECONDS)
            self.close()

    def fileno(self) -> int:
        """Return a descriptor that is readable when there is news of the run, to wait for several runs at once.

        :meth:`wait` with 0 then reads the news. ValueError if the channel is closed.
        """
        if self.channel is None:
            raise ValueError(f"nothing more will be heard of run {self.run_dir.short_id}")
        return self.channel.fileno()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until all files of the run are written, or its supervisor is gone; return whether that is so."""
        return self._listen(timeout, lambda: False)

    def wait_started(self, timeout: float | None = None) -> bool:
        """Wait until the process has started; return whether it has."""
        return self._listen(timeout, lambda: self.started) or self.started

    def close(self) -> None:
        """Close the channel; the run goes on."""
        if self.channel is not None:
            self.channel.close()
            self.channel = None

    def _listen(self, timeout: float | None, is_enough: Any) -> bool:  # noqa: ANN401 - a predicate
        deadline = None if timeout is None else time.monotonic() + timeout
        while self.channel is not None and not is_enough():
            left = None if deadline is None else max(0.0, deadline - time.monotonic())
            if not is_readable(self.channel, left):
                return False
            self._receive(self.channel)
        return self.channel is None

    def _receive(self, channel: socket.socket) -> None:
        try:
            part = channel.recv(65536)
        except ConnectionResetError:
            part = b""
        self._pending += part
        *lines, self._pending = self._pending.split(b"\n")
        for line in lines:
            self._take(json.loads(line))
        if not part or self.ended:
            channel.close()
            self.channel = None
        if not part and not self.started and not self.failure:
            self._use_fallback(self.fallback)

    def _use_fallback(self, fallback: Fallback | None) -> None:
        """Start another supervisor, unless the run has begun already."""
        self.fallback = None
        if fallback is None:
            self.failure = _NO_SUPERVISOR
        elif fallback.has_begun():  # the run goes on without its supervisor
            self.started = True
        else:
            try:
                self.channel = fallback.start()
            except GuildError as error:
                self.failure = str(error)
            else:
                self._pending = b""
                send_word(self.channel, self._words)

    def _say(self, channel: socket.socket, word: bytes) -> None:
        self._words += word
        send_word(channel, word)

    def _take(self, event: dict[str, Any]) -> None:
        kind = event["event"]
        self.started |= kind == "started"
        self.exit_status = event.get("exit_status", self.exit_status)
        self.failure = event.get("reason", self.failure)
        self.ended |= kind in {"ended", "failed"}


class ForkExecutor:
    """Starts runs through a fork server."""

    def __init__(self, server: ForkServer) -> None:
        self._server = server

    def start(self, request: LaunchRequest, alive: int) -> RunFuture:
        """See :class:`Executor`."""
        fallback = Fallback.of(request)
        with _new_channel() as (ours, theirs):
            self._server.fork(theirs, alive)
        future = _send_request(request, ours, alive)
        future.fallback = fallback
        return future


class FreshExecutor:
    """Starts a supervisor in a new interpreter, which starts the run in another."""

    def start(self, request: LaunchRequest, alive: int) -> RunFuture:
        """See :class:`Executor`."""
        with _new_channel() as (ours, theirs):
            descriptors = (theirs.fileno(), alive)
            try:
                process = subprocess.Popen(
                    [sys.executable, "-P", "-m", "guild_ipy.engine.beside.supervisor", *map(str, descriptors)],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    pass_fds=descriptors,
                    start_new_session=True,
                )
            except OSError as error:
                raise EngineError(f"cannot start an interpreter: {error.strerror}") from error
        _reap_later(process)
        return _send_request(request, ours, alive)


@contextlib.contextmanager
def _new_channel() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Yield both ends; theirs is closed afterwards, ours only if the block fails."""
    try:
        ours, theirs = socket.socketpair()
    except OSError as error:
        raise EngineError(f"cannot start a process for the run: {error.strerror}") from error
    with theirs, contextlib.ExitStack() as undo:
        undo.callback(ours.close)
        yield ours, theirs
        undo.pop_all()


def _send_request(request: LaunchRequest, channel: socket.socket, alive: int) -> RunFuture:
    try:
        send_message(channel, format_request(request))
    except OSError as error:
        channel.close()
        raise EngineError(f"the supervisor of the run is gone: {error.strerror}") from error
    os.close(alive)
    return RunFuture(run_dir=RunDir(request.path), channel=channel)


def _look_at_start(request: LaunchRequest) -> tuple[int, int] | None:
    try:
        info = os.stat(RunDir(request.path).attr("started"))
    except OSError:
        return None
    return info.st_ino, info.st_mtime_ns


_supervisors: list[subprocess.Popen[bytes]] = []
_reaping = threading.Lock()


def _reap_later(process: subprocess.Popen[bytes]) -> None:
    """Collect supervisors that have ended, and remember this one, so that no zombies stay."""
    with _reaping:
        _supervisors[:] = [p for p in _supervisors if p.poll() is None]
        _supervisors.append(process)
