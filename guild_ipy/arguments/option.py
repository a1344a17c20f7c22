"""The options of a verb as fields of a frozen class, each with its names, its help and its type.

::

    @dataclass(frozen=True, kw_only=True)
    class Label:
        selection: RunSelection = many_runs()
        clear: bool = switch("-c", "--clear", help="take the label away")

The order of the fields is the order of the help.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from guild_ipy.arguments.parser import Completes, Group, VerbParser

Parse = Callable[[str], object]
#: Where a field keeps how it is declared.
_DECLARED = "declared"


@dataclass(frozen=True, kw_only=True)
class Declared:
    """How one field is declared to a parser, and read from the parsed options; both functions take its name."""

    declare: Callable[[VerbParser, str], None]
    read: Callable[[argparse.Namespace, str], object]


def switch(*names: str, help: str, group: Group | None = None) -> Any:  # noqa: A002, ANN401 - argparse's word; of the type of the field, as below
    """Declare an option without a value; the field is a bool."""

    def declare(parser: VerbParser, name: str) -> None:
        parser.place(group).add_argument(*names, dest=name, action="store_true", help=help)

    return _field(declare, default=False)


def json_switch(group: Group | None = None) -> Any:  # noqa: ANN401 - as `switch`
    """Declare the switch that asks for plain values."""
    return switch("--json", help="as JSON; in a notebook lists and dicts (docs/json.md)", group=group)


def option(  # noqa: PLR0913 - each is a fact of its own
    *names: str,
    help: str,  # noqa: A002 - argparse's words, as the next
    metavar: str | None = None,
    type: Parse | None = None,  # noqa: A002
    choices: tuple[str, ...] | None = None,
    group: Group | None = None,
    completes: Completes = Completes.NOTHING,
) -> Any:  # noqa: ANN401 - of the type of the field
    """Declare an option with a value; the field is None where it is not given."""

    def declare(parser: VerbParser, name: str) -> None:
        said: dict[str, Any] = {"metavar": metavar, "type": type, "choices": choices}
        parser.place(group).add_argument(*names, dest=name, help=help, **said)
        parser.completions[name] = completes

    return _field(declare, default=None)


def repeated(
    *names: str,
    help: str,  # noqa: A002 - argparse's word
    metavar: str,
    group: Group | None = None,
    completes: Completes = Completes.NOTHING,
) -> Any:  # noqa: ANN401 - of the type of the field
    """Declare an option that may be repeated; the field is a tuple."""

    def declare(parser: VerbParser, name: str) -> None:
        parser.place(group).add_argument(*names, dest=name, action="append", metavar=metavar, help=help)
        parser.completions[name] = completes

    return _field(declare, read=lambda namespace, name: tuple(getattr(namespace, name) or ()), default=())


def word(*, help: str, metavar: str, completes: Completes = Completes.NOTHING) -> Any:  # noqa: A002, ANN401 - as option
    """Declare one word after the verb; the field is None where there is none."""

    def declare(parser: VerbParser, name: str) -> None:
        parser.add_argument(name, nargs="?", metavar=metavar, help=help)
        parser.completions[name] = completes

    return _field(declare, default=None)


def words(*, help: str, metavar: str, completes: Completes = Completes.NOTHING) -> Any:  # noqa: A002, ANN401 - as option
    """Declare any number of words after the verb; the field is a tuple."""

    def declare(parser: VerbParser, name: str) -> None:
        parser.add_argument(name, nargs="*", metavar=metavar, help=help)
        parser.completions[name] = completes

    return _field(declare, read=lambda namespace, name: tuple(getattr(namespace, name)), default=())


def part(
    declare: Callable[[VerbParser], None] | None,
    read: Callable[[argparse.Namespace], object],
    *,
    default: Callable[[], object],
) -> Any:  # noqa: ANN401 - of the type of the field
    """Declare a field that is made of several options, such as the filters; `default` makes its value without them.

    Where `declare` is None, `read` reads options that another field has declared.
    """
    declared = Declared(
        declare=lambda parser, _: None if declare is None else declare(parser),
        read=lambda namespace, _: read(namespace),
    )
    return field(default_factory=default, metadata={_DECLARED: declared})


def declared_fields(options: type[Any]) -> Mapping[str, Declared]:
    """Return how the fields of a class of options are declared; only Python calls have the other fields.

    Their order, which is that of the help, is that of the class itself, which lists also what it inherits.
    """
    found = {each.name: each.metadata.get(_DECLARED) for each in fields(options)}
    return {name: declared for name in options.__annotations__ if isinstance(declared := found.get(name), Declared)}


def _field(
    declare: Callable[[VerbParser, str], None],
    *,
    read: Callable[[argparse.Namespace, str], object] = getattr,
    default: object,
) -> Any:  # noqa: ANN401 - of the type of the field
    return field(default=default, metadata={_DECLARED: Declared(declare=declare, read=read)})
