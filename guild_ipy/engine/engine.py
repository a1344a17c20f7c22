"""The engine as the verbs see it: warm up, prepare, start, restart."""

from __future__ import annotations

import contextlib
import os
import sys
from dataclasses import replace

from guild_ipy.engine.executors import ForkExecutor, FreshExecutor, StartedRun
from guild_ipy.engine.fork_server import ForkServer, ServerKey, import_env
from guild_ipy.engine.launch import LaunchRequest
from guild_ipy.errors import EngineError, UsageError
from guild_ipy.settings import Settings

ISOLATIONS = ("fork", "fresh", "inline")


class Engine:
    """Starts runs; keeps a fork server warm.

    One engine belongs to one process: a fork of it has none.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._server: ForkServer | None = None
        self._next: ForkServer | None = None
        self._threaded: frozenset[str] = frozenset()
        self._counted: object = None
        self._key: ServerKey | None = None

    def warm_up(self) -> None:
        """Start a fork server for what this process has imported, without waiting for it."""
        if self._settings.isolation != "fork":
            return
        if self._next is not None and self._next.is_ready():
            self._adopt_next()
        key = self._current_key()
        newest = self._next or self._server
        if newest is None or not newest.key.serves(key) or not newest.is_running():
            if self._next is not None:
                self._next.close()
            self._next = ForkServer(key, dict(os.environ))

    def get_ready(self, isolation: str) -> None:
        """Wait for what `start` would wait for; it takes what this process has imported since."""
        if isolation == "fork":
            self._usable_server()

    def start(self, request: LaunchRequest, alive: int, isolation: str) -> StartedRun:
        """Start a prepared run; see :class:`guild_ipy.engine.executors.Executor`.

        ``fork`` falls back to a fresh interpreter where a fork would not do: other import-time variables in the
        environment of the run, or no fork server.
        """
        if isolation not in ISOLATIONS:
            raise UsageError(f"isolation {isolation!r} is none of {', '.join(ISOLATIONS)}")
        if isolation == "inline":
            from guild_ipy.engine.inline import InlineExecutor  # start-up cost: it loads all that a run loads

            return InlineExecutor().start(request, alive)
        server = self._server if self._has_server() else self._usable_server()
        if server is not None:
            forks = isolation == "fork" and server.key.import_env == import_env(request.env)
            with contextlib.suppress(EngineError):  # it died meanwhile: a fresh interpreter does it
                return ForkExecutor(server).start(replace(request, forks=forks), alive)
        return FreshExecutor().start(replace(request, forks=False), alive)

    def close(self) -> None:
        """Let the fork servers end; runs go on."""
        for server in (self._server, self._next):
            if server is not None:
                server.close()
        self._server = self._next = None

    def _usable_server(self) -> ForkServer | None:
        """Give the newest server that is ready; wait only when there is no other."""
        self.warm_up()
        if self._next is not None and self._next.is_ready(timeout=0.0 if self._has_server() else 60.0):
            self._adopt_next()
        return self._server if self._has_server() else None

    def _has_server(self) -> bool:
        return self._server is not None and self._server.is_running()

    def _adopt_next(self) -> None:
        assert self._next is not None
        if self._next.threaded:  # forking a process with threads is unsound: once more, without those modules
            self._threaded |= frozenset(self._next.threaded)
            self._next.close()
            self._next = None
            self._key = None
            self.warm_up()
            return
        if self._server is not None:
            self._server.close()
        self._server, self._next = self._next, None

    def _current_key(self) -> ServerKey:
        counted = (len(sys.modules), import_env(os.environ))
        if self._key is None or counted != self._counted:
            key = ServerKey.current(sys.modules, os.environ)
            self._key = replace(key, modules=tuple(name for name in key.modules if name not in self._threaded))
            self._counted = counted
        return self._key
