"""The best of the runs of a frame."""

from __future__ import annotations

import numpy as np
import pandas as pd

from guild_ipy.errors import RunNotFound, UsageError

_GREATEST = "max "
_TWO = 2


def rank(comparison: pd.DataFrame, written: str, *, greatest: bool | None = None) -> list[str]:
    """Return the runs of a comparison of one column by their numbers there, the best first.

    Parameters
    ----------
    comparison
        The column ``run``, and one more.
    written
        The column as the user has written it.
    greatest
        Whether the greatest is the best; None means only if ``max`` is asked for.

    Raises
    ------
    RunNotFound
        If no run has a number there.
    """
    if comparison.shape[1] != _TWO:
        raise UsageError(f"best takes one column beside 'run', not {written!r}")
    is_greatest = written.strip().startswith(_GREATEST) if greatest is None else greatest
    values = pd.to_numeric(comparison.iloc[:, 1].astype(object), errors="coerce")
    numbers = values.to_numpy(dtype=float, na_value=np.nan)
    order = np.argsort(-numbers if is_greatest else numbers, kind="stable")
    names = comparison.iloc[:, 0].to_numpy()[order][~np.isnan(numbers[order])]
    if not len(names):
        raise RunNotFound(written, "none of these runs has a number there")
    return [str(name) for name in names]
