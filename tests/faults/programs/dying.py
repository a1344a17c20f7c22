"""Death at a boundary: before or after the n-th call of a function.

``GUILD_IPY_DIES`` says where and with whom: ``MODULE:NAME:before:2:alone``. ``alone`` is this process, ``supervisor``
it and the one that has forked it, ``all`` also all processes of the runs that it has started.
"""

import contextlib
import importlib
import os
import signal


def arrange_death():
    """Put a function that kills in the place of the one that is named."""
    module_name, path, when, number, victims = os.environ.pop("GUILD_IPY_DIES").split(":")
    owner = importlib.import_module(module_name)
    *folders, name = path.split(".")
    for folder in folders:
        owner = getattr(owner, folder)
    setattr(owner, name, dying(getattr(owner, name), when, int(number), victims))


def dying(function, when, number, victims):
    calls = 0

    def call(*args, **kwargs):
        nonlocal calls
        calls += 1
        if when == "before" and calls == number:
            die(victims)
        value = function(*args, **kwargs)
        if when == "after" and calls == number:
            die(victims)
        return value

    return call


def die(victims):
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
