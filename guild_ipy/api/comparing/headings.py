"""Headings of columns, each once."""

from __future__ import annotations

from collections.abc import Iterable


def headings(names: Iterable[str], kind: str, taken: Iterable[str]) -> list[str]:
    """Give each name a heading that is not `taken`: itself, or ``kind:name`` as in selections.

    Examples
    --------
    >>> headings(["lr", "run"], "flag", taken=["run", "label"])
    ['lr', 'flag:run']
    """
    used = set(taken)
    found = []
    for name in names:
        heading = name
        while heading in used:
            heading = f"{kind}:{heading}"
        used.add(heading)
        found.append(heading)
    return found
