"""``run`` and ``start``: the verbs that make a process."""

from __future__ import annotations

import argparse
import contextlib
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import takewhile

from guild_ipy.api.launch import LaunchOptions
from guild_ipy.arguments.completes import Completes
from guild_ipy.arguments.launching import THE_RUN, declare_launch, read_launch
from guild_ipy.arguments.old_verb import Verb
from guild_ipy.arguments.parser import VerbParser, whole_number
from guild_ipy.arguments.tokens import ObjectToken, token_value
from guild_ipy.errors import FlagError, UsageError
from guild_ipy.operations.flags import FlagText, parse_assignment
from guild_ipy.operations.surroundings import SpecOptions

#: An operation as Python calls it.
_CALL = re.compile(r"([^\W\d][\w.]*)\(([^)]*[^)\s][^)]*)\)?", re.DOTALL)
_LABEL_HELP = "label of the run (default: its flags); ${NAME} in it is the value of a flag"
_PATTERN_HELP = "how to find scalars in the output: 'name: regex', or a regex with named groups; may be repeated"


@dataclass(frozen=True, kw_only=True)
class RunArguments:
    """What to run, and how."""

    operation: object | None = None
    """A name, a path or the object itself; None for a start, a restart, or a cell without a name."""
    args: tuple[object, ...] = ()
    """By position; only Python calls have them."""
    flags: Mapping[str, object] = field(default_factory=dict)
    spec: SpecOptions = field(default_factory=SpecOptions)
    launch: LaunchOptions = field(default_factory=LaunchOptions)
    stage: bool = False
    start: object | None = None
    """The staged run to start in place of an operation."""
    restart: object | None = None
    """The run to run again in place of an operation."""
    reselect: bool = False
    """At a restart, choose the runs of dependencies anew."""
    force_deps: bool = False
    """Use the runs that are given for dependencies, whatever they are."""
    needed: bool = False
    """Run nothing where a run of the operation with these flags is there."""
    run_id: str | None = None
    preview: bool = False
    """Only look at what would be run."""
    yes: bool = False

    def __post_init__(self) -> None:
        """Refuse what goes with an operation where a run is named."""
        option = "--start" if self.start is not None else "--restart"
        if self.reselect and self.restart is None:
            raise UsageError("run: --reselect goes with --restart; a new run chooses its dependencies anyway")
        if self.start is None and self.restart is None:
            self._check_stage()
            return
        if self.run_id is not None:
            raise UsageError(f"run: {option} keeps the id of the run; leave --run-id out")
        if self.start is not None and self.needed:
            raise UsageError("run: --start runs what is staged; --needed goes with an operation or --restart")
        if self.start is not None and self.restart is not None:
            raise UsageError("run: --start and --restart are two things; give one of them")
        if self.operation is not None:
            raise UsageError(f"run: {option} knows its operation; leave {str(self.operation)!r} out")
        if self.spec != SpecOptions():
            raise UsageError(
                f"run: {option} keeps name, label, tags, comment, seed, files and patterns; label changes the label"
            )
        if self.start is not None and (self.flags or self.stage or self.force_deps):
            raise UsageError("run: --start takes no flags; change them with --restart")

    def _check_stage(self) -> None:
        if self.stage and self.launch.stop_after is not None:
            raise UsageError("run: --stop-after is given when a staged run is started: start RUN --stop-after 5")


def add_yes(parser: VerbParser) -> None:
    """Declare the switch that answers the question before it is asked."""
    parser.add_argument("-y", "--yes", action="store_true", help="do not ask")


def _hint_of_flag(token: str, tokens: Sequence[str]) -> str:
    """Say how a flag is given that was written as a script would take it: ``--lr 0.1``."""
    name, equals, value = token.lstrip("-").partition("=")
    behind = tokens[tokens.index(token) + 1 :]
    if not equals:
        value = behind[0] if behind and not behind[0].startswith("--") else "VALUE"
    return f"; a flag is written {name}={value}" if name else ""


def _declare_run(parser: VerbParser) -> None:
    parser.hint_of_option = _hint_of_flag
    parser.add_argument("words", nargs="*", metavar="OPERATION FLAG=VALUE", help="what to run, and its flags")
    parser.completions |= {"words": Completes.COMMAND, "uses": Completes.VARIABLES, "files": Completes.PATHS}
    parser.completions |= {"start": Completes.RUNS, "restart": Completes.RUNS}
    group = parser.place(THE_RUN)
    group.add_argument("-l", "--label", metavar="TEXT", help=_LABEL_HELP)
    group.add_argument("-t", "--tag", action="append", default=[], metavar="TAG", help="tag; may be repeated")
    group.add_argument("-c", "--comment", metavar="TEXT", help="comment on the run")
    group.add_argument("--op-name", metavar="NAME", help="what the operation is called, for a function")
    group.add_argument("--run-id", metavar="ID", help="id of the run, 32 hex digits")
    group.add_argument("--random-seed", type=whole_number, metavar="N", help="seed of random, numpy and torch")
    take_along = partial(group.add_argument, action="append", default=[])
    take_along(
        "--uses", metavar="NAME", help="notebook variable that the code needs and does not name; may be repeated"
    )
    take_along(
        "--file",
        metavar="PATH",
        dest="files",
        help="file or folder that the run gets a copy of, at the same path; may be repeated",
    )
    add_patterns = partial(group.add_argument, action="append", default=[])
    add_patterns("--output-scalar", metavar="PATTERN", dest="output_scalars", help=_PATTERN_HELP)
    declare_launch(parser)
    group = parser.add_argument_group("other ways to run")
    group.add_argument("--stage", action="store_true", help="prepare the run and stop there; start starts it")
    group.add_argument("--start", metavar="RUN", help="start a staged run")
    group.add_argument("--restart", metavar="RUN", help="run it again in its own directory, with the same id")
    group.add_argument("--reselect", action="store_true", help="with --restart: choose the runs it depends on anew")
    group.add_argument("--needed", action="store_true", help="run nothing if there is a run with these flags")
    group.add_argument("--force-deps", action="store_true", help="use the runs that are given, whatever they are")
    group.add_argument(
        "--preview", "--explain", action="store_true", help="show what would be run, which runs it would use and why"
    )
    add_yes(parser)


def _read_run(namespace: argparse.Namespace) -> RunArguments:
    operation, assignments = _split_operation(namespace.words)
    spec = SpecOptions(
        name=namespace.op_name or "",
        comment=namespace.comment,
        label=namespace.label,
        tags=tuple(namespace.tag),
        random_seed=namespace.random_seed,
        uses=tuple(namespace.uses),
        files=tuple(map(_path, namespace.files)),
        output_scalars=tuple(namespace.output_scalars),
    )
    return RunArguments(
        operation=operation,
        flags=parse_flags(assignments),
        spec=spec,
        launch=read_launch(namespace),
        stage=namespace.stage,
        start=_run_ref(namespace.start),
        restart=_run_ref(namespace.restart),
        reselect=namespace.reselect,
        force_deps=namespace.force_deps,
        needed=namespace.needed,
        run_id=namespace.run_id,
        preview=namespace.preview,
        yes=namespace.yes,
    )


def _split_operation(words: Sequence[str]) -> tuple[object | None, Sequence[str]]:
    """Take the first word for the operation, unless it is an assignment; a script's sub-command follows it."""
    if call := _CALL.match(" ".join(words)):
        raise UsageError(f"run: flags are words behind the name, not a call: {call[1]} {_as_words(call[2])}")
    if not words or _is_assignment(words[0]):
        return None, words
    operation = token_value(words[0])
    if not isinstance(operation, str) or "." not in operation:
        return operation, words[1:]
    command = list(takewhile(_is_plain_word, words[1:]))
    return " ".join((operation, *command)), words[1 + len(command) :]


def _is_plain_word(word: str) -> bool:
    return not isinstance(word, ObjectToken) and "=" not in word


def _as_words(arguments: str) -> str:
    """Write the arguments of a call as flags, as far as it can be told without reading Python."""
    parts = (re.sub(r"\s*=\s*", "=", each.strip(), count=1) for each in arguments.split(","))
    return " ".join(part if "=" in part else f"NAME={part}" for part in parts if part)


def _is_assignment(word: str) -> bool:
    if isinstance(word, ObjectToken):
        return bool(word.name)
    return "=" in word and not word.startswith(("./", "../", "/"))  # ./lr=0.1/train.py is a path


def parse_flags(words: Sequence[str]) -> dict[str, object]:
    """Split words ``name=value``: text waits for the flag's type, a value of the notebook is one."""
    flags: dict[str, object] = {}
    _check_spaces(words)
    for word in words:
        name, value = _parse_flag(word)
        if name in flags:
            raise UsageError(f"run: flag {name!r} is given twice; give it once")
        flags[name] = value
    return flags


def _check_spaces(words: Sequence[str]) -> None:
    """Refuse ``lr = 0.1``, of which each part would be called something that it is not."""
    for word, following, behind in zip(words, words[1:], [*words[2:], ""], strict=False):
        if following.startswith("=") or (word.endswith("=") and "=" not in following):
            name, value = word.rstrip("="), following.lstrip("=") or behind or "VALUE"
            raise UsageError(f"run: a flag is one word, without spaces beside its =: {name}={value}")


def _parse_flag(word: str) -> tuple[str, object]:
    if isinstance(word, ObjectToken) and word.name:
        return word.name, word.value
    name, text = parse_assignment(word)
    if text is None:
        raise UsageError(f"run: {word!r} is no flag; write flags as name=value, and text with spaces in quotes")
    return name, FlagText(text)


@contextlib.contextmanager
def naming_options(find_option: Callable[[str], str | None]) -> Iterator[None]:
    """Name the option that was meant, if a flag is given that the operation does not take.

    `find_option` gives the option of a name as it is written here, ``--label`` or ``_label``, or None.
    """
    try:
        yield
    except FlagError as error:
        option = find_option(error.flag) if error.operation else None
        if option is None:
            raise
        message = f"unknown flag {error.flag!r} for {error.operation}; the option is {option}"
        raise FlagError(message, flag=error.flag, operation=error.operation, known=error.known) from None


def find_run_option(name: str) -> str | None:
    """Find the option of a magic or shell command that is called so."""
    option = f"--{name.replace('_', '-').rstrip('s')}"
    return next((each for each in (option, f"{option}s") if RUN.parser.find_option(each) is not None), None)


def _path(word: str) -> str:
    value = token_value(word)
    return os.fspath(value) if isinstance(value, os.PathLike) else word


def _run_ref(word: str | None) -> object | None:
    return None if word is None else token_value(word)


RUN = Verb(
    name="run",
    words="OPERATION [FLAG=VALUE ...]",
    summary="Run a function, a cell, a script or a notebook as an isolated run.",
    details="It gets a process and a directory of its own; what it prints is shown while it goes.",
    declare=_declare_run,
    read=_read_run,
)
