"""Paths, by as few of their last names as tell them apart."""

from __future__ import annotations

import os
from collections.abc import Sequence


def last_names(paths: Sequence[str]) -> list[str]:
    """Shorten each path to its last names, the same number for all.

    Examples
    --------
    >>> last_names(["/home/ada/a/train.ipynb", "/home/ada/b/train.ipynb"]), last_names(["/home/ada/a/train.ipynb"] * 2)
    (['a/train.ipynb', 'b/train.ipynb'], ['train.ipynb', 'train.ipynb'])
    """
    names = {path: path.strip("/").split("/") for path in paths}
    count = 1
    while len({tuple(each[-count:]) for each in names.values()}) < len(names) and count < max(map(len, names.values())):
        count += 1
    return ["/".join(names[path][-count:]) for path in paths]


def from_user_dir(path: str) -> str:
    """Write a path below the user's home directory with ``~``."""
    home = os.path.expanduser("~").rstrip("/")
    return f"~{path[len(home) :]}" if home and (path == home or path.startswith(f"{home}/")) else path
