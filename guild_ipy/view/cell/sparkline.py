"""A curve in a line of text, as an SVG picture without script."""

from __future__ import annotations

import math
from collections.abc import Sequence

_WIDTH, _HEIGHT, _EDGE = 64, 14, 2
_MOST_POINTS = 64


def sparkline(values: Sequence[float]) -> str:
    """Draw values from left to right; nothing where fewer than two are finite."""
    shown = [value for value in thin_out(values, _MOST_POINTS) if math.isfinite(value)]
    if len(shown) < 2:  # noqa: PLR2004 - a line
        return ""
    least, greatest = min(shown), max(shown)
    across = (_WIDTH - 2 * _EDGE) / (len(shown) - 1)
    scale = (_HEIGHT - 2 * _EDGE) / ((greatest - least) or 1.0)
    points = " ".join(
        f"{_EDGE + number * across:.1f},{_HEIGHT - _EDGE - (value - least) * scale:.1f}"
        for number, value in enumerate(shown)
    )
    return (
        f"<svg width='{_WIDTH}' height='{_HEIGHT}' viewBox='0 0 {_WIDTH} {_HEIGHT}' aria-hidden='true'"
        f" style='vertical-align:-2px'><polyline points='{points}' fill='none' stroke='currentColor'"
        f" stroke-width='1.2' stroke-linejoin='round' opacity='0.8'/></svg>"
    )


def thin_out(values: Sequence[float], most: int) -> list[float]:
    """Return at most `most` of the values, evenly spaced, with the first and the last."""
    if len(values) <= most:
        return list(values)
    step = (len(values) - 1) / (most - 1)
    return [values[round(number * step)] for number in range(most)]
