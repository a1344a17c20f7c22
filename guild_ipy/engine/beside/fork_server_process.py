"""The fork server: a process that has imported what the notebook has, and keeps a supervisor forked for the next run.

``python -m guild_ipy.engine.beside.fork_server_process SOCKET IDLE`` with an inherited socket that keeps messages
apart. First message, from the kernel: the modules to import, as JSON. First answer: ``{"ready": true, "threads":
[names]}``. Then each message is one byte with two descriptors, the channel and the ``alive`` lock of a run
(``launch_channel``); the supervisor that waits receives it itself.

It ends with the kernel, or after ``IDLE`` seconds without a request; its supervisors do not. A request that comes at
that very moment is lost with its descriptors, so the kernel finds the channel closed, and starts another supervisor.

It imports modules and computes nothing: it starts no threads and does not use CUDA. A module that starts a Python
thread when it is imported is reported, and the kernel starts another fork server without it.
"""

from __future__ import annotations

import ctypes  # noqa: F401 - so that supervisors need not load it
import gc
import importlib
import json
import signal
import socket
import sys
import threading
import warnings

import guild_ipy.engine.child.outcome  # noqa: F401 - so that runs need not load it
from guild_ipy.engine.beside.standby import REST_SECONDS, serve
from guild_ipy.engine.beside.warm_pages import RunPages
from guild_ipy.engine.child.libraries.showing import make_shell_for_displays
from guild_ipy.engine.output.no_input import refuse_questions
from guild_ipy.engine.output.output_scalars import OutputScanner
from guild_ipy.engine.run_files.provenance import packages_text, platform_text
from guild_ipy.linux import boot_id
from guild_ipy.store.events.event_encoding import encode_point, encode_record
from guild_ipy.store.events.tfevents import Point

_MESSAGE = 2**20
#: A cell that ends in a value needs IPython, which takes 80 ms to load.
_SHELL = "guild_ipy.engine.child.shell.run_shell"


def main() -> None:
    """Serve until the kernel closes its end, or no request comes for as long as the second argument says."""
    server = socket.socket(fileno=int(sys.argv[1]))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # supervisors are reaped by the system
    refuse_questions()  # before other modules import functions from those that ask
    make_shell_for_displays()  # before IPython is imported
    threaded = preload([*json.loads(server.recv(_MESSAGE)), _SHELL])
    _fill_caches()
    gc.collect()
    gc.freeze()
    pages = RunPages()
    server.send(json.dumps({"ready": True, "threads": threaded}).encode())
    serve(server, pages, idle=float(sys.argv[2]), rest=REST_SECONDS)


def _fill_caches() -> None:
    """Compute values that each supervisor and run needs; forks inherit the caches."""
    platform_text()
    packages_text()
    boot_id()
    OutputScanner().feed(b"loss: 1.0 (step 1)\n")
    encode_record(encode_point(Point(step=1, wall_time=0.0, tag="loss", value=1.0)))


def preload(modules: list[str]) -> list[str]:
    """Import the modules that can be imported; return the names of those that left a thread running."""
    threaded = []
    first = [*warnings.filters]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        all_ignored = warnings.filters[0]
        for name in modules:
            before = threading.active_count()
            try:
                importlib.import_module(name)
            except (Exception, SystemExit):  # noqa: BLE001, S112 - the run imports it again, and gets the error
                continue
            if threading.active_count() > before:
                threaded.append(name)
        added = [each for each in warnings.filters if each not in {*first, all_ignored}]
    warnings.filters[:0] = added  # type: ignore[index] # a list; they come with an import, which a run is spared
    return threaded


if __name__ == "__main__":
    main()
