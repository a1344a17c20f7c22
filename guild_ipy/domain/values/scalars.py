"""Scalars: the numbers that a run reports, and their summaries."""

from __future__ import annotations

from dataclasses import dataclass

_NUMBER = r"[-+]?(?:(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?|[nN]a[nN]|[iI]nf)"

#: Lines as Guild AI 0.9.0 reads them: ``key: number (step N)`` sets the step, and ``key: number``, with or
#: without text in parentheses, gives a value. A key has no space.
DEFAULT_PATTERNS = (
    rf"^[^ \t]+:[ \t]+{_NUMBER}[ \t]+\((?:step[ \t]+)?(?P<step>[0-9]+)\)$",
    rf"^([^ \t]+):[ \t]+({_NUMBER})(?:[ \t]+\(.*\))?$",
)
_ALIASES = {
    r"\key": r"[^ \t]+",
    r"\value": r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?",
    r"\step": r"[0-9]+",
}


def expand_aliases(pattern: str) -> str:
    r"""Replace ``\key``, ``\value`` and ``\step`` in a pattern by the expressions that they stand for.

    Examples
    --------
    >>> expand_aliases(r"epoch (\step)")
    'epoch ([0-9]+)'
    """
    for alias, meaning in _ALIASES.items():
        pattern = pattern.replace(alias, meaning)
    return pattern


@dataclass(frozen=True, kw_only=True)
class ScalarPoint:
    """One value of one scalar."""

    tag: str
    value: float
    step: int


@dataclass(frozen=True, kw_only=True)
class ScalarSummary:
    """All values of one scalar of one run, summarised.

    Each of first, last, min and max has the step at which it was reported; `average`, `total` and `count`
    go over all points. NaN values count, and win no comparison.
    """

    tag: str
    prefix: str = ""
    """Sub-directory of the run that the event file lies in; empty for the run itself and ``.guild``."""
    first: float
    first_step: int
    last: float
    last_step: int
    min: float
    min_step: int
    max: float
    max_step: int
    average: float
    total: float
    count: int

    @property
    def name(self) -> str:
        """``tag``, or ``prefix#tag`` for a file in a sub-directory."""
        return f"{self.prefix}#{self.tag}" if self.prefix else self.tag
