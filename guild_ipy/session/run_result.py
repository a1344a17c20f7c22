"""Getting back what a run returned or raised."""

from __future__ import annotations

import json
import os
import pickle
import sys
from functools import cached_property
from typing import Any

from guild_ipy.domain.payload_reader import MOVED, find_in_main
from guild_ipy.engine.child.unpack import unpack
from guild_ipy.errors import DamagedRun, LostException, ResultError
from guild_ipy.store.files.regular_file import open_reader, read_regular
from guild_ipy.store.run_dir import RunDir


def read_result(run_dir: RunDir) -> Any:  # noqa: ANN401 - whatever the operation returned
    """Unpickle the return value; None where there is none.

    Unpickling executes code of whoever made the run.

    Raises
    ------
    ResultError
        If it could not be pickled, or cannot be made again here.
    """
    if not os.path.exists(run_dir.result):
        reason, text = _read_text(run_dir.result_error), read_result_text(run_dir)
        if reason is None and text is None:
            return None
        raise ResultError(run_dir.short_id, reason or "it could not be pickled", text)
    try:
        return _load(run_dir, run_dir.result)
    except Exception as error:
        raise ResultError(run_dir.short_id, f"{type(error).__name__}: {error}") from error


def read_result_text(run_dir: RunDir) -> str | None:
    """Read the repr of a return value that could not be pickled; None where there is none."""
    return _read_text(run_dir.result_text)


def read_exception(run_dir: RunDir) -> BaseException | None:
    """Unpickle what the operation raised, or give what stands for it; None where there is nothing."""
    try:
        error = _load(run_dir, run_dir.exception)
    except Exception as failure:  # noqa: BLE001 - an exception may need whatever it likes to be made again
        return _stand_in(run_dir, f"{type(failure).__name__}: {failure}")
    return error if isinstance(error, BaseException) else None


def _stand_in(run_dir: RunDir, reason: str) -> LostException | None:
    try:
        text = json.loads(_read_text(run_dir.exception_text) or "null")
        return text and LostException(
            type_name=text["type"],
            message=text["message"],
            traceback=text["traceback"],
            reason=text["why"] or reason,
        )
    except (ValueError, KeyError, TypeError):  # damaged
        return None


def _load(run_dir: RunDir, path: str) -> Any:  # noqa: ANN401
    with open_reader(path) as file:
        return _Reader(file, run_dir).load()


def _read_text(path: str) -> str | None:
    try:
        return read_regular(path).decode("utf-8", "replace")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise DamagedRun(path, error.strerror or str(error)) from error


class _Reader(pickle.Unpickler):
    """Finds classes of the notebook in the notebook, and otherwise in what the run was sent."""

    def __init__(self, file: Any, run_dir: RunDir) -> None:  # noqa: ANN401 - any readable binary file
        super().__init__(file)
        self._run_dir = run_dir

    def find_class(self, module: str, name: str) -> Any:  # noqa: ANN401 - pickle's own protocol
        if module != "__main__":
            return super().find_class(MOVED.get(module, module), name)
        notebook = vars(sys.modules["__main__"])
        return find_in_main(notebook if name.partition(".")[0] in notebook else self._sent, name)

    @cached_property
    def _sent(self) -> dict[str, Any]:
        namespace: dict[str, Any] = {"__name__": "__main__"}
        program = unpack(self._run_dir, namespace, is_beside=True)
        return {**namespace, **program.variables}
