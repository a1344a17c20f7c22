"""The part of a label that a user has given: without the flags, where these have columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from guild_ipy.domain.values.run_label import default_label

_PREFIX = "flag:"


def own_label(label: str, values: Mapping[str, Any]) -> str:
    """Leave out the default label at the end of a label; `values` are the columns of its row.

    Examples
    --------
    >>> own_label("best lr=0.1 n=5", {"lr": 0.1, "n": 5.0, "loss": 0.2}), own_label("lr=0.1 n=5", {"lr": 0.1})
    ('best', 'lr=0.1 n=5')
    """
    named = sorted((heading.removeprefix(_PREFIX), value) for heading, value in values.items())
    rest = label
    for name, value in reversed(named):
        if f"{name}=" in rest:
            rest = _without(rest, name, value)
    return label if "=" in rest else rest


def _without(label: str, name: str, value: Any) -> str:  # noqa: ANN401 - of a flag
    """Leave out a flag at the end; a column of fractions shows 5.0 for the flag 5."""
    alike = [value, int(value)] if isinstance(value, float) and value.is_integer() else [value]
    for each in alike:
        written = default_label({name: each})
        if label == written or label.endswith(f" {written}"):
            return label.removesuffix(written).rstrip(" ")
    return label
