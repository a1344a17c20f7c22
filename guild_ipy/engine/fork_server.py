"""The kernel's side of the fork server: starts one with the modules of the kernel, and sends it requests.

A server is made for one :class:`ServerKey`. When the kernel imports more, another is started in the background; the
old one serves until the new one is ready (its runs import the missing modules themselves), and ends when its socket is
closed. A server that is idle ends by itself.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import sysconfig
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Protocol, Self

from guild_ipy.engine.launch_channel import is_readable
from guild_ipy.errors import EngineError
from guild_ipy.linux import message_pair

#: Variables that libraries read when they are loaded: a run with other values needs a fresh interpreter.
IMPORT_TIME_VARIABLES = (
    "PYTHONHASHSEED",
    "PYTHONPATH",
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "KMP_AFFINITY",
    "LD_PRELOAD",
    "LD_LIBRARY_PATH",
    "CUDA_VISIBLE_DEVICES",
)
#: Packages of the notebook, which a run does not need and which start threads, and ours, which is loaded anyway.
_NOT_PRELOADED = frozenset(
    "IPython ipykernel ipykernel_launcher ipywidgets anywidget zmq tornado jupyter_client jupyter_core traitlets "
    "comm debugpy matplotlib_inline nest_asyncio jedi parso prompt_toolkit pygments psutil guild_ipy "
    "backcall stack_data executing asttokens pure_eval pytest _pytest pluggy hypothesis coverage nbval cloudpickle "
    "yaml".split()
)
_PROGRAM = "guild_ipy.engine.beside.fork_server_process"
_BOOT_SECONDS = 60
_END_SECONDS = 5
#: Up to so many new modules of packages that a server has already are not worth another server.
_FEW_MODULES = 20
#: It takes time to load packages of so many modules.
_LARGE = 50


@dataclass(frozen=True, kw_only=True)
class ServerKey:
    """The modules and variables that a fork server is made for."""

    modules: tuple[str, ...]
    import_env: tuple[tuple[str, str], ...]

    @classmethod
    def current(cls, modules: Mapping[str, ModuleType], env: Mapping[str, str]) -> ServerKey:
        """Return the key for a kernel with these modules and this environment."""
        return cls(modules=_installed(modules), import_env=import_env(env))

    @property
    def packages(self) -> tuple[str, ...]:
        """The large packages of its modules, the largest first."""
        counts = Counter(name.partition(".")[0] for name in self.modules)
        return tuple(name for name, count in counts.most_common() if count >= _LARGE)

    def serves(self, wanted: ServerKey) -> bool:
        """Whether a server of this key will do for `wanted`: a run imports a few missing modules itself."""
        missing = set(wanted.modules) - set(self.modules)
        packages = {name.partition(".")[0] for name in self.modules}
        is_new = any(name.partition(".")[0] not in packages for name in missing)
        return self.import_env == wanted.import_env and not is_new and len(missing) <= _FEW_MODULES


def import_env(env: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return the variables that libraries read when they are loaded, with their values."""
    names = [name for name in IMPORT_TIME_VARIABLES if name in env]
    values = ((name, env.get(name)) for name in names)  # another thread may have removed one meanwhile
    return tuple((name, value) for name, value in values if value is not None)


class ServerProcess(Protocol):
    """The process of a fork server, a child of this one; ``subprocess.Popen`` is such."""

    def poll(self) -> int | None:
        """Return its exit status; None if it has not ended."""
        ...

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end; ``subprocess.TimeoutExpired`` if it takes longer."""
        ...

    def kill(self) -> None:
        """Kill it, if it has not ended."""
        ...


class ForkServer:
    """A fork server process and the socket to it; any thread may use it."""

    def __init__(
        self, key: ServerKey, connection: socket.socket, process: ServerProcess, *, is_ready: bool = False
    ) -> None:
        self.key = key
        self.threaded: tuple[str, ...] = ()
        self._ready = is_ready
        self._mutex = threading.Lock()
        """Held while the socket is used, so that it is not closed meanwhile and its number given to another file."""
        self._socket = connection
        self._process = process

    @classmethod
    def start(cls, key: ServerKey, env: Mapping[str, str], idle: float) -> Self:
        """Start one in a new interpreter, which ends after `idle` seconds without a request."""
        ours, theirs = message_pair()
        with theirs:
            process = subprocess.Popen(
                [sys.executable, "-P", "-m", _PROGRAM, str(theirs.fileno()), str(idle)],
                env={**env, "MPLBACKEND": "Agg"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
                start_new_session=True,
            )
        with contextlib.suppress(OSError):  # it died at once, and is never ready
            ours.send(json.dumps(key.modules).encode())
        return cls(key, ours, process)

    def is_ready(self, timeout: float = 0.0) -> bool:
        """Wait up to `timeout` seconds until it can fork; False if it cannot yet, has died or was dismissed."""
        if not self._ready and self._mutex.acquire(timeout=timeout):
            try:
                if not self._ready and self._is_open() and is_readable(self._socket, timeout):
                    self._receive_ready()
            finally:
                self._mutex.release()
        return self._ready

    def is_running(self) -> bool:
        """Whether its process has not ended."""
        return self._process.poll() is None

    def fork(self, channel: socket.socket, alive: int) -> None:
        """Ask for a supervisor that uses `channel`; EngineError if the server is gone or was dismissed."""
        if not self.is_ready(_BOOT_SECONDS):
            raise EngineError("the fork server did not start")
        try:
            with self._mutex:
                socket.send_fds(self._socket, [b"r"], [channel.fileno(), alive])
        except OSError as error:
            raise EngineError(f"the fork server is gone: {error.strerror}") from error

    def dismiss(self) -> None:
        """Let it end, without waiting; its runs go on, and requests that it has are still served."""
        with contextlib.suppress(OSError):  # it has ended, or was dismissed before
            self._socket.shutdown(socket.SHUT_RDWR)  # this also wakes a thread that waits for an answer
        with self._mutex:
            self._socket.close()

    def close(self) -> None:
        """Let it end, and wait for its end; one that still imports has no runs, and is killed."""
        self.dismiss()
        if not self._ready:
            self._process.kill()
        try:
            self._process.wait(timeout=_END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _is_open(self) -> bool:
        return self._socket.fileno() >= 0

    def _receive_ready(self) -> None:
        try:
            answer = json.loads(self._socket.recv(2**16) or b"{}")
        except (OSError, ValueError):
            answer = {}
        self._ready = bool(answer.get("ready"))
        self.threaded = tuple(answer.get("threads", ()))


def _installed(modules: Mapping[str, ModuleType]) -> tuple[str, ...]:
    """Return the loaded modules that come from installed packages, in the order of their import."""
    return tuple(name for name, module in list(modules.items()) if _is_installed(name, module))


def _is_installed(name: str, module: ModuleType) -> bool:
    if name.partition(".")[0] in _NOT_PRELOADED:
        return False
    spec = getattr(module, "__spec__", None)
    origin = getattr(spec, "origin", None)
    return isinstance(origin, str) and origin.startswith(_site_folders())


@cache
def _site_folders() -> tuple[str, ...]:
    """Return the folders of installed packages: of this environment, of the user, and others on the path."""
    paths = sysconfig.get_paths()
    named = {path for path in sys.path if os.path.basename(path) in {"site-packages", "dist-packages"}}
    folders = {paths["purelib"], paths["platlib"], *named}
    return tuple(folder + os.sep for folder in folders | set(map(os.path.realpath, folders)))
