"""Lists that are shown one member on a line."""

from __future__ import annotations

from typing import Any, TypeVar

from guild_ipy.printable import printable

Member = TypeVar("Member")


class LineList(list[Member]):
    """Names of files, or explanations: a list like any other, and a text of many lines."""

    def __str__(self) -> str:
        return "\n".join(printable(str(each)) for each in self)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:  # noqa: ANN401, ARG002, FBT001 - IPython's protocol
        printer.text(str(self))
