"""The columns of a comparison: the values that they show, and the usual ones.

Where a flag and a scalar have one name, their headings are ``flag:NAME`` and ``scalar:NAME``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from guild_ipy.domain.attributes import COMPARED, OCCASIONAL
from guild_ipy.index.queries.column_table import Field
from guild_ipy.store.files.attr_types import is_own

NamesOf: TypeAlias = Callable[[str], Sequence[str]]
"""Returns the names of a kind that runs have: ``flag``, ``attr`` or ``scalar``."""

STEP = "step"
_STEP_GIVER = "loss"
_SYSTEM = "sys/"


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


def default_columns(
    names: NamesOf, taken: Sequence[str] = (), *, occasional: Sequence[str] = OCCASIONAL
) -> list[ComparedColumn]:
    """Return the usual columns: what identifies a run, flags, attributes, ``step``, and last values of scalars.

    The scalars that Guild AI records about the machine (``sys/``) are left out. The step is that of ``loss``, or of the
    first scalar that a run has. The last columns are `occasional` ones, attributes that few runs have. No flag,
    attribute or scalar has a heading that is `taken`.
    """
    scalars = [name for name in names("scalar") if not name.rpartition("#")[2].startswith(_SYSTEM)]
    columns = [ComparedColumn(heading=name, fields=(Field("run", name),)) for name in COMPARED]
    shared = sorted({*scalars}.intersection(names("flag")))
    reserved = [*taken, *([STEP] if scalars else []), *occasional]
    columns += _named("flag", names("flag"), columns, [*reserved, *shared])
    columns += _named("attr", list(filter(is_own, names("attr"))), columns, reserved)
    if scalars:
        givers = sorted(scalars, key=lambda name: (name != _STEP_GIVER, name))
        columns.append(
            ComparedColumn(heading=STEP, fields=tuple(Field("scalar", name, "last_step") for name in givers))
        )
    columns += _named("scalar", scalars, columns, [*reserved, *shared])
    return [*columns, *(ComparedColumn(heading=name, fields=(Field("run", name),)) for name in occasional)]


def _named(
    kind: str, names: Sequence[str], before: Sequence[ComparedColumn], reserved: Sequence[str] = ()
) -> list[ComparedColumn]:
    part = "last" if kind == "scalar" else ""
    shown = headings(names, kind, [*(each.heading for each in before), *reserved])
    return [
        ComparedColumn(heading=heading, fields=(Field(kind, name, part),))
        for name, heading in zip(names, shown, strict=True)
    ]


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
