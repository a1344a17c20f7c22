"""The places where the value of a name is found."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from guild_ipy.domain.attributes import ALIASES, BY_NAME, AttributeType
from guild_ipy.errors import suggest
from guild_ipy.query.nodes import Kind, Name
from guild_ipy.query.refusal import Refusal
from guild_ipy.query.words import COMMON_ATTRIBUTES, STATUS_WORDS

_LAST = "last"
_WITHOUT_STEP = frozenset({"avg", "total", "count"})
_MOST_SHOWN = 4


@dataclass(frozen=True, kw_only=True)
class Names:
    """The names that some run has; `attributes` are those of users."""

    attributes: frozenset[str] = frozenset()
    flags: frozenset[str] = frozenset()
    scalars: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a value is found in a run.

    `summary` is the column of a scalar: ``last``, ``min_step``, ``count``, ...
    """

    kind: Kind
    name: str
    type: AttributeType = AttributeType.ANY
    summary: str | None = None


def find_places(name: Name, names: Names | None) -> tuple[Place, ...]:
    """Return the places to look at, in this order, in each run; the first that it has counts.

    Parameters
    ----------
    name
        The name, as it was written.
    names
        The names that there are; None takes every name for that of a flag or a scalar.

    Raises
    ------
    Refusal
        For a name that no run has.
    """
    if name.qualifier is not None or name.step:
        return _scalar_places(name, names)
    known = [] if names is None else _known_kinds(name, names)
    if name.kind in {None, Kind.ATTR} and (attribute := _attribute(name.text)) is not None:
        others = known if name.kind is None and attribute.type.may_be_missing else []
        return attribute, *(place for place in others if place.kind is not Kind.ATTR)
    if names is None:
        kinds = [Kind.FLAG, Kind.SCALAR] if name.kind is None else [name.kind]
        return tuple(_place(kind, name.text) for kind in kinds)
    if not known:
        raise Refusal(_unknown(name, names), name.position)
    return tuple(known)


def _attribute(text: str) -> Place | None:
    own = ALIASES.get(text, text)
    if own in BY_NAME:
        return Place(kind=Kind.ATTR, name=own, type=BY_NAME[own].type)
    return Place(kind=Kind.ATTR, name=text) if text in COMMON_ATTRIBUTES else None


def _known_kinds(name: Name, names: Names) -> list[Place]:
    kinds = [name.kind] if name.kind else list(Kind)
    places = []
    if Kind.ATTR in kinds and name.text in names.attributes:
        places.append(_place(Kind.ATTR, name.text))
    if Kind.FLAG in kinds and name.text in names.flags:
        places.append(_place(Kind.FLAG, name.text))
    if Kind.SCALAR in kinds and (scalar := _scalar_name(name, names)) is not None:
        places.append(_place(Kind.SCALAR, scalar))
    return places


def _scalar_places(name: Name, names: Names | None) -> tuple[Place, ...]:
    if name.kind not in {None, Kind.SCALAR}:
        raise Refusal(f"{name.qualifier or 'step'!r} is of scalars, not of '{name.kind.value}:'", name.span[0])
    qualifier = name.qualifier or _LAST
    if name.step and qualifier in _WITHOUT_STEP:
        raise Refusal(f"{qualifier!r} of a scalar has no step", name.span[0])
    text = name.text if names is None else _scalar_name(name, names)
    if text is None:
        assert names is not None, "without names every name is taken"
        scalar = Name(text=name.text, kind=Kind.SCALAR)
        raise Refusal(_unknown(scalar, names), name.position)
    return (_place(Kind.SCALAR, text, f"{qualifier}_step" if name.step else qualifier),)


def _place(kind: Kind, text: str, summary: str = _LAST) -> Place:
    return Place(kind=kind, name=text, summary=summary if kind is Kind.SCALAR else None)


def _scalar_name(name: Name, names: Names) -> str | None:
    """Find a scalar by its name, or by its tag if one sub-directory has it."""
    if name.text in names.scalars:
        return name.text
    tag = name.text.removeprefix("#")
    found = sorted(each for each in names.scalars if each == tag or each.endswith(f"#{tag}"))
    if len(found) > 1 and name.text not in names.flags | names.attributes:
        shown = ", ".join(map(repr, found[:_MOST_SHOWN])) + (", ..." if len(found) > _MOST_SHOWN else "")
        raise Refusal(f"{name.text!r} can be {shown}; write which one", name.position)
    return found[0] if len(found) == 1 else None


def _unknown(name: Name, names: Names) -> str:
    by_kind: dict[Kind, AbstractSet[str]] = {
        Kind.ATTR: BY_NAME.keys() | ALIASES.keys() | COMMON_ATTRIBUTES | names.attributes,
        Kind.FLAG: names.flags,
        Kind.SCALAR: names.scalars,
    }
    kinds = [name.kind] if name.kind else list(Kind)
    known = {each for kind in kinds for each in by_kind[kind]}
    if name.kind is None and name.text.lower() in STATUS_WORDS:
        return f"{name.text!r} is a status; it is a test by itself, or a value: 'status = {name.text}'"
    what = {Kind.ATTR: "attribute", Kind.FLAG: "flag", Kind.SCALAR: "scalar", None: "attribute, flag or scalar"}
    others = [what[kind] for kind in by_kind if kind not in kinds and name.text in by_kind[kind]]
    hint = f"; there is the {others[0]} {name.text!r}" if others else suggest(name.text, sorted(known))
    return f"no run has the {what[name.kind]} {name.text!r}{hint}"
