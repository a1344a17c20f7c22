"""Getting back what a run returned or raised."""

from __future__ import annotations

import pickle
import sys
from functools import cached_property
from typing import Any

from guild_ipy.engine.unpack import unpack
from guild_ipy.store.run_dir import RunDir


def read_result(run_dir: RunDir) -> Any:  # noqa: ANN401 - whatever the operation returned
    """Unpickle the return value; its repr where it could not be pickled, None where there is none.

    Unpickling executes code of whoever made the run.
    """
    try:
        return _load(run_dir, run_dir.result)
    except FileNotFoundError:
        return _read_text(run_dir.result_text)


def read_exception(run_dir: RunDir) -> BaseException | None:
    """Unpickle what the operation raised; None where there is nothing, or it does not survive the way."""
    try:
        error = _load(run_dir, run_dir.exception)
    except Exception:  # noqa: BLE001 - exceptions with arguments of their own often cannot be made again
        return None
    return error if isinstance(error, BaseException) else None


def _load(run_dir: RunDir, path: str) -> Any:  # noqa: ANN401
    with open(path, "rb") as file:
        return _Reader(file, run_dir).load()


def _read_text(path: str) -> str | None:
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except FileNotFoundError:
        return None


class _Reader(pickle.Unpickler):
    """Finds classes of the notebook in the notebook, and otherwise in what the run was sent."""

    def __init__(self, file: Any, run_dir: RunDir) -> None:  # noqa: ANN401 - any readable binary file
        super().__init__(file)
        self._run_dir = run_dir

    def find_class(self, module: str, name: str) -> Any:  # noqa: ANN401 - pickle's own protocol
        if module != "__main__":
            return super().find_class(module, name)
        outer, *inner = name.split(".")
        notebook = vars(sys.modules["__main__"])
        found = notebook[outer] if outer in notebook else self._sent[outer]
        for part in inner:
            found = getattr(found, part)
        return found

    @cached_property
    def _sent(self) -> dict[str, Any]:
        namespace: dict[str, Any] = {"__name__": "__main__"}
        unpack(self._run_dir, namespace)
        return namespace
