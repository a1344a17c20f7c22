"""The attributes that every run has: the one table of what the index keeps, selects by, compares and shows.

A new column is one entry here: its name, its type in the select language, how the index keeps it, and how it is shown.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from guild_ipy.domain.ids import SHORT_ID_LENGTH
from guild_ipy.domain.opref import QUEUE


class AttributeType(Enum):
    """The type of an attribute's values; it decides how the values in an expression are read."""

    ANY = "any"
    """A flag, a scalar or an attribute that a user wrote: of any type, which may differ from run to run."""
    TEXT = "text"
    OPERATION = "operation"
    """The name of an operation; the name of a function can end in ``()``."""
    STATUS = "status"
    TRUTH = "truth"
    """True or false, never missing."""
    MOMENT = "moment"
    """Microseconds since 1970."""
    DURATION = "duration"
    """Seconds."""
    NUMBER = "number"
    RUN_ID = "run id"
    """The id of another run, which is named by the beginning of its id."""
    TEXTS = "texts"
    """Several texts; a test is passed if one of them passes it."""

    @property
    def may_be_missing(self) -> bool:
        """Whether a run without it may have a flag or scalar by that name."""
        return self not in {
            AttributeType.OPERATION,
            AttributeType.STATUS,
            AttributeType.TRUTH,
            AttributeType.MOMENT,
            AttributeType.TEXTS,
        }


class ValueForm(Enum):
    """How tables show a value, which they compute from the columns in :attr:`Attribute.made_of`."""

    TEXT = "text"
    VALUE = "value"
    """As it is."""
    STATUS = "status"
    WORD = "word"
    """One of few different texts."""
    BEGINNING = "beginning"
    """The first eight digits."""
    MOMENT = "moment"
    END = "end"
    """A moment that is shown only for a run that has ended."""
    DURATION = "duration"
    """From the start to the end, or to now."""
    TAGS = "tags"
    """Separated by commas."""
    LINES = "lines"
    """Several lines, separated by semicolons."""
    TRUTH = "truth"


@dataclass(frozen=True, kw_only=True)
class KeptColumn:
    """How the table ``run`` of the index keeps an attribute."""

    declared: str = ""
    """Type and constraint, as SQL."""
    of: Callable[[Any], Any]
    """Returns the value from a ``RunRecord`` (:mod:`guild_ipy.store.run_record`) as SQLite stores it."""


@dataclass(frozen=True, kw_only=True)
class Attribute:
    """One attribute of every run."""

    name: str
    type: AttributeType = AttributeType.TEXT
    aliases: tuple[str, ...] = ()
    """Other names for it in the select language."""
    sql: str = ""
    """The value that the select language tests, as SQL over the tables of the index; empty for the column itself."""
    is_of_operation: bool = False
    """Whether `sql` depends on the operation alone, so that it is computed once for all runs of an operation."""
    column: KeptColumn | None = None
    """None if the index has no column of its own for it."""
    made_of: tuple[str, ...] = ()
    """The columns of the table of runs that it is computed from; empty for its own column."""
    form: ValueForm | None = ValueForm.TEXT
    """None if tables do not show it."""
    is_listed: bool = False
    """Whether listings show it."""
    is_detail: bool = False
    """Whether listings with details show it as well."""
    is_compared: bool = False
    """Whether every comparison shows it."""
    is_occasional: bool = False
    """Whether listings and comparisons show it as soon as one of their runs has it."""

    @property
    def fields(self) -> tuple[str, ...]:
        """The columns of the table of runs that it is computed from."""
        return self.made_of or (self.name,)

    @property
    def expression(self) -> str:
        """The value that the select language tests, as SQL."""
        return self.sql or f"run.{self.name}"


#: The parameter of SQL that is the present time, in microseconds since 1970.
NOW = "now"
_IS_ACTIVE = "run.status in ('running', 'pending')"
_OPREF = "nullif(json_extract(words, '$[0][{}]'), '')"

#: Why a run failed.
ERROR = "error"
#: The batch that a run is a trial of.
BATCH = "batch"

#: In the order of listings.
ATTRIBUTES = (
    Attribute(
        name="run",
        aliases=("short_id",),
        sql=f"substr(run.id, 1, {SHORT_ID_LENGTH})",
        made_of=("id",),
        form=ValueForm.BEGINNING,
        is_listed=True,
        is_compared=True,
    ),
    Attribute(
        name="operation", type=AttributeType.OPERATION, form=ValueForm.WORD, is_listed=True, is_compared=True
    ),  # as it is listed
    Attribute(
        name="started",
        type=AttributeType.MOMENT,
        column=KeptColumn(declared="integer", of=lambda record: record.started),
        form=ValueForm.MOMENT,
        is_listed=True,
        is_compared=True,
    ),
    Attribute(
        name="time",
        type=AttributeType.DURATION,
        aliases=("duration",),
        sql="case when run.status != 'staged' then max(0, "
        f"case when {_IS_ACTIVE} then :{NOW} else run.stopped end - run.started) / 1e6 end",
        made_of=("status", "started", "stopped"),
        form=ValueForm.DURATION,
        is_listed=True,
        is_compared=True,
    ),
    Attribute(
        name="status",
        type=AttributeType.STATUS,
        column=KeptColumn(declared="text", of=lambda record: record.status.value),
        form=ValueForm.STATUS,
        is_listed=True,
        is_compared=True,
    ),
    Attribute(
        name="label",
        sql="nullif(run.label, '')",
        column=KeptColumn(of=lambda record: record.label),
        is_listed=True,
        is_compared=True,
    ),
    Attribute(
        name="marked",
        type=AttributeType.TRUTH,
        column=KeptColumn(declared="integer not null", of=lambda record: record.marked),
        form=ValueForm.TRUTH,
        is_listed=True,
    ),
    Attribute(
        name="notebook", column=KeptColumn(of=lambda record: record.notebook), is_listed=True
    ),  # the file that it was started in
    Attribute(name="project", column=KeptColumn(of=lambda record: record.project), is_listed=True),  # and the folder
    Attribute(name="id", is_detail=True),
    Attribute(
        name="stopped",
        type=AttributeType.MOMENT,
        sql=f"case when not {_IS_ACTIVE} then run.stopped end",
        column=KeptColumn(declared="integer", of=lambda record: record.stopped),
        made_of=("status", "stopped"),
        form=ValueForm.END,
        is_detail=True,
    ),
    Attribute(
        name="exit_status",
        type=AttributeType.NUMBER,
        column=KeptColumn(of=lambda record: record.exit_status),
        form=ValueForm.VALUE,
        is_detail=True,
    ),
    Attribute(
        name="tags",
        type=AttributeType.TEXTS,
        aliases=("tag",),
        column=KeptColumn(of=lambda record: record.tags or None),
        form=ValueForm.TAGS,
        is_detail=True,
    ),
    Attribute(
        name="comments",
        aliases=("comment",),
        column=KeptColumn(of=lambda record: "\n".join([c.body for c in record.comments]) if record.comments else None),
        form=ValueForm.LINES,
        is_detail=True,
    ),
    Attribute(
        name="digest",
        aliases=("sourcecode_digest",),
        column=KeptColumn(of=lambda record: record.sourcecode_digest),
        is_detail=True,
    ),
    Attribute(
        name=BATCH,
        type=AttributeType.RUN_ID,
        column=KeptColumn(of=lambda record: record.batch),
        form=ValueForm.BEGINNING,
        is_detail=True,
        is_occasional=True,
    ),
    Attribute(name=ERROR, column=KeptColumn(of=lambda record: record.error), is_detail=True, is_occasional=True),
    Attribute(name="damage", column=KeptColumn(of=lambda record: record.damage), is_detail=True),
    Attribute(
        name="initialized",
        type=AttributeType.MOMENT,
        column=KeptColumn(declared="integer", of=lambda record: record.initialized),
        form=ValueForm.MOMENT,
    ),
    Attribute(
        name="sourcecode",
        sql=f"substr(run.digest, 1, {SHORT_ID_LENGTH})",
        made_of=("digest",),
        form=ValueForm.BEGINNING,
    ),
    Attribute(
        name="is_batch",
        type=AttributeType.TRUTH,
        column=KeptColumn(declared="integer not null", of=lambda record: record.is_batch or record.opref == QUEUE),
        form=None,
    ),  # a queue counts as one, as in Guild AI: both are left out of comparisons
    Attribute(
        name="op", type=AttributeType.OPERATION, sql=_OPREF.format(4), is_of_operation=True, form=None
    ),  # without the model
    Attribute(name="model", sql=_OPREF.format(3), is_of_operation=True, form=None),
    Attribute(name="package", sql=_OPREF.format(1), is_of_operation=True, form=None),
)

BY_NAME = {attribute.name: attribute for attribute in ATTRIBUTES}
#: The attributes with a column in the table ``run`` of the index, besides the few by which runs are found and sorted.
KEPT = tuple(attribute for attribute in ATTRIBUTES if attribute.column is not None)
#: Alias -> name.
ALIASES = {alias: attribute.name for attribute in ATTRIBUTES for alias in attribute.aliases}
#: The names of the attributes that tables can show.
SHOWN = frozenset(attribute.name for attribute in ATTRIBUTES if attribute.form is not None)
LISTED = tuple(attribute.name for attribute in ATTRIBUTES if attribute.is_listed)
DETAILS = tuple(attribute.name for attribute in ATTRIBUTES if attribute.is_detail)
COMPARED = tuple(attribute.name for attribute in ATTRIBUTES if attribute.is_compared)
OCCASIONAL = tuple(attribute.name for attribute in ATTRIBUTES if attribute.is_occasional)
