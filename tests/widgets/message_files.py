"""The messages between a table and Python, one file for each shape; the tests of the front end read the same files.

A file has a ``request`` and its ``answer``, or an ``event``. ``after`` names messages that are asked before.
``home`` is ``search`` where the runs are those of ``searched_trials.py``.
A buffer has its ``dtype``: ``json`` for an array of plain values, else that of NumPy; ``"nan"`` stands for NaN.
The answers about one run are examples: the real ones have the same shape, with other paths and times.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

_FOLDER = Path(__file__).parent / "messages"
NAMES = sorted(path.stem for path in _FOLDER.glob("*.json"))


def read_message(name: str) -> dict[str, Any]:
    """Return what a file says."""
    message: dict[str, Any] = json.loads((_FOLDER / f"{name}.json").read_text())
    return message


def read_buffers(buffers: Sequence[bytes], message: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return buffers as a file has them, read by the dtypes that it says."""
    dtypes = [each["dtype"] for each in message.get("buffers", ())]
    return [{"dtype": dtype, "values": _read(buffer, dtype)} for buffer, dtype in zip(buffers, dtypes, strict=True)]


def shape_of(value: Any) -> Any:
    """Return the keys and the types of a plain value; a list has the shape of its first item.

    Examples
    --------
    >>> shape_of({"name": "train.py", "lines": [["", 1], ["", 2]], "note": None})
    {'name': 'str', 'lines': [['str']], 'note': 'NoneType'}
    """
    if isinstance(value, Mapping):
        return {name: shape_of(item) for name, item in value.items()}
    return [shape_of(item) for item in value[:1]] if isinstance(value, list) else type(value).__name__


def _read(buffer: bytes, dtype: str) -> list[Any]:
    if dtype == "json":
        values: list[Any] = json.loads(buffer)
        return values
    return ["nan" if value != value else value for value in np.frombuffer(buffer, dtype).tolist()]  # noqa: PLR0124
