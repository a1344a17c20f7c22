"""The bundle of the front end, which is made when the package is built; or why there is none."""

from __future__ import annotations

import os
from functools import lru_cache

_STATIC = f"{os.path.dirname(os.path.dirname(os.path.abspath(__file__)))}/static"
_BUNDLE = f"{_STATIC}/widget.js"
_NOT_BUILT = f"{_STATIC}/not_built.txt"


@lru_cache(maxsize=1)
def read_bundle() -> str:
    """Return the text of the bundle."""
    with open(_BUNDLE, encoding="utf-8") as file:
        return file.read()


def find_trouble() -> str | None:
    """Say in one line why widgets cannot be shown, and what to do; None if they can."""
    if os.path.exists(_BUNDLE):
        return None
    why = _read(_NOT_BUILT) or "it was never built; install guild_ipy again, or in a checkout run `make front-end`"
    return f"This cannot be clicked on, because its front end is not there: {why}"


def _read(path: str) -> str:
    try:
        with open(path, encoding="utf-8") as file:
            return file.read().strip()
    except OSError:
        return ""
