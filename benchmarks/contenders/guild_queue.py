"""The queue of Guild AI, at work in the background with its usual interval.

``guild_queue.py GUILD``: the ``guild`` command. ``first``: from the end of the command that stages a script to its
first line.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from answering import answer

_SCRIPT = """
import socket
path = ""
socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b"!", path)
"""


def main() -> None:
    """Answer the word."""
    command = sys.argv[1]
    Path("first.py").write_text(_SCRIPT)
    path = os.path.abspath("first.socket")
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    listener.bind(path)
    queue = subprocess.Popen(
        [command, "run", "-y", "queue"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )

    def first() -> float:
        stage = [command, "run", "-y", "--stage", "first.py", f"path={path}"]
        subprocess.run(stage, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        begun = time.perf_counter()
        listener.recv(1)
        return time.perf_counter() - begun

    try:
        answer({"first": first})
    finally:
        os.killpg(queue.pid, signal.SIGTERM)
        queue.wait()


if __name__ == "__main__":
    main()
