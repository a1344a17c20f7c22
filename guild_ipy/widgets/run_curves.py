"""The curves of a scalar, of as few points as a front end draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from guild_ipy.session.session import Session
from guild_ipy.tables.columns.column_values import Array
from guild_ipy.tables.columns.runs_of_frame import find_run_dirs
from guild_ipy.tables.contents.points import read_points
from guild_ipy.tables.pictures.curves import Curve, make_curves

_LEAST_POINTS, _MOST_POINTS = 2, 10_000


@dataclass(frozen=True, kw_only=True)
class ThinCurve:
    """Some of the points of a curve, by step."""

    run: str
    scalar: str
    steps: Array
    values: Array
    count: int
    """How many points there are in all."""


def read_curves(session: Session, names: Sequence[str], scalars: Sequence[str], points: int) -> list[ThinCurve]:
    """Return curves of runs: of some scalars, or of all if none is named; each of about so many points at most.

    A long curve keeps the least and the greatest value of each part, so that no peak is lost.
    """
    most = min(max(points, _LEAST_POINTS), _MOST_POINTS)
    curves = make_curves(read_points(find_run_dirs(session, names)))
    return [_thin(curve, most) for curve in curves if not scalars or curve.scalar in scalars]


def _thin(curve: Curve, most: int) -> ThinCurve:
    kept = _choose_points(curve.values, most)
    return ThinCurve(
        run=curve.run,
        scalar=curve.scalar,
        steps=curve.steps[kept].astype("<f8"),
        values=curve.values[kept].astype("<f8"),
        count=len(curve.values),
    )


def _choose_points(values: Array, most: int) -> Array:
    """Return the places of the first and last point, and of the least and the greatest in each of equal parts."""
    if len(values) <= most:
        return np.arange(len(values))
    finite = np.where(np.isfinite(values), values, np.inf)
    parts = np.array_split(np.arange(len(values)), max(1, (most - 2) // 2))
    least = [part[np.argmin(finite[part])] for part in parts]
    greatest = [part[np.argmax(np.where(np.isfinite(values[part]), values[part], -np.inf))] for part in parts]
    return np.unique([0, *least, *greatest, len(values) - 1])
