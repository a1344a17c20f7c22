"""An IPython shell with a kernel's modules that does one thing, and says what that cost it: ``shell.py WHAT``."""

import json
import sys
import threading
import time

from IPython.core.interactiveshell import InteractiveShell

_HEAVY = {"numpy", "pandas", "yaml"}
#: Until what is loaded in the background is there.
_SETTLE_SECONDS = 3.0


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
    cost = {"at once": at_once, "main thread": main_thread, "in all": in_all}
    print(json.dumps({**cost, "loaded": sorted(set(loaded))}))


if __name__ == "__main__":
    main()
