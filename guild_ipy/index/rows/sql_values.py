"""Values of runs as SQLite holds them.

SQLite has no booleans, lists, maps and large integers, takes NaN for NULL, and refuses half a character, so a value
stands in two columns, ``v`` and ``t``:

====  ===================================  ==========================
t     v                                    for
====  ===================================  ==========================
NULL  the value                            numbers and text
b     0 or 1                               a boolean
n     NULL                                 None
j     JSON, as Python writes and reads it  everything else
====  ===================================  ==========================
"""

from __future__ import annotations

import json
import math
from typing import Any, TypeAlias

SqlValue: TypeAlias = "int | float | str | bytes | None"

BOOLEAN, NOTHING, JSON = "b", "n", "j"
_LARGEST = 2**63 - 1

#: Compact, and of any Python value that an attribute can have: a value that JSON does not have becomes text.
encode_json = json.JSONEncoder(separators=(",", ":"), default=str).encode


def to_sql(value: Any) -> tuple[SqlValue, str | None]:  # noqa: ANN401 - whatever YAML gave
    """Return `v` and `t` of a value.

    Examples
    --------
    >>> [to_sql(value) for value in (1, "a", True, None, [1, 2], math.nan)]
    [(1, None), ('a', None), (1, 'b'), (None, 'n'), ('[1,2]', 'j'), ('NaN', 'j')]
    """
    kind = type(value)
    if kind is bool:
        return int(value), BOOLEAN
    if value is None:
        return None, NOTHING
    if (
        (kind is str and is_sayable(value))
        or (kind is int and -_LARGEST <= value <= _LARGEST)
        or (kind is float and not math.isnan(value))
    ):
        return value, None
    return encode_json(value), JSON


def from_sql(value: SqlValue, kind: str | None) -> Any:  # noqa: ANN401 - as it was
    """Return the value that has this `v` and `t`."""
    if kind is None:
        return value
    if kind == BOOLEAN:
        return bool(value)
    return None if kind == NOTHING else json.loads(str(value))


def text_to_sql(text: str | None) -> str | bytes | None:
    """Return text as SQLite takes it: bytes if it holds half a character."""
    if text is None or text.isascii() or is_sayable(text):
        return text
    return text.encode("utf-8", "surrogatepass")


def text_from_sql(value: Any) -> Any:  # noqa: ANN401 - text or None
    """Undo :func:`text_to_sql`."""
    return value.decode("utf-8", "surrogatepass") if isinstance(value, bytes) else value


def integer_to_sql(number: int | None) -> int | float | None:
    """Return a number as SQLite takes it; one of more than 64 bits is rounded."""
    return number if number is None or -_LARGEST <= number <= _LARGEST else float(number)


def is_sayable(text: str) -> bool:
    """Return whether text can be encoded as UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
