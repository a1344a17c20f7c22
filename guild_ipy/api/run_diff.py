"""What two runs differ in: a value, as text and as HTML."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from html import escape
from typing import TYPE_CHECKING, Any

from guild_ipy.printable import printable, printable_lines

if TYPE_CHECKING:
    from guild_ipy.api.handle import Run

_SAME = "no difference"
_NOTHING = "—"
_ARROW = "→"
_COLOURS = {"+": "#1a7f37", "-": "#cf222e", "@": "#6e7781"}
_LEFT = "text-align:left"


class Aspect(Enum):
    """What runs are compared in; the value is the heading."""

    ATTRIBUTES = "attributes"
    FLAGS = "flags"
    SCALARS = "scalars"
    ENVIRONMENT = "environment"
    FILES = "files"
    SOURCE = "source"


@dataclass(frozen=True, kw_only=True)
class Difference:
    """Something that is not the same; None where a run does not have it."""

    name: str
    left: str | None
    right: str | None


@dataclass(frozen=True, kw_only=True)
class RunDiff:
    """What two runs differ in."""

    left: Run
    right: Run
    differences: Mapping[Aspect, Sequence[Difference]]
    """Those of everything but the source; an aspect without any is left out."""
    source: str
    """Unified diff of the source code; empty if that is the same."""

    @property
    def is_empty(self) -> bool:
        """Whether they are the same in everything that was compared."""
        return not self.differences and not self.source

    def __str__(self) -> str:
        return _format_text(self)

    __repr__ = __str__

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:  # noqa: ANN401, ARG002, FBT001 - IPython's protocol
        printer.text(str(self))

    def _repr_html_(self) -> str:
        return _format_html(self)


# -- how it is shown


def _format_text(found: RunDiff) -> str:
    """Write it as lines: the two runs, and each aspect with what differs."""
    lines = [f"--- {_name(found.left)}", f"+++ {_name(found.right)}"]
    for aspect, differences in found.differences.items():
        lines.append(f"{aspect.value}:")
        lines += [
            printable(f"  {each.name}: {_or_nothing(each.left)} {_ARROW} {_or_nothing(each.right)}")
            for each in differences
        ]
    if found.source:
        source = found.source.replace("\r\n", "\n").removesuffix("\n").split("\n")
        lines += [f"{Aspect.SOURCE.value}:", *(printable_lines(f"  {line}") for line in source)]
    return "\n".join(lines) if not found.is_empty else "\n".join([*lines, _SAME])


def _format_html(found: RunDiff) -> str:
    """Write it as one table, and the source below."""
    head = f"<tr><th></th>{_head(found.left)}{_head(found.right)}</tr>"
    rows = "".join(row for aspect, each in found.differences.items() for row in _rows(aspect, each))
    same = f"<p>{_SAME}</p>" if found.is_empty else ""
    return f"<table><thead>{head}</thead><tbody>{rows}</tbody></table>{same}{_source(found.source)}"


def _name(run: Run) -> str:
    return printable("  ".join(filter(None, (run.short_id, run.operation, run.label))))


def _or_nothing(text: str | None) -> str:
    return _NOTHING if text is None else text


def _head(run: Run) -> str:
    about = "<br>".join(escape(text) for text in (run.operation, run.label) if text)
    return f"<th style='{_LEFT}'><code>{escape(run.short_id)}</code><br>{about}</th>"


def _rows(aspect: Aspect, differences: Sequence[Difference]) -> Iterator[str]:
    yield f"<tr><th style='{_LEFT}' colspan='3'>{escape(aspect.value)}</th></tr>"
    for each in differences:
        cells = (each.name, _or_nothing(each.left), _or_nothing(each.right))
        yield f"<tr>{''.join(f'<td style={_LEFT!r}>{escape(cell)}</td>' for cell in cells)}</tr>"


def _source(source: str) -> str:
    if not source:
        return ""
    lines = "\n".join(map(_coloured, source.splitlines()))
    return f"<b>{escape(Aspect.SOURCE.value)}</b><pre>{lines}</pre>"


def _coloured(line: str) -> str:
    colour = _COLOURS.get(line[:1])
    return f"<span style='color:{colour}'>{escape(line)}</span>" if colour else escape(line)
