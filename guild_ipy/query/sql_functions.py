"""The checks that SQLite asks Python to make, on values as they are stored."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from guild_ipy.domain.values.flags import FlagValue
from guild_ipy.query.checks import Check, Operand, compile_check
from guild_ipy.query.times import format_moment

#: The name of the function: of a value, its form, and a check as JSON.
CHECK = "guild_ipy_check"

#: Forms of values that are not flags or attributes of users: those have `t` there.
TEXT, MOMENT, SCALAR = "#text", "#moment", "#scalar"


class Checks:
    """The function that conditions call; `decode` turns `v` and `t` of a flag or attribute into its value."""

    def __init__(self, decode: Callable[[Any, Any], FlagValue]) -> None:
        self._decode = decode
        self.is_interrupted = False
        """Whether Ctrl-C has ended a check: a regular expression can take forever. SQLite only says that it failed."""

    def __call__(self, value: Any, form: str | None, text: str) -> bool | None:  # noqa: ANN401 - as SQLite has it
        """Make the check that `text` encodes; None for no value."""
        try:
            return self._check(value, form, text)
        except KeyboardInterrupt:
            self.is_interrupted = True
            raise

    def _check(self, value: Any, form: str | None, text: str) -> bool | None:  # noqa: ANN401 - as above
        if form == SCALAR:
            return _decode_check(text)(math.nan if value is None else value)
        if value is None:
            return None
        return _decode_check(text)(_FORMS[form](value) if form in _FORMS else self._decode(value, form))


def encode_check(check: Check, operand: Operand) -> str:
    """Write a check as the function takes it."""
    return json.dumps([check.name, operand])


@lru_cache(maxsize=256)
def _decode_check(text: str) -> Callable[[FlagValue], bool]:
    name, operand = json.loads(text)
    return compile_check(Check[name], operand)


def _decode_text(value: str | bytes) -> str:
    return value.decode("utf-8", "surrogatepass") if isinstance(value, bytes) else value


_FORMS: dict[str | None, Callable[[Any], FlagValue]] = {
    TEXT: _decode_text,
    MOMENT: format_moment,
}
