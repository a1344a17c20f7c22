"""The columns of a comparison as a user writes them.

They are written as Guild AI has them::

    COLUMN    [first|last|min|max|avg|total|count] SCALAR [step] | =FLAG | .ATTRIBUTE | COLUMN as HEADING
              also scalar:SCALAR, flag:FLAG and attr:ATTRIBUTE; 'quoted' if a name has a space

A name without a sign is that of a scalar; if no run has such a scalar, it is that of a flag or an attribute.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from guild_ipy.domain.attributes import BY_NAME, SHOWN
from guild_ipy.errors import UsageError
from guild_ipy.index.queries.column_table import Field
from guild_ipy.query.expression import parse_place
from guild_ipy.query.names import Names, Place
from guild_ipy.query.nodes import Kind
from guild_ipy.query.plan import PlanScope
from guild_ipy.verbs.looking.compared_columns import ComparedColumn, NamesOf

_AS = re.compile(r"(?P<column>.*\S)\s+as\s+(?P<heading>'[^']*'|\"[^\"]*\"|\S+)\s*", re.DOTALL)
_PIECE = re.compile(r"(?:'[^']*'|\"[^\"]*\"|[^,])+")
_SIGNS = {"=": "flag:", ".": "attr:"}
_PREFIX = re.compile(r"(?:attr|flag|scalar):\s*")


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
