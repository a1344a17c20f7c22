"""The program of a batch that kills itself at a boundary: before or after the n-th call of a function.

It is the ``main.py`` of the batch, and the module of its program, which a fork executes.

``GUILD_IPY_DIES`` says where and with whom: ``MODULE:NAME:before:2:alone``. ``alone`` is the process of the batch,
``supervisor`` the two, ``all`` also all processes of its trials.
"""

import contextlib
import importlib
import os
import signal

from guild_ipy.batch.batch_program import execute, run_batch_main

__all__ = ["execute"]

module_name, path, when, number, victims = os.environ.pop("GUILD_IPY_DIES").split(":")


def die():
    if victims == "all":
        for pid in reversed(find_descendants()):
            kill(pid)
    if victims != "alone":
        kill(os.getppid())
    kill(os.getpid())


def find_descendants():
    parents = {pid: parent_of(pid) for pid in map(int, filter(str.isdecimal, os.listdir("/proc")))}
    found = [os.getpid()]
    for one in found:
        found += [pid for pid, parent in parents.items() if parent == one]
    return found[1:]


def parent_of(pid):
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            return int(file.read().rpartition(b")")[2].split()[1])
    except OSError:
        return 0


def kill(pid):
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def dying(function):
    calls = 0

    def call(*args, **kwargs):
        nonlocal calls
        calls += 1
        if when == "before" and calls == int(number):
            die()
        value = function(*args, **kwargs)
        if when == "after" and calls == int(number):
            die()
        return value

    return call


owner = importlib.import_module(module_name)
*folders, name = path.split(".")
for folder in folders:
    owner = getattr(owner, folder)
setattr(owner, name, dying(getattr(owner, name)))

if __name__ == "__main__":
    run_batch_main(__file__)
