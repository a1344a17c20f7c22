"""The meaning of a test, by the type of the value that it is about.

Here the values of an expression take that type: the digits of an id become text, words become a status, spans of time
become moments.
"""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import TypeAlias

from guild_ipy.domain.attributes import AttributeType
from guild_ipy.domain.choosing.operation_name import check_operation_name
from guild_ipy.domain.values.flags import FlagValue
from guild_ipy.errors import suggest
from guild_ipy.query import times
from guild_ipy.query.checks import Check
from guild_ipy.query.conditions import Condition, Plan, among, any_of, between, within
from guild_ipy.query.names import Place
from guild_ipy.query.nodes import Comparison, Constant, Kind, Literal, Not, Operator
from guild_ipy.query.refusal import Refusal
from guild_ipy.query.words import STATUS_WORDS

_Read: TypeAlias = Callable[[Literal], int | float]
_Meaning: TypeAlias = "Callable[[Place, Comparison, tuple[Literal, ...], datetime | None], Plan]"


def plan_at(place: Place, test: Comparison, literals: tuple[Literal, ...], now: datetime | None) -> Plan:
    """Return the meaning of `test`, with `literals`, where the value is at `place`."""
    return _MEANINGS[place.type](place, test, literals, now)


def plan_defined(place: Place) -> Plan:
    """Return the condition that there is a value at `place`."""
    if place.type is AttributeType.TRUTH:  # ``marked is undefined``, as in Guild AI
        return Condition(place=place, check=Check.EQUAL, operand=True)
    return Condition(place=place, check=Check.DEFINED)


# -- the meaning of a test, for each type of value


def _plan_any(place: Place, test: Comparison, literals: tuple[Literal, ...], _: datetime | None) -> Plan:
    band = _band if place.kind is Kind.SCALAR and place.summary in _SINGLE_PRECISION else _exactly
    match test.operator:
        case Operator.EQUAL | Operator.IN:
            bands = [band(each) for each in literals]
            words = tuple(each.text for each in literals if _is_also_text(each))
            exact = tuple(low for low, high in bands if low is high) + words
            wide = [between(place, low, high) for low, high in bands if low is not high]
            return any_of([*([among(place, exact)] if exact else []), *wide])
        case Operator.LESS | Operator.AT_LEAST:
            return Condition(place=place, check=_CHECKS[test.operator], operand=band(_ordered(literals[0], test))[0])
        case Operator.MORE | Operator.AT_MOST:
            return Condition(place=place, check=_CHECKS[test.operator], operand=band(_ordered(literals[0], test))[1])
        case Operator.BETWEEN:
            low, high = (_ordered(each, test) for each in literals)
            return between(place, band(low)[0], band(high)[1])
    return _plan_text_check(place, test, literals)


def _plan_text(place: Place, test: Comparison, literals: tuple[Literal, ...], _: datetime | None) -> Plan:
    texts = [_text(each, test) for each in literals]
    match test.operator:
        case Operator.EQUAL | Operator.IN:
            plan = among(place, tuple(texts))
            return any_of([plan, Not(item=plan_defined(place))]) if "" in texts else plan
        case Operator.BETWEEN:
            return between(place, *texts)
        case Operator.CONTAINS | Operator.MATCHES:
            return _plan_text_check(place, test, literals)
    check = _CHECKS.get(test.operator)
    if check is None:
        return _plan_text_check(place, test, literals)
    return Condition(place=place, check=check, operand=texts[0])


def _plan_run_id(place: Place, test: Comparison, literals: tuple[Literal, ...], now: datetime | None) -> Plan:
    """Read the operand of ``=`` as the beginning of an id; ids have no order."""
    if test.operator in {Operator.CONTAINS, Operator.MATCHES}:
        return _plan_text(place, test, literals, now)
    if test.operator not in {Operator.EQUAL, Operator.IN}:
        return Constant(value=False)
    texts = [_text(each, test).lower() for each in literals]
    plans = [between(place, text, f"{text}g") for text in texts if text]  # g comes after all digits
    return any_of([*plans, *([Not(item=plan_defined(place))] if "" in texts else [])])


def _plan_operation(place: Place, test: Comparison, literals: tuple[Literal, ...], now: datetime | None) -> Plan:
    """Read the operand of an operation as a name; `op` is also compared as it is recorded."""
    if test.operator not in {Operator.EQUAL, Operator.IN}:
        return _plan_text(place, test, literals, now)
    names = tuple(_operation_name(each, test) for each in literals)
    recorded = tuple(name.removesuffix("()") for name in names) if place.name == "op" else names
    listed = Place(kind=Kind.ATTR, name="operation", type=AttributeType.OPERATION)
    plans = [among(place, recorded), Condition(place=listed, check=Check.NAMES, operand=names)]
    return any_of([*plans, *([Not(item=plan_defined(place))] if "" in names else [])])


def _plan_text_check(place: Place, test: Comparison, literals: tuple[Literal, ...]) -> Plan:
    literal = literals[0]
    if test.operator is Operator.CONTAINS:
        if literal.value is None and literal.text.lower() == "undefined":
            raise Refusal("'contains' needs a value; the word can be quoted", literal.span[0])
        return Condition(place=place, check=Check.CONTAINS, operand=(literal.value, literal.text))
    if test.operator is Operator.MATCHES:
        return Condition(place=place, check=Check.MATCHES, operand=literal.text)
    raise Refusal(f"{test.name.text!r} is no moment; {test.operator.value!r} is for started and stopped", test.span[0])


def _plan_status(place: Place, test: Comparison, literals: tuple[Literal, ...], _: datetime | None) -> Plan:
    if test.operator in {Operator.EQUAL, Operator.IN}:
        return among(place, tuple(_status(each) for each in literals))
    if test.operator in {Operator.CONTAINS, Operator.MATCHES}:
        return _plan_text_check(place, test, literals)
    raise Refusal("a status has no order", test.span[0])


def _plan_truth(place: Place, test: Comparison, literals: tuple[Literal, ...], _: datetime | None) -> Plan:
    if test.operator not in {Operator.EQUAL, Operator.IN}:
        raise Refusal(f"{test.name.text!r} is true or false", test.span[0])
    for literal in literals:
        if literal.value not in (True, False):
            raise Refusal(f"{test.name.text!r} is true or false, never {literal.text!r}", literal.span[0])
    return among(place, tuple(bool(each.value) for each in literals))


def _plan_moment(place: Place, test: Comparison, literals: tuple[Literal, ...], now: datetime | None) -> Plan:
    literal = literals[0]
    match test.operator:
        case Operator.EQUAL | Operator.IN:
            return any_of([within(place, *times.within(_text_literal(each, test), now)) for each in literals])
        case Operator.LESS | Operator.BEFORE:
            return Condition(place=place, check=Check.LESS, operand=times.start_of(literal, now))
        case Operator.AT_LEAST:
            return Condition(place=place, check=Check.AT_LEAST, operand=times.start_of(literal, now))
        case Operator.MORE | Operator.AFTER:
            return Condition(place=place, check=Check.AT_LEAST, operand=times.after(literal, now))
        case Operator.AT_MOST:
            return Condition(place=place, check=Check.LESS, operand=times.after(literal, now))
        case Operator.WITHIN:
            return within(place, *times.within(literal, now))
        case Operator.BETWEEN:
            return within(place, *times.between(literals[0], literals[1], now))
    return _plan_text_check(place, test, literals)


def _plan_number(
    place: Place,
    test: Comparison,
    literals: tuple[Literal, ...],
    now: datetime | None,
    *,
    read: _Read,
) -> Plan:
    if test.operator in {Operator.CONTAINS, Operator.MATCHES}:
        return _plan_text_check(place, test, literals)
    numbers = tuple(Literal(value=read(each), text=each.text, span=each.span) for each in literals)
    return _plan_any(place, test, numbers, now)


def _plan_texts(place: Place, test: Comparison, literals: tuple[Literal, ...], _: datetime | None) -> Plan:
    literal = literals[0]
    match test.operator:
        case Operator.EQUAL if isinstance(literal.value, list):
            return Condition(place=place, check=Check.EQUAL, operand=literal.value)
        case Operator.EQUAL | Operator.IN:
            texts = [_text(each, test) for each in literals]
            return any_of([Condition(place=place, check=Check.CONTAINS, operand=(text, text)) for text in texts])
        case Operator.CONTAINS if test.name.text == place.name:  # the tags contain this tag
            return Condition(place=place, check=Check.CONTAINS, operand=(literal.text, literal.text))
        case Operator.CONTAINS:  # a tag contains this text
            return Condition(place=place, check=Check.MATCHES, operand=f"(?i){re.escape(literal.text)}")
        case Operator.MATCHES:
            return Condition(place=place, check=Check.MATCHES, operand=literal.text)
    raise Refusal(f"{test.name.text!r} has no order", test.span[0])


# -- values


def _ordered(literal: Literal, test: Comparison) -> Literal:
    value = literal.value
    if isinstance(value, str) or (type(value) in {int, float} and value == value):  # noqa: PLR0124 - NaN has no order
        return literal
    raise Refusal(f"{test.operator.value!r} needs a number or text, not {literal.text!r}", literal.span[0])


def _exactly(literal: Literal) -> tuple[FlagValue, FlagValue]:
    return literal.value, literal.value


def _band(literal: Literal) -> tuple[FlagValue, FlagValue]:
    """Return the least and the greatest number that `literal` may have become when it was written to an event file."""
    value = literal.value
    if not isinstance(value, float) or not math.isfinite(value):
        return value, value
    try:
        (single,) = struct.unpack("f", struct.pack("f", value))
    except OverflowError:
        return value, value
    if single in {0.0, value}:
        return value, value
    return min(value, single), max(value, single)


def _is_also_text(literal: Literal) -> bool:
    """Return whether a word that YAML reads as something else, such as ``yes`` or ``inf``, can be meant as text."""
    value = literal.value
    if isinstance(value, bool):
        return literal.text.lower() not in {"true", "false"}
    return isinstance(value, float) and not math.isfinite(value)


def _text(literal: Literal, test: Comparison) -> str:
    if isinstance(literal.value, list):
        raise Refusal(f"{test.name.text!r} is never a list", literal.span[0])
    return literal.text


def _text_literal(literal: Literal, test: Comparison) -> Literal:
    return Literal(value=_text(literal, test), text=literal.text, span=literal.span)


def _number(literal: Literal, name: str) -> int | float:
    if isinstance(literal.value, int | float):
        return literal.value
    raise Refusal(f"{name!r} is a number, never {literal.text!r}", literal.span[0])


def _status(literal: Literal) -> str:
    status = STATUS_WORDS.get(literal.text.lower())
    if status is None:
        raise Refusal(f"{literal.text!r} is no status{suggest(literal.text, STATUS_WORDS)}", literal.span[0])
    return status.value


def _operation_name(literal: Literal, test: Comparison) -> str:
    name = _text(literal, test)
    try:
        check_operation_name(name)
    except ValueError as error:
        raise Refusal(str(error), literal.span[0]) from error
    return name


def _plan_exit_status(place: Place, test: Comparison, literals: tuple[Literal, ...], now: datetime | None) -> Plan:
    return _plan_number(place, test, literals, now, read=partial(_number, name=test.name.text))


_CHECKS = {
    Operator.LESS: Check.LESS,
    Operator.AT_MOST: Check.AT_MOST,
    Operator.MORE: Check.MORE,
    Operator.AT_LEAST: Check.AT_LEAST,
}
#: Summaries of scalars that are values of an event file, which has 32 bits for each.
_SINGLE_PRECISION = frozenset({"first", "last", "min", "max"})
_MEANINGS: dict[AttributeType, _Meaning] = {
    AttributeType.ANY: _plan_any,
    AttributeType.TEXT: _plan_text,
    AttributeType.OPERATION: _plan_operation,
    AttributeType.RUN_ID: _plan_run_id,
    AttributeType.STATUS: _plan_status,
    AttributeType.TRUTH: _plan_truth,
    AttributeType.MOMENT: _plan_moment,
    AttributeType.DURATION: partial(_plan_number, read=times.parse_duration),
    AttributeType.NUMBER: _plan_exit_status,
    AttributeType.TEXTS: _plan_texts,
}
