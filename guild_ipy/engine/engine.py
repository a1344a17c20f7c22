"""The engine as the layers above use it: it keeps a fork server warm, and starts runs."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time
from dataclasses import replace

from guild_ipy.engine.executors import ForkExecutor, FreshExecutor, RunFuture
from guild_ipy.engine.fork_server import ForkServer, ServerKey, import_env
from guild_ipy.engine.launch_channel import LaunchRequest
from guild_ipy.errors import EngineError, UsageError
from guild_ipy.settings import Settings, copy_environment

ISOLATIONS = ("fork", "fresh", "inline")
_BOOT_SECONDS = 60.0
_ATTEMPTS = 2


class Engine:
    """Starts runs; keeps a fork server warm. Any thread may use it.

    An engine belongs to one process: a fork of that process must not use it.

    Parameters
    ----------
    modules
        What fork servers load besides the modules that this process has imported.
    server
        A fork server that is there already.
    """

    def __init__(self, settings: Settings, *, modules: tuple[str, ...] = (), server: ForkServer | None = None) -> None:
        self._settings = settings
        self._modules = modules
        self._mutex = threading.RLock()
        """Held while servers are exchanged, and never while waiting for one."""
        self._server = server
        self._next: ForkServer | None = None
        self._dismissed: list[ForkServer] = []
        """Those that may not have ended yet."""
        self._threaded: frozenset[str] = frozenset()
        self._counted: object = None
        self._key: ServerKey | None = None

    @property
    def is_used(self) -> bool:
        """Whether a fork server has been started, even if it has ended since because it was idle."""
        return self._server is not None or self._next is not None

    def warm_up(self) -> None:
        """Start a fork server with the modules that this process has imported, without waiting for it.

        Only one starts at a time, so that a thread that imports modules one by one does not start one for each.
        """
        if self._settings.isolation != "fork":
            return
        with self._mutex:
            self._adopt_ready()
            if self._next is not None and self._next.is_running():
                return
            server, key = self._server_at_hand(), self._current_key()
            if server is None or not server.key.serves(key):
                self._dismiss(self._next)
                self._next = ForkServer.start(key, copy_environment(), self._settings.fork_server_idle)

    def loading(self, isolation: str) -> tuple[str, ...] | None:
        """Return the large packages whose loading :meth:`get_ready` would wait for; None if it would not wait."""
        if isolation != "fork":
            return None
        self.warm_up()
        with self._mutex:
            server, booting = self._server_at_hand(), self._next
        return None if server is not None or booting is None or booting.is_ready() else booting.key.packages

    @property
    def modules(self) -> tuple[str, ...]:
        """The modules that a fork server loads which is started now."""
        with self._mutex:
            return self._current_key().modules

    def get_ready(self, isolation: str) -> None:
        """Wait until `start` need not wait for a fork server.

        Raises
        ------
        UsageError
            If a run cannot have its isolation in this thread.
        """
        if isolation == "fork":
            self._usable_server()
        if isolation == "inline" and threading.current_thread() is not threading.main_thread():
            raise UsageError(
                "a run with isolation 'inline' takes the folder and the output of the whole process, so only the main "
                "thread can start one; use 'fork' or 'fresh' in other threads"
            )

    def start(self, request: LaunchRequest, alive: int, isolation: str) -> RunFuture:
        """Start a prepared run; see :class:`guild_ipy.engine.executors.Executor`.

        ``fork`` falls back to a fresh interpreter if the environment of the run has other import-time variables, or if
        there is no fork server.
        """
        if isolation not in ISOLATIONS:
            raise UsageError(f"isolation {isolation!r} is none of {', '.join(ISOLATIONS)}")
        if isolation == "inline":
            from guild_ipy.engine.inline import InlineExecutor  # start-up cost: it loads the modules of a run

            return InlineExecutor().start(request, alive)
        with self._mutex:
            self._adopt_ready()
        for _ in range(_ATTEMPTS):
            server = self._server_at_hand() or self._usable_server()
            if server is None:
                break
            forks = isolation == "fork" and server.key.import_env == import_env(request.env)
            with contextlib.suppress(EngineError):  # it died meanwhile, or another thread has replaced it
                return ForkExecutor(server).start(
                    request if forks == request.forks else replace(request, forks=forks), alive
                )
        return FreshExecutor().start(replace(request, forks=False), alive)

    def close(self) -> None:
        """Let the fork servers end; runs go on."""
        with self._mutex:
            for server in (self._server, self._next):
                self._dismiss(server)
            self._server = self._next = None
            dismissed, self._dismissed = self._dismissed, []
        for server in dismissed:
            server.close()

    def _usable_server(self) -> ForkServer | None:
        """Return the newest server that is ready; wait for one only if there is none."""
        self.warm_up()
        deadline = time.monotonic() + _BOOT_SECONDS
        while True:
            with self._mutex:
                self._adopt_ready()
                server, booting = self._server_at_hand(), self._next
            left = deadline - time.monotonic()
            if server is not None or booting is None or left <= 0:
                return server
            if not booting.is_ready(left):
                self._give_up(booting)

    def _server_at_hand(self) -> ForkServer | None:
        server = self._server
        return server if server is not None and server.is_running() else None

    def _adopt_ready(self) -> None:
        """Let the next server serve as soon as it is ready."""
        if self._next is None or not self._next.is_ready():
            return
        if self._next.threaded:  # a process with threads must not fork: start another one without those modules
            self._threaded |= frozenset(self._next.threaded)
            self._dismiss(self._next)
            self._next = None
            self._key = None
            self.warm_up()
            return
        self._dismiss(self._server)
        self._server, self._next = self._next, None

    def _give_up(self, booting: ForkServer) -> None:
        with self._mutex:
            if booting is self._next:  # otherwise another thread has done so
                self._dismiss(booting)
                self._next = None

    def _dismiss(self, server: ForkServer | None) -> None:
        if server is not None:
            server.dismiss()
            self._dismissed = [*filter(ForkServer.is_running, self._dismissed), server]

    def _current_key(self) -> ServerKey:
        counted = (len(sys.modules), import_env(os.environ))
        if self._key is None or counted != self._counted:
            key = ServerKey.current(sys.modules, os.environ)
            wanted = dict.fromkeys((*self._modules, *key.modules))
            self._key = replace(key, modules=tuple(name for name in wanted if name not in self._threaded))
            self._counted = counted
        return self._key
