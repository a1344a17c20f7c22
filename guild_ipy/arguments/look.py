"""The verbs that only look: ``runs``, ``info``, ``ls``, ``cat``, ``home``, ``operations``."""

from __future__ import annotations

import argparse
from dataclasses import dataclass

from guild_ipy.arguments.filters import add_deleted, add_filters, read_filter
from guild_ipy.arguments.old_verb import Verb
from guild_ipy.arguments.parser import VerbParser, add_json
from guild_ipy.arguments.selection import RunSelection, add_refs, read_selection
from guild_ipy.domain.run_filter import RunFilter
from guild_ipy.errors import UsageError


@dataclass(frozen=True, kw_only=True)
class RunsArguments:
    """Which runs to list."""

    filter: RunFilter
    details: bool = False
    all: bool = False
    """Whether a shell lists more than the newest."""
    stale: bool = False
    """Only runs that used another run where a marked or newer one would be used now."""
    simplified: bool = False
    """Without times."""
    more: int = 0
    """How many times 20 runs more a shell lists."""
    json: bool = False


@dataclass(frozen=True, kw_only=True)
class InfoArguments:
    """Which run to describe."""

    selection: RunSelection
    output: bool = False
    """Whether what it has printed is shown, too."""
    json: bool = False


@dataclass(frozen=True, kw_only=True)
class LsArguments:
    """Which run's files to list."""

    selection: RunSelection
    all: bool = False
    """Also those under ``.guild``."""
    json: bool = False


@dataclass(frozen=True, kw_only=True)
class CatArguments:
    """Which file of which run to show."""

    selection: RunSelection
    path: str | None = None
    """None means what the run printed."""


@dataclass(frozen=True, kw_only=True)
class HomeArguments:
    """Which Guild home to use from now on."""

    path: str | None = None
    """None only asks."""
    json: bool = False


@dataclass(frozen=True, kw_only=True)
class OperationsArguments:
    """Which operations to list."""

    names: tuple[str, ...] = ()
    """Those to describe in detail; empty for a line on each that there is."""
    json: bool = False


def _declare_one_run(parser: VerbParser) -> None:
    add_refs(parser, many=False)
    add_filters(parser)


def _hint_of_runs(word: str) -> str:
    return f"; an operation is named by --operation {word}, one run by info {word}"


def _declare_runs(parser: VerbParser) -> None:
    add_filters(parser)
    parser.hint_of_word = _hint_of_runs
    add_deleted(parser)
    parser.add_argument("-v", "--details", action="store_true", help="more about each run")
    parser.add_argument("-s", "--simplified", action="store_true", help="less about each run")
    parser.add_argument("-a", "--all", action="store_true", help="all (a shell lists the newest 20 otherwise)")
    parser.add_argument("-m", "--more", action="count", default=0, help="20 more; may be repeated, as in -mm")
    add_json(parser)
    parser.add_argument(
        "--stale", action="store_true", help="only those that would use another, newer or marked run now"
    )


def _read_runs(namespace: argparse.Namespace) -> RunsArguments:
    ways = [option for option in ("details", "simplified", "json") if getattr(namespace, option)]
    if len(ways) > 1:
        raise UsageError(f"runs: --{ways[0]} and --{ways[1]} are two things; give one of them")
    return RunsArguments(
        filter=read_filter(namespace),
        details=namespace.details,
        all=namespace.all,
        stale=namespace.stale,
        simplified=namespace.simplified,
        more=namespace.more,
        json=namespace.json,
    )


def _declare_files(parser: VerbParser) -> None:
    _declare_one_run(parser)
    add_deleted(parser)


def _declare_info(parser: VerbParser) -> None:
    _declare_files(parser)
    parser.add_argument("-O", "--output", action="store_true", help="also what it has printed")
    add_json(parser)


def _read_info(namespace: argparse.Namespace) -> InfoArguments:
    return InfoArguments(selection=read_selection(namespace), output=namespace.output, json=namespace.json)


def _declare_ls(parser: VerbParser) -> None:
    _declare_files(parser)
    parser.add_argument("-a", "--all", action="store_true", help="also the files of Guild, in .guild")
    add_json(parser)


def _read_ls(namespace: argparse.Namespace) -> LsArguments:
    return LsArguments(selection=read_selection(namespace), all=namespace.all, json=namespace.json)


def _hint_of_file(word: str) -> str:
    return f"; a file is named by --path {word}"


def _declare_cat(parser: VerbParser) -> None:
    _declare_files(parser)
    parser.hint_of_word = _hint_of_file
    parser.add_argument("-p", "--path", metavar="PATH", help="a file, as ls names it")
    parser.add_argument("-O", "--output", action="store_true", help="what the run printed (the default)")


def _read_cat(namespace: argparse.Namespace) -> CatArguments:
    if namespace.path is not None and namespace.output:
        raise UsageError("cat: --path and --output are two files; name one of them")
    if isinstance(namespace.refs, str) and "." in namespace.refs:
        raise UsageError(f"cat: a file is named by --path {namespace.refs}; the word before it is a run")
    return CatArguments(selection=read_selection(namespace), path=namespace.path)


def _declare_home(parser: VerbParser) -> None:
    parser.add_argument("path", nargs="?", metavar="PATH", help="directory to use as Guild home from now on")
    add_json(parser)


def _read_home(namespace: argparse.Namespace) -> HomeArguments:
    return HomeArguments(path=namespace.path, json=namespace.json)


def _declare_operations(parser: VerbParser) -> None:
    parser.add_argument("names", nargs="*", metavar="OPERATION", help="describe these with their flags")
    add_json(parser)


def _read_operations(namespace: argparse.Namespace) -> OperationsArguments:
    return OperationsArguments(names=tuple(namespace.names), json=namespace.json)


RUNS = Verb(
    name="runs",
    summary="List runs, the newest first.",
    declare=_declare_runs,
    read=_read_runs,
)

INFO = Verb(
    name="info",
    words="[RUN]",
    summary="Show what is known of a run.",
    details="Without RUN the newest.",
    declare=_declare_info,
    read=_read_info,
)

LS = Verb(
    name="ls",
    words="[RUN]",
    summary="List the files of a run.",
    details="Without RUN the newest.",
    declare=_declare_ls,
    read=_read_ls,
)

CAT = Verb(
    name="cat",
    words="[RUN]",
    summary="Show what a run printed, or a file of it.",
    details="Without RUN the newest.",
    declare=_declare_cat,
    read=_read_cat,
)

HOME = Verb(
    name="home",
    words="[PATH]",
    summary="Show which Guild home is used, or use another.",
    declare=_declare_home,
    read=_read_home,
)

OPERATIONS = Verb(
    name="operations",
    words="[OPERATION ...]",
    summary="List what can be run here, with its flags.",
    details="With OPERATION what a Guild file, a signature or a script says of it: each flag on a line.",
    declare=_declare_operations,
    read=_read_operations,
)
