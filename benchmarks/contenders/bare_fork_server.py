"""The limit: a process that has imported cloudpickle alone, forks for each call, and waits for the fork.

``bare_fork_server.py FILES``: a JSON list of ``[path, size]``, -1 for a directory. For each sample the files are
written by the caller in the simplest way there is, then the function goes to the server and its exit comes back.
"""

import json
import os
import pickle
import socket
import sys
import tempfile
from typing import Any

import cloudpickle
from answering import answer, timed

_MESSAGE = 2**16


def empty() -> None:
    """Do nothing; it stands in the main module, so it travels by value."""


def write_files(files: list[tuple[str, int]]) -> None:
    """Write the files of one run into a new directory."""
    root = tempfile.mkdtemp()
    for path, size in files:
        if size < 0:
            os.mkdir(f"{root}/{path}")
            continue
        descriptor = os.open(f"{root}/{path}", os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o666)
        os.write(descriptor, b"x" * size)
        os.close(descriptor)


def start_server() -> socket.socket:
    """Fork the server; the socket to it."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    if os.fork() == 0:
        ours.close()
        serve(theirs)
        os._exit(0)
    theirs.close()
    return ours


def serve(requests: socket.socket) -> None:
    """Fork for each request, wait, and send the exit status."""
    while request := requests.recv(_MESSAGE):
        pid = os.fork()
        if pid == 0:
            pickle.loads(request)()
            os._exit(0)
        requests.send(str(os.waitpid(pid, 0)[1]).encode())


def call(server: socket.socket, function: Any) -> None:
    """Have a function called in a fork of the server."""
    server.send(cloudpickle.dumps(function))
    if server.recv(_MESSAGE) != b"0":
        raise RuntimeError("the call failed")


def main() -> None:
    """Answer ``files``, ``fork`` and ``both``."""
    files = json.loads(sys.argv[1])
    server = start_server()

    def both() -> None:
        write_files(files)
        call(server, empty)

    answer(
        {
            "files": timed(lambda: write_files(files)),
            "fork": timed(lambda: call(server, empty)),
            "both": timed(both),
        }
    )


if __name__ == "__main__":
    main()
