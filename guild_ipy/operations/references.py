r"""``${name}`` in the text of a Guild file, filled with values of flags.

In a command and its environment each name must be known, and a backslash before a reference leaves it as it is. Text
that is nothing but one reference becomes the value itself in text, so a value with spaces stays one word of a command.

In what an operation requires a name must be known, too; in the steps of a pipeline an unknown one stays. In both a
backslash means nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from guild_ipy.domain.values.flags import Flags, plain_text
from guild_ipy.errors import UsageError, suggest

_REFERENCE = re.compile(r"(\\?)\$\{(.+?)\}")
#: One in what an operation requires or in a step.
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
    r"""Put values in the places of references; KeyError, whose argument is the name, for one that has none.

    Examples
    --------
    >>> fill_references("--data=${data} \\${HOME}", {"data": "a b"})
    '--data=a b ${HOME}'
    """
    return _REFERENCE.sub(lambda match: match[0][1:] if match[1] else values[match[2]], text)


def strict_filler(flags: Flags) -> Callable[[str], str]:
    """Return the function that puts values of flags into a text with ``${name}``; UsageError for an unknown name."""

    def fill_in(text: str) -> str:
        unknown = next((name for name in FLAG_REFERENCE.findall(text) if name not in flags), None)
        if unknown is not None:
            known = suggest(unknown, flags) or (f"; there are {', '.join(flags)}" if flags else "; it has none")
            raise UsageError(f"'${{{unknown}}}' in {text!r} is no flag of this operation{known}")
        return fill_known(text)

    fill_known = flag_filler(flags)
    return fill_in


def flag_filler(flags: Flags) -> Callable[[str], str]:
    """Return the function that puts values of flags into a text with ``${name}``; unknown names stay.

    Examples
    --------
    >>> flag_filler({"n": 3})("data-${n}/${other}")
    'data-3/${other}'
    """

    def fill_in(text: str) -> str:
        return FLAG_REFERENCE.sub(lambda found: plain_text(flags[found[1]]) if found[1] in flags else found[0], text)

    return fill_in
