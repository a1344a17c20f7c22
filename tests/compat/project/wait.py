"""A script that goes on until somebody ends it."""

import threading

print("waiting", flush=True)
threading.Event().wait()
