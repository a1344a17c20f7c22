"""Trials that are listed: a file (CSV, JSON or YAML), a DataFrame, or maps of flags; a row is a trial.

A cell of a table that is empty, None or nan leaves its flag out, which then has its default; a null in a map is a
value. Cells of CSV are read as if typed.
"""

from __future__ import annotations

import csv
import io
import json
import math
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from guild_ipy.batch.sequences import MOST_TRIALS
from guild_ipy.errors import UsageError
from guild_ipy.operations.flag_values.recording import record
from guild_ipy.operations.flag_values.typed_text import FlagText
from guild_ipy.store.files import yaml_codec
from guild_ipy.store.files.regular_file import read_regular

_MOST_BYTES = 64 * 2**20


def read_rows(given: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - a path, a DataFrame, or maps
    """Return the flags of each trial.

    Raises
    ------
    UsageError
        If it cannot be read, holds no trials, or something else than maps of flags.
    """
    if isinstance(given, str | os.PathLike):
        name = os.fspath(given)
        return _check(_read_file(name), repr(name))
    name = "the trials"
    if not hasattr(given, "columns"):
        return _check(given, name)
    try:
        _check_names(list(given.columns))
        rows = given.to_dicts() if hasattr(given, "to_dicts") else _records(given)
    except (ValueError, TypeError) as error:
        raise UsageError(f"cannot read the trials: {error}") from error
    return _check([{key: cell for key, cell in row.items() if not _is_missing(cell)} for row in rows], name)


def _records(frame: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - a DataFrame of pandas, which is not imported here
    """Return the rows of a frame; floats of 32 bits as they are written, 0.1 and not 0.10000000149011612."""
    rows: list[dict[str, Any]] = frame.to_dict("records")
    for name in frame.columns:
        if str(frame[name].dtype) in {"float16", "float32"}:
            for row, value in zip(rows, map(record, frame[name].to_numpy()), strict=True):
                row[name] = None if value is None else value.value
    return rows


def _read_file(path: str) -> Any:  # noqa: ANN401 - what the file holds; _check ends it
    kind = os.path.splitext(path)[1].lower()
    if kind not in _READERS:
        raise UsageError(f"cannot read trials from {path!r}; give a file of CSV, JSON or YAML: {', '.join(_READERS)}")
    try:
        return _READERS[kind](read_regular(os.path.expanduser(path), _MOST_BYTES).decode("utf-8-sig"))
    except OSError as error:
        raise UsageError(f"cannot read trials from {path!r}: {(error.strerror or str(error)).lower()}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"cannot read trials from {path!r}: it is not text in UTF-8") from error
    except (ValueError, RecursionError, csv.Error) as error:
        raise UsageError(f"cannot read trials from {path!r}: {error}") from error


def _read_csv(text: str) -> list[dict[str, Any]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True, skipinitialspace=True)
    names = [name.strip() for name in next(reader, [])]
    _check_names(names)
    rows = []
    for cells in filter(None, reader):
        if len(cells) > len(names):
            raise ValueError(f"line {reader.line_num} has more cells than there are columns")
        found = zip(names, map(str.strip, cells), strict=False)
        rows.append({name: FlagText(cell) for name, cell in found if cell})
    return rows


def _check_names(names: Sequence[object]) -> None:
    for number, name in enumerate(names, start=1):
        if name == "":
            raise ValueError(f"column {number} has no name; the index of a frame is left out with index=False")
        if not isinstance(name, str):
            raise TypeError(f"column {name!r} is not the name of a flag")
        if names.index(name) != number - 1:
            raise ValueError(f"two columns are called {name!r}")


_READERS: Mapping[str, Callable[[str], Any]] = {
    ".csv": _read_csv,
    ".json": json.loads,
    ".yaml": yaml_codec.decode,
    ".yml": yaml_codec.decode,
}


def _check(rows: Any, name: str) -> list[dict[str, Any]]:  # noqa: ANN401 - as above
    if isinstance(rows, str | bytes | Mapping) or not isinstance(rows, Iterable):
        kind = "nothing" if rows is None else f"one {type(rows).__name__}"
        raise UsageError(f"{name} holds {kind} in place of a list of maps of flags, one for each trial")
    found = []
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, Mapping):
            raise UsageError(f"trial {number} of {name} is {_show(row)}, not a map of flags")
        if odd := [key for key in row if not isinstance(key, str) or not key]:
            raise UsageError(f"trial {number} of {name} has {_show(odd[0])} in place of the name of a flag")
        if number > MOST_TRIALS:
            raise UsageError(f"{name} holds more than {MOST_TRIALS:,} trials, which is the most that can be made")
        found.append(dict(row))
    if not found:
        raise UsageError(f"{name} holds no trials; give a row for each")
    return found


def _is_missing(value: object) -> bool:
    """Whether a cell is empty: None, nan, or a missing value of pandas."""
    if value is None or type(value).__name__ in {"NAType", "NaTType"}:
        return True
    return isinstance(value, float) and math.isnan(value)


_SHOWN = 60


def _show(value: object) -> str:
    text = repr(value).replace("\n", " ")
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
