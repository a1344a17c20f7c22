"""The resources that a run asks for, and that a queue has: ``cpus=2, gpus=1, memory=8G, licences=1``.

Numbers are counts, of ``memory`` bytes with the units K, M, G and T (1024 each). Names other than ``cpus``, ``gpus``
and ``memory`` are the user's own.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import TypeAlias

from guild_ipy.errors import UsageError

ResourceAmounts: TypeAlias = Mapping[str, float]

CPUS, GPUS, MEMORY = "cpus", "gpus", "memory"
_UNITS = {"": 1, "K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40}
_ITEM = re.compile(r"\s*([A-Za-z][\w.-]*)\s*[=:]\s*([0-9.]+(?:[eE][-+]?[0-9]+)?)\s*([KMGT]?)(?:i?B)?\s*", re.ASCII)


def parse_resources(text: str) -> dict[str, float]:
    """Read resources.

    Raises
    ------
    UsageError
        If a part cannot be understood, or stands there twice.

    Examples
    --------
    >>> parse_resources("gpus=1, memory=8G")
    {'gpus': 1.0, 'memory': 8589934592.0}
    """
    found: dict[str, float] = {}
    for part in text.split(",") if text.strip() else ():
        match = _ITEM.fullmatch(part)
        number = _number(match[2]) if match else math.nan
        if match is None or not math.isfinite(number):
            raise UsageError(f"resources {text!r}: {part.strip()!r} is not NAME=NUMBER, as gpus=1 or memory=8G")
        name, unit = match[1], match[3]
        if unit and name != MEMORY:
            raise UsageError(f"resources {text!r}: the unit {unit} goes with memory alone")
        if name == GPUS and not number.is_integer():
            raise UsageError(f"resources {text!r}: gpus is a whole number, not {match[2]}")
        if name in found:
            raise UsageError(f"resources {text!r}: {name} is given twice")
        found[name] = number * _UNITS[unit]
    return found


def format_resources(resources: ResourceAmounts) -> str:
    """Write resources as they are read.

    Examples
    --------
    >>> format_resources({"gpus": 1.0, "memory": 8589934592.0})
    'gpus=1, memory=8G'
    """
    return ", ".join(f"{name}={format_amount(name, amount)}" for name, amount in resources.items())


def format_amount(name: str, amount: float) -> str:
    """Write how much there is of a resource: ``8G`` of memory."""
    if name == MEMORY:
        unit = next((unit for unit, size in reversed(_UNITS.items()) if amount >= size), "")
        return f"{amount / _UNITS[unit]:.4g}{unit}"
    return f"{amount:g}"


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan
