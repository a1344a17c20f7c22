"""The verbs that put runs beside each other: ``compare``, ``diff``, ``tensorboard``."""

from __future__ import annotations

import argparse
from dataclasses import dataclass

from guild_ipy.api.run_diff import Aspect
from guild_ipy.arguments.completes import Completes
from guild_ipy.arguments.filters import add_deleted, add_filters
from guild_ipy.arguments.old_verb import Verb
from guild_ipy.arguments.parser import VerbParser, add_json, whole_number
from guild_ipy.arguments.selection import RunSelection, add_refs, read_selection

_LAST_PORT = 65535


@dataclass(frozen=True, kw_only=True)
class CompareArguments:
    """Which runs to put beside each other, and what of them."""

    selection: RunSelection
    columns: str | None = None
    """As a user writes them; None for those of every comparison."""
    csv: str | None = None
    """The file to write; ``-`` is standard output."""
    json: bool = False


@dataclass(frozen=True, kw_only=True)
class DiffArguments:
    """Which two runs to compare, and in what."""

    selection: RunSelection
    aspects: tuple[Aspect, ...] = tuple(Aspect)
    json: bool = False


@dataclass(frozen=True, kw_only=True)
class TensorboardArguments:
    """Which runs to show in TensorBoard."""

    selection: RunSelection
    options: tuple[str, ...] = ()
    """What TensorBoard is given beside them."""


def _declare_compare(parser: VerbParser) -> None:
    add_refs(parser, many=True)
    columns = "only these beside the run, with commas between: loss, min loss, =FLAG, .ATTRIBUTE, loss as NAME"
    parser.add_argument("-c", "--columns", metavar="COLUMNS", help=columns)
    shown = parser.add_mutually_exclusive_group()
    shown.add_argument("-t", "--table", action="store_true", help="as a table (that is the default)")
    parser.completions["csv"] = Completes.PATHS
    shown.add_argument("--csv", metavar="FILE", help="write a CSV file; - is standard output")
    shown.add_argument("--json", action="store_true", help="as JSON; in a notebook lists and dicts (docs/json.md)")
    add_filters(parser)
    add_deleted(parser)


def _read_compare(namespace: argparse.Namespace) -> CompareArguments:
    selection = read_selection(namespace, default="all")
    return CompareArguments(selection=selection, columns=namespace.columns, csv=namespace.csv, json=namespace.json)


def _declare_diff(parser: VerbParser) -> None:
    add_refs(parser, many=True)
    group = parser.add_argument_group("in what", "In all of these, unless some are named.")
    for aspect in Aspect:
        group.add_argument(
            f"--{aspect.value}", action="append_const", const=aspect, dest="aspects", help=f"in their {aspect.value}"
        )
    add_json(parser)
    add_filters(parser)
    add_deleted(parser)


def _read_diff(namespace: argparse.Namespace) -> DiffArguments:
    selection = read_selection(namespace, default="all")
    return DiffArguments(selection=selection, aspects=tuple(namespace.aspects or Aspect), json=namespace.json)


def _declare_tensorboard(parser: VerbParser) -> None:
    add_refs(parser, many=True)
    parser.add_argument("--port", type=_port, metavar="N", help="port that it listens on")
    parser.add_argument("--host", metavar="NAME", help="address that it listens on")
    add_filters(parser)
    add_deleted(parser)


def _read_tensorboard(namespace: argparse.Namespace) -> TensorboardArguments:
    given = {"--port": namespace.port, "--host": namespace.host}
    options = tuple(word for option, value in given.items() if value is not None for word in (option, str(value)))
    return TensorboardArguments(selection=read_selection(namespace, default="all"), options=options)


def _port(text: str) -> int:
    port = whole_number(text)
    if port > _LAST_PORT:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port (0 to {_LAST_PORT})")
    return port


COMPARE = Verb(
    name="compare",
    words="[RUN ...]",
    summary="Put runs beside each other with their flags and scalars.",
    details="Without RUN all that pass the filters.",
    declare=_declare_compare,
    read=_read_compare,
)

DIFF = Verb(
    name="diff",
    words="[RUN RUN]",
    summary="Show what two runs differ in.",
    details="Without RUN the two newest that pass the filters, the older one first.",
    declare=_declare_diff,
    read=_read_diff,
)

TENSORBOARD = Verb(
    name="tensorboard",
    words="[RUN ...]",
    summary="Show runs in TensorBoard.",
    details="Without RUN all that pass the filters.",
    declare=_declare_tensorboard,
    read=_read_tensorboard,
)
