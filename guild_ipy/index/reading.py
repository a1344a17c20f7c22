"""Reading many runs with the help of other processes, since one alone keeps one processor busy with decoding.

A helper is ``python -m guild_ipy.index.reading RUNS SOCKET``: the folder of runs, and an inherited stream socket. It
gets the names of some runs and answers with their :class:`guild_ipy.index.run_rows.RunRows`, or None for each run that
is not one which :mod:`guild_ipy.index.ended` reads, until the socket is closed. Both are messages of
:mod:`guild_ipy.store.messages`, as ``marshal`` writes them. The engine starts helpers; it alone starts processes.

Whatever happens to a helper, no run is lost: what it was to read and did not, the caller reads.
"""

from __future__ import annotations

import marshal
import os
import select
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from guild_ipy.index.ended import read_ended
from guild_ipy.index.run_rows import RunRows, make_rows
from guild_ipy.store.messages import receive_message, send_message
from guild_ipy.store.run_dir import RunDir

if TYPE_CHECKING:
    import socket


class HelperProcess(Protocol):
    """A helper as its maker gives it."""

    @property
    def channel(self) -> socket.socket:
        """What it is asked by, and answers."""
        ...

    def close(self) -> None:
        """End it."""
        ...


#: Starts up to so many helpers for a folder of runs.
Hire: TypeAlias = "Callable[[str, int], Sequence[HelperProcess]]"
#: The name of a run, and what was read of it: None where the caller has to look for itself.
Answer: TypeAlias = "tuple[str, RunRows | None]"

#: How many runs a helper gets at a time, and how many times in advance.
_BATCH = 32
_AHEAD = 3
#: One process reads so many in the time in which another starts.
_FEWEST = 400
_MOST_HELPERS = 7
_LONGEST_SECONDS = 60.0


class Crew:
    """The helpers of one update.

    Parameters
    ----------
    runs
        The folder of runs.
    hire
        How helpers are started; not before there is enough to do.
    """

    def __init__(self, runs: str, hire: Hire) -> None:
        self._runs = runs
        self._hire: Hire | None = hire
        self._helpers: list[_Helper] = []

    def hand_out(self, names: list[str]) -> None:
        """Give names from the end of the list to helpers that can do with more, and take them off it."""
        if self._hire is not None and len(names) >= _FEWEST:
            count = min(len(names) // _FEWEST, _count_processors() - 1, _MOST_HELPERS)
            self._helpers = [_Helper(each) for each in self._hire(self._runs, count)]
            self._hire = None
        for helper in self._helpers:
            while names and helper.can_take_more():
                helper.hand_out([names.pop() for _ in range(min(_BATCH, len(names)))])

    def answers(self, *, wait: bool = False) -> Iterator[Answer]:
        """Give what has been read, or with `wait` all that was handed out; a helper that fails is heard no more."""
        while at_work := [helper for helper in self._helpers if helper.has_work()]:
            ready = _readable(at_work, _LONGEST_SECONDS if wait else 0.0)
            for helper in ready or (at_work if wait else ()):
                try:
                    yield from helper.receive() if ready else helper.give_up()
                except (OSError, EOFError, ValueError, TypeError):
                    yield from helper.give_up()
            if not wait:
                return

    def close(self) -> None:
        """Let them go."""
        for helper in self._helpers:
            helper.close()


class _Helper:
    """One of them, as it is seen from here."""

    def __init__(self, process: HelperProcess) -> None:
        self.channel = process.channel
        self.close = process.close
        self._batches: list[list[str]] = []
        """What was handed out and is not answered, the oldest first."""
        self._is_lost = False

    def has_work(self) -> bool:
        return bool(self._batches)

    def can_take_more(self) -> bool:
        return not self._is_lost and len(self._batches) < _AHEAD

    def hand_out(self, names: list[str]) -> None:
        self._batches.append(names)
        with suppress(OSError):  # it is gone: what it does not answer is heard of in `receive`
            send_message(self.channel, marshal.dumps(names))

    def receive(self) -> list[Answer]:
        """Take the answer to the oldest batch; EOFError, OSError, ValueError or TypeError if it is none."""
        found = marshal.loads(receive_message(self.channel))  # noqa: S302 - from a process of our own
        answers = [None if each is None else RunRows(*each) for each in found]
        pairs = list(zip(self._batches[0], answers, strict=True))
        del self._batches[0]
        return pairs

    def give_up(self) -> list[Answer]:
        """Give back all that it has not read."""
        self._is_lost = True
        batches, self._batches = self._batches, []
        return [(name, None) for names in batches for name in names]


def _count_processors() -> int:
    """Give how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _readable(helpers: Iterable[_Helper], seconds: float) -> list[_Helper]:
    poll = select.poll()
    by_descriptor = {helper.channel.fileno(): helper for helper in helpers}
    for descriptor in by_descriptor:
        poll.register(descriptor, select.POLLIN)
    return [by_descriptor[descriptor] for descriptor, _ in poll.poll(seconds * 1000)]


# -- in the helper


def main() -> None:
    """Read what is asked for until nobody asks any more."""
    import gc  # start-up cost, as the next: for helpers, not for those whom they help
    import signal
    import socket

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for who asks
    gc.disable()  # what is made lives as long as a batch
    runs, channel = sys.argv[1], socket.socket(fileno=int(sys.argv[2]))
    with suppress(EOFError, OSError):
        while True:
            names = marshal.loads(receive_message(channel))  # noqa: S302 - from a process of our own
            send_message(channel, marshal.dumps([_read(RunDir(f"{runs}/{name}")) for name in names]))


def _read(run_dir: RunDir) -> tuple[Any, ...] | None:
    read = read_ended(run_dir)
    return None if read is None else tuple(make_rows(read))


if __name__ == "__main__":
    main()
