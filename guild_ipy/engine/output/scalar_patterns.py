r"""The user's patterns of scalars, of ``--output-scalar`` or ``output-scalars`` of a Guild file.

They take the place of the usual forms. Each line is matched against regular expressions in one of these forms::

    (\w+)=([0-9.]+)                 two groups: key and value
    (?P<_key>\w+)=(?P<_val>\S+)     the same
    loss=(?P<loss>\S+)              the name of a group is the key; several are several keys
    loss: error is (\S+)            KEY: and an expression with one group

In them ``\key``, ``\value`` and ``\step`` stand for what Guild's default patterns match as such. A value that is not a
number is ignored.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from guild_ipy.domain.values.scalars import DEFAULT_PATTERNS, expand_aliases
from guild_ipy.errors import UsageError

_NAMED = re.compile(r"([^\s:()\[\]\\]+): +(.+)\Z", re.DOTALL)
_KEY_AND_VALUE = 2


@dataclass(frozen=True, kw_only=True)
class ScalarPattern:
    """A pattern, ready to be matched."""

    text: str
    """The pattern as the user wrote it."""
    expression: re.Pattern[str]
    name: str | None = None

    @property
    def declared_keys(self) -> frozenset[str]:
        """The keys in the pattern itself; keys that it finds in a line may be names of flags."""
        named = self.expression.groupindex.keys() - {"_key", "_val"}
        return frozenset(named if self.name is None else {self.name})

    def find(self, text: str) -> Iterator[tuple[str, float]]:
        """Find the keys and values in a line."""
        for match in self.expression.finditer(text):
            for key, found in self._pairs(match):
                try:
                    yield key, float(found)
                except (TypeError, ValueError):
                    continue

    def _pairs(self, match: re.Match[str]) -> list[tuple[str, str]]:
        named = match.groupdict()
        if not named:
            return [(match[1], match[2]) if self.name is None else (self.name, match[1])]
        if named.keys() >= {"_key", "_val"}:
            return [(named["_key"], named["_val"])]
        return list(named.items())


def parse_pattern(pattern: str) -> ScalarPattern:
    """Read a pattern.

    Raises
    ------
    UsageError
        For one that is not a regular expression, or whose groups have no meaning.
    """
    expression = _compile(pattern, pattern)
    if expression.groupindex or expression.groups == _KEY_AND_VALUE:
        return ScalarPattern(text=pattern, expression=expression)
    named = _NAMED.match(pattern)
    if expression.groups == 1 and named:
        return ScalarPattern(text=pattern, expression=_compile(named[2], pattern), name=named[1])
    raise UsageError(
        f"output scalar pattern {pattern!r} has {expression.groups} groups; name them, or write KEY: before "
        "an expression with one group"
    )


def check_patterns(patterns: Iterable[str]) -> None:
    """Raise UsageError for a pattern that is not a regular expression, or whose groups have no meaning."""
    for pattern in patterns:
        parse_pattern(pattern)


def are_usual(patterns: Sequence[str]) -> bool:
    """Whether patterns are the default ones, in whose place the user has put none."""
    return tuple(patterns) == DEFAULT_PATTERNS


def guild_patterns(patterns: Sequence[str]) -> list[str | dict[str, str]] | None:
    r"""Return patterns as ``output-scalars`` of a Guild file has them; None for the default ones.

    Examples
    --------
    >>> guild_patterns([r"loss: error is (\S+)"])
    [{'loss': 'error is (\\S+)'}]
    """
    if are_usual(patterns):
        return None
    parsed = [parse_pattern(pattern) for pattern in patterns]
    return [{each.name: each.expression.pattern} if each.name else each.expression.pattern for each in parsed]


def _compile(text: str, pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(expand_aliases(text))
    except re.error as error:
        raise UsageError(f"output scalar pattern {pattern!r} is no regular expression: {error}") from error
