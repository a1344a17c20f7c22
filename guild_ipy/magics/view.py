"""How a notebook shows a run, and the values that magics return."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

from guild_ipy.api.operations import OperationInfo
from guild_ipy.printable import printable
from guild_ipy.view.live import PreviewingViewer, collapse_returns
from guild_ipy.view.operation_text import format_details, format_operations


class Printer(Protocol):
    """What IPython hands to ``_repr_pretty_``."""

    def text(self, text: str) -> None:
        """Write text as it is."""
        ...


class NotebookViewer(PreviewingViewer):
    """The preview above the output, the output as a stream, one line at the end.

    It agrees to the preview: a notebook that runs unattended cannot be asked.
    """

    def __init__(self) -> None:
        super().__init__(start_command="%guild_start {}")


class LineList(list[Any]):
    """Names of files, or explanations, shown one on a line."""

    def _repr_pretty_(self, printer: Printer, cycle: bool) -> None:  # noqa: ARG002, FBT001 - IPython's protocol
        printer.text("\n".join(printable(str(each)) for each in self))


class FileText(str):
    """The text of a file, shown as it is."""

    __slots__ = ()

    def _repr_pretty_(self, printer: Printer, cycle: bool) -> None:  # noqa: ARG002, FBT001 - IPython's protocol
        printer.text(collapse_returns(self))


class OperationList(list[OperationInfo]):
    """Operations, shown one on a line with their flags, or in detail."""

    def __init__(self, operations: Iterable[OperationInfo] = (), *, in_detail: bool = False) -> None:
        super().__init__(operations)
        self._in_detail = in_detail

    def _repr_pretty_(self, printer: Printer, cycle: bool) -> None:  # noqa: ARG002, FBT001 - IPython's protocol
        printer.text(format_details(self) if self._in_detail else format_operations(self))
