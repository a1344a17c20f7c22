"""The differences of two runs: a value, as text and as HTML."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from guild_ipy import markup
from guild_ipy.errors import UsageError, suggest
from guild_ipy.printable import printable, printable_lines
from guild_ipy.session.run_handle import Run

_SAME = "no difference"
_NOTHING = "—"
_ARROW = "→"
_BACKGROUNDS = {"+": markup.ADDED, "-": markup.REMOVED}


class Aspect(Enum):
    """One of the things in which runs are compared; the value is the heading."""

    ATTRIBUTES = "attributes"
    FLAGS = "flags"
    SCALARS = "scalars"
    ENVIRONMENT = "environment"
    FILES = "files"
    SOURCE = "source"


def parse_aspects(names: str | Sequence[str]) -> tuple[Aspect, ...]:
    """Return the aspects of these names; without names all of them."""
    return tuple(map(_parse_aspect, [names] if isinstance(names, str) else names)) or tuple(Aspect)


def _parse_aspect(name: str) -> Aspect:
    try:
        return Aspect(name)
    except ValueError as error:
        known = [aspect.value for aspect in Aspect]
        hint = suggest(name, known) or f"; it has {', '.join(known)}"
        raise UsageError(f"diff has no aspect {name!r}{hint}") from error


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A value that is not the same in both runs; None where a run does not have it."""

    name: str
    left: str | None
    right: str | None


@dataclass(frozen=True, kw_only=True)
class RunDiff:
    """The differences of two runs."""

    left: Run
    right: Run
    differences: Mapping[Aspect, Sequence[Difference]]
    """The differences in each aspect but the source; an aspect without differences is left out."""
    source: str
    """Unified diff of the source code; empty if that is the same."""

    @property
    def is_empty(self) -> bool:
        """Whether the runs are the same in all aspects that were compared."""
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
    """Write lines: the two runs, and each aspect with its differences."""
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
    """Write one table, and the source below."""
    head = markup.row(markup.heading(""), _head(found.left), _head(found.right))
    rows = (row for aspect, each in found.differences.items() for row in _rows(aspect, each))
    same = f"<p>{_SAME}</p>" if found.is_empty else ""
    return f"{markup.table(rows, head)}{same}{_source(found.source)}"


def _name(run: Run) -> str:
    return printable("  ".join(filter(None, (run.short_id, run.operation, run.label))))


def _or_nothing(text: str | None) -> str:
    return _NOTHING if text is None else text


def _head(run: Run) -> str:
    about = "<br>".join(markup.text(text) for text in (run.operation, run.label) if text)
    return markup.heading(f"<code>{markup.text(run.short_id)}</code><br>{about}")


def _rows(aspect: Aspect, differences: Sequence[Difference]) -> Iterator[str]:
    yield markup.row(markup.heading(aspect.value, columns=3))
    for each in differences:
        cells = (each.name, _or_nothing(each.left), _or_nothing(each.right))
        yield markup.row(*(markup.cell(markup.text(text)) for text in cells))


def _source(source: str) -> str:
    if not source:
        return ""
    return f"<b>{Aspect.SOURCE.value}</b><pre>{chr(10).join(map(_marked_line, source.splitlines()))}</pre>"


def _marked_line(line: str) -> str:
    """Set off lines that were added and removed; headings of places are of less weight."""
    written = markup.lines(line)
    if line.startswith("@"):
        return f"<span style='opacity:{markup.FAINT}'>{written}</span>"
    background = _BACKGROUNDS.get(line[:1])
    return markup.set_off(written, background) if background else written
