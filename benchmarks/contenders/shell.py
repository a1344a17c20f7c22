"""An IPython shell with a kernel's modules that does one thing, and says what that cost it: ``shell.py WHAT``."""

import json
import os
import sys
import threading
import time

from IPython.core.interactiveshell import InteractiveShell

_HEAVY = {"numpy", "pandas", "yaml"}
_TICKS = os.sysconf("SC_CLK_TCK")
#: Until the fork server and what is loaded in the background are there.
_SETTLE_SECONDS = 3.0


def children_cpu() -> float:
    """Give the CPU seconds of the processes that this one has started."""
    total = 0
    for task in os.listdir("/proc/self/task"):
        with open(f"/proc/self/task/{task}/children", encoding="ascii") as file:
            for pid in file.read().split():
                with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
                    total += sum(map(int, stat.read().rpartition(")")[2].split()[11:13]))
    return total / _TICKS


def main() -> None:
    """Import four modules of the standard library, or load the extension."""
    shell = InteractiveShell.instance()
    cpu, thread = time.process_time(), time.thread_time()
    if sys.argv[1] == "extension":
        shell.run_line_magic("load_ext", "guild_ipy")
    else:
        pass
    at_once = time.process_time() - cpu
    main_thread = time.thread_time() - thread
    loaded = sorted(_HEAVY & set(sys.modules))
    for other in threading.enumerate():
        if other.name.startswith("Thread-"):
            other.join()
    in_all = time.process_time() - cpu
    time.sleep(_SETTLE_SECONDS)
    loaded += sorted(_HEAVY & set(sys.modules))
    cost = {"at once": at_once, "main thread": main_thread, "in all": in_all, "server": children_cpu()}
    print(json.dumps({**cost, "loaded": sorted(set(loaded))}))


if __name__ == "__main__":
    main()
