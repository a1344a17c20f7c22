r"""References to flags, ``${name}``, in the text of a Guild file, filled with the values of the flags.

In a command and its environment each name must be known, and a backslash before a reference leaves it as it is. A value
with spaces stays one word of a command.

In a dependency each name must be known, too; in the steps of a pipeline an unknown name stays as it is. In both a
backslash has no special meaning.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from guild_ipy.domain.values.flags import Flags, plain_text
from guild_ipy.errors import UsageError, suggest

_REFERENCE = re.compile(r"(\\?)\$\{(.+?)\}")
#: A reference in a dependency or in a step.
FLAG_REFERENCE = re.compile(r"\$\{([^{}]+)\}")


def find_references(text: str) -> list[str]:
    r"""Return the names that text refers to.

    Examples
    --------
    >>> find_references("--data ${data} ${lr} \\${HOME}")
    ['data', 'lr']
    """
    return [name for escape, name in _REFERENCE.findall(text) if not escape]


def check_references(text: str, make_error: Callable[[str], Exception]) -> None:
    """Refuse a reference that is not closed."""
    unclosed = re.search(r"(?<!\\)\$\{[^}]*\Z", text)
    if unclosed:
        raise make_error(f"{unclosed[0]!r} has no '}}'; close it")


def fill_references(text: str, values: Mapping[str, str]) -> str:
    r"""Replace references by values; KeyError, whose argument is the name, for a name without a value.

    Examples
    --------
    >>> fill_references("--data=${data} \\${HOME}", {"data": "a b"})
    '--data=a b ${HOME}'
    """
    return _REFERENCE.sub(lambda match: match[0][1:] if match[1] else values[match[2]], text)


def strict_filler(flags: Flags) -> Callable[[str], str]:
    """Return a function that replaces ``${name}`` in a text by values of flags; unknown names raise UsageError."""

    def fill_in(text: str) -> str:
        unknown = next((name for name in FLAG_REFERENCE.findall(text) if name not in flags), None)
        if unknown is not None:
            known = suggest(unknown, flags) or (f"; there are {', '.join(flags)}" if flags else "; it has none")
            raise UsageError(f"'${{{unknown}}}' in {text!r} is no flag of this operation{known}")
        return fill_known(text)

    fill_known = flag_filler(flags)
    return fill_in


def flag_filler(flags: Flags) -> Callable[[str], str]:
    """Return a function that replaces ``${name}`` in a text by values of flags; unknown names stay.

    Examples
    --------
    >>> flag_filler({"n": 3})("data-${n}/${other}")
    'data-3/${other}'
    """

    def fill_in(text: str) -> str:
        return FLAG_REFERENCE.sub(lambda found: plain_text(flags[found[1]]) if found[1] in flags else found[0], text)

    return fill_in
