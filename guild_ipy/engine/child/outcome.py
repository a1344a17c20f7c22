"""Keeps what the operation of a run returned or raised, for its starter.

Classes and functions that came from the notebook are pickled by name, so that the notebook gets its own; those that
the run made are pickled by value.
"""

from __future__ import annotations

import contextlib
import functools
import io
import json
import sys
import types
from collections.abc import Callable, Mapping
from typing import Any

import cloudpickle

from guild_ipy.domain import copies, payload
from guild_ipy.domain.program import CellFile
from guild_ipy.engine.child.failure import describe_failure, format_failure, message_of, type_name
from guild_ipy.errors import GuildError
from guild_ipy.store.files.attrs import write_attr
from guild_ipy.store.files.whole_file import write_file
from guild_ipy.store.run_dir import RunDir
from guild_ipy.store.state.error_line import ERROR, first_line

_NOTHING_SENT: Mapping[str, Any] = {}


def keep_result(run_dir: RunDir, value: object, sent: Mapping[str, Any] = _NOTHING_SENT) -> None:
    """Keep the result of an operation; as text if it cannot be pickled, with a note in the output."""
    why = _try_to_keep(run_dir, run_dir.result, value, sent)
    if why is None:
        return
    try:
        write_file(run_dir, run_dir.result_error, why.encode("utf-8", "replace"))
        write_file(run_dir, run_dir.result_text, repr(value).encode("utf-8", "replace"))
    except Exception as error:  # noqa: BLE001 - a broken __repr__ or a full disk must not fail finished work
        _say(f"the result ({type(value).__name__}) could not be kept, nor its text: {why}; {_describe(error)}")
        return
    _say(f"the result ({type(value).__name__}) could not be kept: {why}; its text is in run.result_text")


def keep_error(run_dir: RunDir, line: str) -> None:
    """Keep the line that says why the operation failed."""
    with contextlib.suppress(GuildError):  # a full disk; the output has it
        write_attr(run_dir, ERROR, first_line(line))


def keep_exception(
    run_dir: RunDir, error: BaseException, cells: Mapping[str, CellFile], sent: Mapping[str, Any] = _NOTHING_SENT
) -> None:
    """Keep the exception of an operation, with its text in case it cannot be unpickled."""
    keep_error(run_dir, describe_failure(error))
    why = _try_to_keep(run_dir, run_dir.exception, error, sent)
    summary = {
        "type": type_name(type(error)),
        "message": message_of(error),
        "traceback": format_failure(error, cells),
        "why": why or "",
    }
    with contextlib.suppress(GuildError):  # a full disk; the output has the traceback
        write_file(run_dir, run_dir.exception_text, json.dumps(summary).encode())
    if why is not None:
        _say(f"the exception ({type(error).__name__}) could not be kept: {why}; run.exception has its text")


def _try_to_keep(run_dir: RunDir, path: str, value: object, sent: Mapping[str, Any]) -> str | None:
    """Pickle a value into a file; return why it cannot be pickled, or None."""
    buffer = io.BytesIO()
    try:
        _Pickler(buffer, sent).dump(value)
        write_file(run_dir, path, buffer.getvalue())
    except Exception as error:  # noqa: BLE001 - a type's own __reduce__ may raise anything
        return _describe(error)
    return None


def _describe(error: Exception) -> str:
    return message_of(error).partition("\n")[0].rstrip(".") or type(error).__name__


def _say(text: str) -> None:
    with contextlib.suppress(OSError, ValueError, AttributeError):  # a full disk, a closed stream, or none
        sys.stdout.flush()
        sys.stderr.write(text + "\n")
        sys.stderr.flush()


class _Pickler(cloudpickle.Pickler):  # type: ignore[misc] # untyped package
    def __init__(self, file: io.BytesIO, sent: Mapping[str, Any]) -> None:
        super().__init__(file, protocol=5)
        self._sent = sent
        self._ways: dict[type, Callable[[Any], Any] | None] = {}

    def reducer_override(self, obj: Any) -> Any:  # noqa: ANN401 - pickle's own protocol
        cls = type(obj)
        if cls not in self._ways:
            self._ways[cls] = self._find_way(cls)
        way = self._ways[cls]
        return NotImplemented if way is None else way(obj)

    def _find_way(self, cls: type) -> Callable[[Any], Any] | None:
        """Return how objects of a class are reduced; None for the usual way."""
        if issubclass(cls, type | types.FunctionType):
            return self._reduce_definition
        if cls is types.CodeType:
            return _reduce_code
        known, reduce = copies.find_reducer(cls), self.dispatch_table.get(cls)
        if known or reduce or copies.reduces_itself(cls):
            return functools.partial(self._reduce, reduce=reduce, known=known)
        return None

    def _reduce_definition(self, obj: Any) -> Any:  # noqa: ANN401 - as reducer_override, like all below
        is_sent = obj.__module__ == "__main__" and self._is_sent(obj, obj.__qualname__)
        return obj.__qualname__ if is_sent else super().reducer_override(obj)

    def _reduce(self, obj: Any, *, reduce: Callable[[Any], Any] | None, known: Callable[[Any], Any] | None) -> Any:  # noqa: ANN401
        reduced = reduce(obj) if reduce is not None else obj.__reduce_ex__(self.proto)
        if not isinstance(reduced, str):
            return known(obj) if known is not None else reduced
        if getattr(obj, "__module__", None) != "__main__" or self._is_sent(obj, reduced):
            return reduced
        return known(obj) if known is not None else copies.reduce_content(obj)

    def _is_sent(self, obj: object, path: str) -> bool:
        """Whether the notebook has this very object under its name."""
        name, *parts = path.split(".")
        try:
            return functools.reduce(getattr, parts, self._sent[name]) is obj
        except (KeyError, AttributeError):
            return False


def _reduce_code(code: types.CodeType) -> Any:  # noqa: ANN401
    try:
        return payload.reduce_code(code)
    except ValueError:  # it was changed
        return NotImplemented
