"""The words of a line that name an operation and give its flags: ``train.py lr=0.1 epochs=2``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile

from guild_ipy.arguments.tokens import ObjectToken, token_value
from guild_ipy.errors import UsageError
from guild_ipy.operations.flag_values.flag_binding import parse_assignment
from guild_ipy.operations.flag_values.typed_text import FlagText

#: An operation as Python calls it.
_CALL = re.compile(r"([^\W\d][\w.]*)\(([^)]*[^)\s][^)]*)\)?", re.DOTALL)


def split_operation(words: Sequence[str]) -> tuple[object | None, Sequence[str]]:
    """Split the words into the operation and the rest; the sub-command of a script belongs to the operation."""
    if call := _CALL.match(" ".join(words)):
        raise UsageError(f"run: flags are words behind the name, not a call: {call[1]} {_as_words(call[2])}")
    if not words or _is_assignment(words[0]):
        return None, words
    operation = token_value(words[0])
    if not isinstance(operation, str) or "." not in operation:
        return operation, words[1:]
    command = list(takewhile(_is_plain_word, words[1:]))
    return " ".join((operation, *command)), words[1 + len(command) :]


def _is_plain_word(word: str) -> bool:
    return not isinstance(word, ObjectToken) and "=" not in word


def _as_words(arguments: str) -> str:
    """Write the arguments of a call as flags, as far as this is possible without parsing Python."""
    parts = (re.sub(r"\s*=\s*", "=", each.strip(), count=1) for each in arguments.split(","))
    return " ".join(part if "=" in part else f"NAME={part}" for part in parts if part)


def _is_assignment(word: str) -> bool:
    if isinstance(word, ObjectToken):
        return bool(word.name)
    return "=" in word and not word.startswith(("./", "../", "/"))  # ./lr=0.1/train.py is a path


def parse_flags(words: Sequence[str]) -> dict[str, object]:
    """Split words ``name=value``; a text is read when the type of the flag is known."""
    flags: dict[str, object] = {}
    _check_spaces(words)
    for word in words:
        name, value = _parse_flag(word)
        if name in flags:
            raise UsageError(f"run: flag {name!r} is given twice; give it once")
        flags[name] = value
    return flags


def _check_spaces(words: Sequence[str]) -> None:
    """Refuse ``lr = 0.1``: the errors about its single words would mislead."""
    for word, following, behind in zip(words, words[1:], [*words[2:], ""], strict=False):
        if following.startswith("=") or (word.endswith("=") and "=" not in following):
            name, value = word.rstrip("="), following.lstrip("=") or behind or "VALUE"
            raise UsageError(f"run: a flag is one word, without spaces beside its =: {name}={value}")


def _parse_flag(word: str) -> tuple[str, object]:
    if isinstance(word, ObjectToken) and word.name:
        return word.name, word.value
    name, text = parse_assignment(word)
    if text is None:
        raise UsageError(f"run: {word!r} is no flag; write flags as name=value, and text with spaces in quotes")
    return name, FlagText(text)


def hint_of_flag(token: str, tokens: Sequence[str]) -> str:
    """Suggest how to write a flag that was written as an option of a script: ``--lr 0.1``."""
    name, equals, value = token.lstrip("-").partition("=")
    behind = tokens[tokens.index(token) + 1 :]
    if not equals:
        value = behind[0] if behind and not behind[0].startswith("--") else "VALUE"
    return f"; a flag is written {name}={value}" if name else ""
