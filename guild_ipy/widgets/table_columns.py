"""The columns that a table can show: their keys, headings and groups, and the usual ones.

A key is ``KIND:PART:NAME``: ``run::status``, ``flag::lr``, ``scalar:last:loss``, ``attr::team``. A front end takes it
for a word that it need not understand.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from guild_ipy.domain.attributes import BY_NAME, SHOWN
from guild_ipy.errors import UsageError
from guild_ipy.index.queries.column_table import Field
from guild_ipy.index.schema import SUMMARY_FIELDS
from guild_ipy.store.files.attr_types import is_own
from guild_ipy.tables.columns.rows import Rows
from guild_ipy.tables.columns.run_names import RUN
from guild_ipy.tables.contents.comparison import used_columns
from guild_ipy.tables.contents.core import core_column, core_fields
from guild_ipy.tables.pictures.run_captions import differs
from guild_ipy.verbs.looking.compared_columns import NamesOf, headings
from guild_ipy.verbs.looking.written_columns import parse_columns
from guild_ipy.widgets.encoded_columns import EncodedColumn, encode_column, encode_values

#: The columns of every table: they are about the run itself.
_FIRST = ("operation", "status", "label")
_LAST = ("started", "time")
#: Always there, since the marks and the tags of a row are shown in others of its cells.
ALWAYS = (Field("run", "marked"), Field("run", "tags"), Field("run", "status"), Field("run", "operation"))
#: The part of a scalar that is its curve, for which there are no values: a front end asks for those that it shows.
CURVE = "curve"
_MOST_SCALARS = 4
_MOST_FLAGS = 6
_KINDS = ("run", "scalar", "flag", "attr")


@dataclass(frozen=True, kw_only=True)
class TableColumn:
    """One column of a table."""

    field: Field
    heading: str

    @property
    def key(self) -> str:
        """The key by which a front end names it."""
        return key_of(self.field)

    @property
    def header(self) -> dict[str, str]:
        """Its description for a front end."""
        return {"key": self.key, "heading": self.heading, "group": self.field.kind}


def key_of(field: Field) -> str:
    """Return the key of a column."""
    return f"{field.kind}:{field.part}:{field.name}"


def parse_key(key: str) -> Field:
    """Return the field that has a key; UsageError for a word that is not the key of one."""
    kind, _, rest = key.partition(":")
    part, _, name = rest.partition(":")
    is_known = {"run": name in SHOWN, "scalar": part in {CURVE, *SUMMARY_FIELDS}}.get(kind, kind in _KINDS)
    if not is_known or (part and kind != "scalar"):
        raise UsageError(f"{key!r} is the key of no column")
    return Field(kind, name, part)


def stored_fields(fields: Iterable[Field]) -> list[Field]:
    """Return the fields of the index that columns are made of."""
    found = (core_fields([field.name]) if field.kind == "run" else [field] for field in fields if field.part != CURVE)
    return list(dict.fromkeys(each for several in found for each in several))


def read_columns(written: str | Iterable[str], names: NamesOf) -> list[TableColumn]:
    """Return columns as a user has written them, as for ``df.guild.compare``."""
    return [TableColumn(field=each.fields[0], heading=each.heading) for each in parse_columns(written, names)]


def usual_columns(rows: Rows) -> list[TableColumn]:
    """Return the columns of a table for which none were chosen.

    Results come first: the first scalars, then the flags in which the runs differ.
    """
    used = used_columns(rows)
    scalars = [each for each in used if each.fields[0].part == "last"]
    flags = [each for each in used if each.fields[0].kind == "flag" and differs(rows.get(each.fields[0]))]
    chosen = [*scalars[:_MOST_SCALARS], *flags[:_MOST_FLAGS]]
    curves = [_curve_of(each.fields[0].name) for each in scalars[:1]]
    return [
        *map(_of_run, _FIRST),
        *curves,
        *(TableColumn(field=each.fields[0], heading=each.heading) for each in chosen),
        *map(_of_run, _LAST),
    ]


def name_columns(fields: Sequence[Field], names: NamesOf) -> list[TableColumn]:
    """Return columns with the headings that they have among all columns."""
    known = {each.field: each for each in list_columns(names)}
    known |= {each.field: each for each in map(_curve_of, names("scalar"))}
    return [known.get(field) or TableColumn(field=field, heading=_heading(field)) for field in fields]


def list_columns(names: NamesOf) -> list[TableColumn]:
    """Return all columns that could be shown; of scalars the last values."""
    columns = [_of_run(name) for name in BY_NAME if name in SHOWN and name not in {RUN, "marked"}]
    shared = sorted({*names("scalar")}.intersection(names("flag")))
    for kind in _KINDS[1:]:
        own = [name for name in names(kind) if kind != "attr" or is_own(name)]
        part = "last" if kind == "scalar" else ""
        taken = [*(each.heading for each in columns), *shared, RUN, "marked"]
        shown = headings(own, kind, taken)
        columns += [
            TableColumn(field=Field(kind, name, part), heading=heading)
            for name, heading in zip(own, shown, strict=True)
        ]
    return columns


def encode_field(rows: Rows, field: Field) -> EncodedColumn:
    """Encode a column of some rows."""
    return encode_column(core_column(rows, field.name)) if field.kind == "run" else encode_values(rows.get(field))


def _of_run(name: str) -> TableColumn:
    return TableColumn(field=Field("run", name), heading=name)


def _curve_of(name: str) -> TableColumn:
    return TableColumn(field=Field("scalar", name, CURVE), heading=f"curve of {name}")


def _heading(field: Field) -> str:
    return f"{field.part.replace('_', ' ')} {field.name}" if field.part else field.name
