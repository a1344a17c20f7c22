"""The limits: what the same work takes with the least that could do it.

``limits.py FILES``: a file with a JSON list of ``[path, size]``, -1 for a directory. They are written in the simplest
way there is. The fork server is a process that has imported cloudpickle alone, forks for each call, and waits for
the fork. The supervised one forks a process that forks the call and waits for it: what outlives the kernel and can tell
how a run died.
"""

import ctypes
import json
import os
import pickle
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cloudpickle
from answering import answer, timed

_MESSAGE = 2**16
_CREATED = 0x100  # IN_CREATE
_PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG


def empty() -> None:
    """Do nothing; it stands in the main module, so it travels by value."""


def write_files(files: list[tuple[str, int]]) -> str:
    """Write the files of one run into a new directory, and give its path."""
    root = tempfile.mkdtemp(dir=".")
    for path, size in files:
        if size < 0:
            os.mkdir(f"{root}/{path}")
            continue
        descriptor = os.open(f"{root}/{path}", os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o666)
        os.write(descriptor, b"x" * size)
        os.close(descriptor)
    return root


def start_server(run: Callable[[bytes], int]) -> socket.socket:
    """Fork a server that runs each request; the socket to it."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    if os.fork() == 0:
        ours.close()
        serve(theirs, run)
        os._exit(0)
    theirs.close()
    return ours


def serve(requests: socket.socket, run: Callable[[bytes], int]) -> None:
    """Run each request, and send the exit status."""
    while request := requests.recv(_MESSAGE):
        requests.send(str(run(request)).encode())


def run_forked(request: bytes) -> int:
    """Fork, wait, and give the exit status."""
    pid = os.fork()
    if pid == 0:
        pickle.loads(request)()
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def run_supervised(request: bytes) -> int:
    """Do so in a fork of its own session."""
    pid = os.fork()
    if pid == 0:
        os.setsid()
        os._exit(run_forked(request))
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def call(server: socket.socket, function: Any) -> None:
    """Have a function called in a fork of the server."""
    server.send(cloudpickle.dumps(function))
    if server.recv(_MESSAGE) != b"0":
        raise RuntimeError("the call failed")


def start_watcher() -> Callable[[list[tuple[str, int]]], None]:
    """Fork a server that watches a folder by inotify, and forks for each new entry; a function that makes one.

    It writes the files of a run and the entry, and returns when the fork has sent its line.
    """
    os.makedirs("spool", exist_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    listener.bind("limits.socket")
    library = ctypes.CDLL(None)
    watch = library.inotify_init1(os.O_CLOEXEC)
    library.inotify_add_watch(watch, b"spool", _CREATED)
    if os.fork() == 0:
        library.prctl(_PARENT_DEATH_SIGNAL, signal.SIGKILL)
        while True:
            os.read(watch, _MESSAGE)
            pid = os.fork()
            if pid == 0:
                socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b"!", "limits.socket")
                os._exit(0)
            os.waitpid(pid, 0)

    def make_entry(files: list[tuple[str, int]]) -> None:
        root = write_files(files)
        os.close(os.open(f"spool/{os.path.basename(root)}", os.O_WRONLY | os.O_CREAT))
        listener.recv(1)

    return make_entry


def spawn(script: str, folder: str) -> None:
    """Run a script in a new interpreter, its output in a file."""
    with open(f"{folder}/spawned.txt", "wb") as output:
        subprocess.run([sys.executable, script], cwd=folder, stdout=output, stderr=output, check=True)


def main() -> None:
    """Answer the names of the limits."""
    files = json.loads(Path(sys.argv[1]).read_text())
    script = os.path.abspath("empty.py")
    server, supervised = start_server(run_forked), start_server(run_supervised)

    make_entry = start_watcher()

    def with_files(used: socket.socket) -> None:
        write_files(files)
        call(used, empty)

    answer(
        {
            "files": timed(lambda: write_files(files)),
            "fork": timed(lambda: call(server, empty)),
            "fork with files": timed(lambda: with_files(server)),
            "supervised fork with files": timed(lambda: with_files(supervised)),
            "inotify and fork with files": timed(lambda: make_entry(files)),
            "spawn": timed(lambda: spawn(script, ".")),
            "spawn with files": timed(lambda: spawn(script, write_files(files))),
        }
    )


if __name__ == "__main__":
    main()
