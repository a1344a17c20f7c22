"""Plain Dask: tasks on two threads of a cluster in this process, each of which spawns one process, an interpreter.

``hundred``: so many of them.
"""

import subprocess
import sys
import time

from answering import answer
from distributed import Client, LocalCluster


def spawn(number: int) -> int:
    """Run an empty script in a new interpreter."""
    subprocess.run([sys.executable, "empty.py"], check=True)
    return number


def main() -> None:
    """Answer the word."""
    options = {"n_workers": 1, "threads_per_worker": 2, "processes": False, "dashboard_address": "localhost:0"}
    with LocalCluster(**options) as cluster, Client(cluster) as client:

        def hundred() -> float:
            begun = time.perf_counter()
            client.gather(client.map(spawn, range(100), pure=False))
            return time.perf_counter() - begun

        answer({"hundred": hundred})


if __name__ == "__main__":
    main()
