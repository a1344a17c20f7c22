r"""How operations are named by users: in filters, in the select language and in dependencies.

The one place of this rule::

    train              the operations that are listed as train, train(), net:train
    train()            the function
    train.py           train.py, src/train.py; src/train.py is only the latter
    net:train          this one
    tr*  net:*  run?   * stands for any characters, ? for one
    ^net:  :(a|b)$     text that begins with ^ or ends with $ is a regular expression, found in the listed name
                       (as in Guild AI 0.9.0)

A part of a name is not a name: ``train`` means neither ``pretrain`` nor ``train_v2``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase
from functools import lru_cache

#: Tells a regular expression in a dependency from a plain name; Guild AI 0.9.0 takes every name for an expression.
_REQUIRED_PATTERN = re.compile(r"[\\\[\](){}|+^$]|\.[*?]")
#: A name without wildcards, perhaps with a model before it.
_PLAIN_NAME = re.compile(r"[^\W\d][\w.\-]*(?::[\w.\-]+)?")
#: The colon after a model; not that of ``(?:``.
_COLON = re.compile(r"(?<!\?):")


def is_operation_named(listed: str, names: Iterable[str]) -> bool:
    """Whether an operation, by its name in listings, is meant by one of some names.

    Examples
    --------
    >>> [is_operation_named("net:train", [name]) for name in ("train", "net:train", "net:*", "^net:", "rain", "tra")]
    [True, True, True, True, False, False]
    """
    return any(_means(name, listed) for name in names)


def is_plain_name(text: str) -> bool:
    """Whether a text has the form of an operation's name, such as ``train`` or ``net:train``."""
    return _PLAIN_NAME.fullmatch(text) is not None


def check_operation_name(name: str) -> None:
    """Refuse a regular expression that cannot be compiled; ValueError says what is wrong with it."""
    if _is_pattern(name):
        try:
            _compile(name)
        except (re.error, OverflowError, RecursionError) as error:
            raise ValueError(f"{name!r} is not a regular expression: {error}") from error


def required_name(text: str) -> str:
    r"""Return the name of an operation that a dependency, ``operation: TEXT``, asks for.

    Guild AI 0.9.0 takes the model and the name for regular expressions that match as a whole.

    Examples
    --------
    >>> required_name("pkg/net:train"), required_name("train()"), required_name("train-.*")
    ('net:train', 'train', '^(?:[^:]*:)?(?:train-.*)(?:\\(\\))?$')
    """
    *models, name = _COLON.split(text.strip())
    model = "".join(models[-1:]).rpartition("/")[2]
    name = name.removesuffix("()")
    if not _REQUIRED_PATTERN.search(model + name):
        return f"{model}:{name}" if model else name
    before = f"(?:{_whole(model)}):" if model else "(?:[^:]*:)?"
    return rf"^{before}(?:{_whole(name)})(?:\(\))?$"


def _whole(pattern: str) -> str:
    """Remove the anchors from a regular expression."""
    return pattern.removeprefix("^").removesuffix("" if pattern.endswith("\\$") else "$")


def _means(name: str, listed: str) -> bool:
    if name == listed:
        return True
    if _is_pattern(name):
        return _compile(name).search(listed) is not None
    wanted = name.removeprefix("./").removeprefix(":")
    spellings = _spellings(listed)
    if "*" in wanted or "?" in wanted:
        glob = wanted.replace("[", "[[]")
        return any(fnmatchcase(each, glob) for each in spellings)
    return wanted in spellings


@lru_cache(maxsize=4096)
def _spellings(listed: str) -> tuple[str, ...]:
    """Return the names by which an operation can be called: without its model, its folders, its parentheses."""
    name = listed.rpartition(":")[2]
    parts = name.split("/")
    names = [listed, *("/".join(parts[start:]) for start in range(len(parts)))]
    return tuple(dict.fromkeys([*names, *(each.removesuffix("()") for each in names)]))


def _is_pattern(name: str) -> bool:
    return name.startswith("^") or name.endswith("$")


@lru_cache(maxsize=256)
def _compile(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
