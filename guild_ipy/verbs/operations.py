"""``operations``: list what can be run here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from guild_ipy.api.looking.operations import OperationInfo, get_operations, list_operations
from guild_ipy.api.looking.plain_values import operation_values
from guild_ipy.api.session import Session
from guild_ipy.arguments.completes import Completes
from guild_ipy.arguments.option import json_switch, words
from guild_ipy.arguments.verb import Verb
from guild_ipy.view.operation_text import format_details, format_operations


class OperationList(list[OperationInfo]):
    """Operations, shown one on a line with their flags, or in detail."""

    def __init__(self, operations: Iterable[OperationInfo] = (), *, in_detail: bool = False) -> None:
        super().__init__(operations)
        self._in_detail = in_detail

    def __str__(self) -> str:
        return format_details(self) if self._in_detail else format_operations(self)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:  # noqa: ANN401, ARG002, FBT001 - IPython's protocol
        printer.text(str(self))


@dataclass(frozen=True, kw_only=True)
class ListOperations:
    """Which operations to describe in detail; without names there is a line on each that there is."""

    names: tuple[str, ...] = words(
        metavar="OPERATION", help="describe these with their flags", completes=Completes.OPERATIONS
    )
    json: bool = json_switch()

    def carry_out(self, session: Session) -> OperationList | list[dict[str, Any]]:
        """List the operations."""
        found = get_operations(session, self.names) if self.names else list_operations(session)
        if self.json:
            return [operation_values(each) for each in found]
        return OperationList(found, in_detail=bool(self.names))


VERB = Verb(
    name="operations",
    options=ListOperations,
    words="[OPERATION ...]",
    summary="List what can be run here, with its flags.",
    details="With OPERATION what a Guild file, a signature or a script says of it: each flag on a line.",
)
