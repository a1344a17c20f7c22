"""Runs coroutines, generators and other lazy iterators that an operation returned to their end.

The values of a generator are the result, as a list, up to :data:`MOST_VALUES` and :data:`MOST_BYTES` when pickled.
"""

from __future__ import annotations

import inspect
import itertools
import pickle
import sys
from collections.abc import AsyncGenerator, Iterator
from typing import Any, NoReturn, TypeGuard

from guild_ipy.domain.yielded import Yielded

MOST_VALUES = 100_000
MOST_BYTES = 64 * 2**20
_MIB = 2**20
#: Iterators that never end and execute no code of the user.
_ENDLESS = (itertools.count, itertools.cycle, itertools.repeat)


def run_out(result: object) -> object:
    """Run a lazy value that an operation returned to its end, and return the outcome; another value as it is."""
    if inspect.isawaitable(result) or inspect.isasyncgen(result):
        import asyncio  # start-up cost: 40 ms, for the few operations that are asynchronous

        result = asyncio.run(_run_out_async(result))
    return _run_out_iterator(result) if _is_lazy(result) else result


async def _run_out_async(result: object) -> object:
    if inspect.isawaitable(result):
        result = await result
    if not inspect.isasyncgen(result):
        return result
    generator: AsyncGenerator[Any, Any] = result
    kept = _Kept()
    async for value in generator:
        kept.add(value)
    return kept.outcome(None)


def _run_out_iterator(iterator: Iterator[Any]) -> object:
    kept = _Kept()
    while True:
        try:
            kept.add(next(iterator))
        except StopIteration as end:
            return kept.outcome(end.value)


def _is_lazy(result: object) -> TypeGuard[Iterator[Any]]:
    """Whether it is a generator or an iterator of Python itself, as ``map``; one of the user's class is a value."""
    is_own = type(result).__module__ in {"builtins", "itertools"}
    return is_own and isinstance(result, Iterator) and not isinstance(result, _ENDLESS)


class YieldedValues:
    """Stands for values that are too many to keep: it cannot be pickled, and its text says why."""

    def __init__(self, *, count: int, reason: str) -> None:
        self._count = count
        self.why = f"the iterator gave {count}, {reason}"

    def __repr__(self) -> str:
        return f"<{self._count} yielded values>"

    def __reduce__(self) -> NoReturn:
        raise pickle.PicklingError(self.why)


class _Kept:
    """The values so far, until they are too many."""

    def __init__(self) -> None:
        self._values: list[Any] = []
        self._count = 0
        self._bytes = 0
        self._reason = ""

    def add(self, value: object) -> None:
        """Add a value; all values are dropped as soon as they are too many."""
        self._count += 1
        if self._reason:
            return
        self._values.append(value)
        try:
            self._bytes += _size(value)
        except Exception:  # noqa: BLE001 - a type's own __reduce__ may raise anything
            self._drop(f"and a {type(value).__name__} cannot be pickled")
        if self._count > MOST_VALUES:
            self._drop(f"more than {MOST_VALUES}")
        elif self._bytes > MOST_BYTES:
            self._drop(f"with more than {MOST_BYTES // _MIB} MiB")

    def outcome(self, returned: object) -> object:
        """Return the list of the values, or what the generator returned if they were dropped."""
        if not self._reason:
            return self._values if returned is None else Yielded(self._values, returned=returned)
        lost = YieldedValues(count=self._count, reason=self._reason)
        if returned is None:
            return lost
        sys.stderr.write(f"the values that were yielded are not kept: {lost.why}\n")
        return returned

    def _drop(self, reason: str) -> None:
        self._reason = reason
        self._values.clear()


_ATOMS = (bool, int, float, type(None))


def _size(value: object) -> int:
    if isinstance(value, _ATOMS):
        return sys.getsizeof(value)
    import cloudpickle  # start-up cost: for values of generators

    buffers: list[pickle.PickleBuffer] = []
    try:
        text = pickle.dumps(value, protocol=5, buffer_callback=buffers.append)
    except Exception:  # noqa: BLE001 - as the result is pickled: by value where it cannot be by reference
        buffers.clear()
        text = cloudpickle.dumps(value, protocol=5, buffer_callback=buffers.append)
    return len(text) + sum(buffer.raw().nbytes for buffer in buffers)
