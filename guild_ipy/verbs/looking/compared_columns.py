"""The columns of a comparison: how they are written, and the values that they show.

A column can be written as Guild AI has it::

    COLUMN    [first|last|min|max|avg|total|count] SCALAR [step] | =FLAG | .ATTRIBUTE | COLUMN as HEADING
              also scalar:SCALAR, flag:FLAG and attr:ATTRIBUTE; 'quoted' if a name has a space

A name without a sign is that of a scalar; if no run has such a scalar, it is that of a flag or an attribute. Where a
flag and a scalar have one name, their headings are ``flag:NAME`` and ``scalar:NAME``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from guild_ipy.domain.attributes import BY_NAME, COMPARED, SHOWN
from guild_ipy.errors import UsageError
from guild_ipy.index.asking.column_table import Field
from guild_ipy.query.expression import parse_place
from guild_ipy.query.names import Names, Place
from guild_ipy.query.nodes import Kind
from guild_ipy.query.plan import PlanScope
from guild_ipy.store.files.attr_types import is_own

NamesOf: TypeAlias = Callable[[str], Sequence[str]]
"""Returns the names of a kind that runs have: ``flag``, ``attr`` or ``scalar``."""

STEP = "step"

_STEP_GIVER = "loss"
_SYSTEM = "sys/"
_AS = re.compile(r"(?P<column>.*\S)\s+as\s+(?P<heading>'[^']*'|\"[^\"]*\"|\S+)\s*", re.DOTALL)
_PIECE = re.compile(r"(?:'[^']*'|\"[^\"]*\"|[^,])+")
_SIGNS = {"=": "flag:", ".": "attr:"}
_PREFIX = re.compile(r"(?:attr|flag|scalar):\s*")


@dataclass(frozen=True, kw_only=True)
class ComparedColumn:
    """One column.

    The first of `fields` that a run has counts. A field of kind ``run`` stands alone, for an attribute that every run
    has, such as ``time``, its duration.
    """

    heading: str
    fields: tuple[Field, ...]

    @property
    def core(self) -> str | None:
        """The attribute that every run has, if the column shows one."""
        return self.fields[0].name if self.fields and self.fields[0].kind == "run" else None


def default_columns(names: NamesOf) -> list[ComparedColumn]:
    """Return the usual columns: what identifies a run, flags, attributes, ``step``, and last values of scalars.

    The scalars that Guild AI records about the machine (``sys/``) are left out. The step is that of ``loss``, or of the
    first scalar that a run has.
    """
    scalars = [name for name in names("scalar") if not name.rpartition("#")[2].startswith(_SYSTEM)]
    columns = [ComparedColumn(heading=name, fields=(Field("run", name),)) for name in COMPARED]
    shared = sorted({*scalars}.intersection(names("flag")))
    reserved = [STEP] if scalars else []
    columns += _named("flag", names("flag"), columns, [*reserved, *shared])
    columns += _named("attr", list(filter(is_own, names("attr"))), columns, reserved)
    if scalars:
        givers = sorted(scalars, key=lambda name: (name != _STEP_GIVER, name))
        columns.append(
            ComparedColumn(heading=STEP, fields=tuple(Field("scalar", name, "last_step") for name in givers))
        )
    return columns + _named("scalar", scalars, columns, shared)


def parse_columns(text: str | Iterable[str], names: NamesOf) -> list[ComparedColumn]:
    """Read columns as they are written, with commas between them or as a list.

    Raises
    ------
    SelectError
        For a column that is not understood, or that no run has.
    UsageError
        For a heading that is given twice.
    """
    scope = PlanScope(names=_known(names))
    return _tell_apart([_parse_column(piece, scope) for piece in _split(text)])


# -- details


def _tell_apart(columns: Sequence[ComparedColumn]) -> list[ComparedColumn]:
    """Put the kind before the headings of columns that have the same heading and are of different kinds."""
    found: dict[str, ComparedColumn] = {}
    for column in columns:
        field = column.fields[0]
        kinds = {each.fields[0].kind for each in columns if each.heading == column.heading}
        is_shared = len(kinds) > 1 and field.name == column.heading and field.kind != "run"
        heading = f"{field.kind}:{field.name}" if is_shared else column.heading
        if heading in found:
            raise UsageError(f"two columns are called {column.heading!r}; name one of them with 'as'")
        found[heading] = replace(column, heading=heading)
    return list(found.values())


def _named(
    kind: str, names: Sequence[str], before: Sequence[ComparedColumn], reserved: Sequence[str] = ()
) -> list[ComparedColumn]:
    part = "last" if kind == "scalar" else ""
    shown = headings(names, kind, [*(each.heading for each in before), *reserved])
    return [
        ComparedColumn(heading=heading, fields=(Field(kind, name, part),))
        for name, heading in zip(names, shown, strict=True)
    ]


def _known(names: NamesOf) -> Names | None:
    known = Names(
        attributes=frozenset(names("attr")), flags=frozenset(names("flag")), scalars=frozenset(names("scalar"))
    )
    return None if known == Names() else known


def _split(text: str | Iterable[str]) -> Iterator[str]:
    for part in [text] if isinstance(text, str) else text:
        if not isinstance(part, str):
            raise UsageError(f"columns are texts such as 'loss' and '=lr', not {type(part).__name__}")
        for piece in _PIECE.findall(part):
            if piece.strip():
                yield piece.strip()


def _parse_column(piece: str, scope: PlanScope) -> ComparedColumn:
    named = _AS.fullmatch(piece)
    written = named["column"].strip() if named else piece
    fields = tuple(_field(place, written) for place in _find_places(written, scope))
    return ComparedColumn(heading=named["heading"].strip("'\"") if named else _heading(written), fields=fields)


def _find_places(written: str, scope: PlanScope) -> Sequence[Place]:
    """Find the values that a column names; a plain name is first of all that of a scalar."""
    if written[0] in _SIGNS:
        return parse_place(_SIGNS[written[0]] + written[1:].lstrip(), scope)
    places = parse_place(written, scope)
    scalars = [place for place in places if place.kind is Kind.SCALAR]
    return scalars or places[:1]


def _field(place: Place, written: str) -> Field:
    if place.kind is Kind.SCALAR:
        return Field("scalar", place.name, place.summary or "last")
    if place.kind is Kind.FLAG:
        return Field("flag", place.name)
    if place.name not in BY_NAME:
        return Field("attr", place.name)
    if place.name not in SHOWN:
        raise UsageError(f"{written!r} cannot be a column; there are {', '.join(sorted(SHOWN))}")
    return Field("run", place.name)


def _heading(written: str) -> str:
    bare = written[1:].lstrip() if written[0] in _SIGNS else _PREFIX.sub("", written)
    return " ".join(bare.replace("'", "").replace('"', "").split())


def headings(names: Iterable[str], kind: str, taken: Iterable[str]) -> list[str]:
    """Give each name a heading that is not `taken`: itself, or ``kind:name`` as in selections.

    Examples
    --------
    >>> headings(["lr", "run"], "flag", taken=["run", "label"])
    ['lr', 'flag:run']
    """
    used = set(taken)
    found = []
    for name in names:
        heading = name
        while heading in used:
            heading = f"{kind}:{heading}"
        used.add(heading)
        found.append(heading)
    return found
