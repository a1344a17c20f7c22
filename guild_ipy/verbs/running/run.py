"""``run``: run a function, a cell, a script or a notebook as an isolated run."""

from __future__ import annotations

import argparse
import contextlib
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from guild_ipy.arguments.command_words import hint_of_flag, parse_flags, split_operation
from guild_ipy.arguments.launch_options import THE_RUN, launch_options
from guild_ipy.arguments.option import option, part, switch
from guild_ipy.arguments.parser import Completes, Group, VerbParser, whole_number
from guild_ipy.arguments.run_selection import flatten_refs
from guild_ipy.arguments.tokens import token_value
from guild_ipy.arguments.verb import Verb
from guild_ipy.errors import FlagError, UsageError
from guild_ipy.launching.launch import LaunchOptions
from guild_ipy.launching.new_run import RunRequest, run
from guild_ipy.launching.restart import Change, restart, start
from guild_ipy.operations.spec_options import SpecOptions
from guild_ipy.session.run_handle import Run
from guild_ipy.session.run_refs import select_runs
from guild_ipy.session.session import Session
from guild_ipy.session.viewer import Preview, SilentViewer, Viewer

_LABEL_HELP = "label of the run (default: its flags); ${NAME} in it is the value of a flag"
_USES_HELP = "notebook variable that the code needs and does not name; may be repeated"
_FILE_HELP = "file or folder that the run gets a copy of, at the same path; may be repeated"
_PATTERN_HELP = "how to find scalars in the output: 'name: regex', or a regex with named groups; may be repeated"


_OTHER_WAYS = Group(title="other ways to run")


def _declare_words(parser: VerbParser) -> None:
    parser.add_argument("words", nargs="*", metavar="OPERATION FLAG=VALUE", help="what to run, and its flags")
    parser.completions["words"] = Completes.COMMAND


def _read_operation(namespace: argparse.Namespace) -> object | None:
    return split_operation(namespace.words)[0]


def _read_flags(namespace: argparse.Namespace) -> Mapping[str, object]:
    return parse_flags(split_operation(namespace.words)[1])


def _declare_spec(parser: VerbParser) -> None:
    group = parser.place(THE_RUN)
    repeated = partial(group.add_argument, action="append", default=[])
    group.add_argument("-l", "--label", metavar="TEXT", help=_LABEL_HELP)
    repeated("-t", "--tag", metavar="TAG", help="tag; may be repeated")
    group.add_argument("-c", "--comment", metavar="TEXT", help="comment on the run")
    group.add_argument("--op-name", metavar="NAME", help="what the operation is called, for a function")
    group.add_argument("--run-id", metavar="ID", help="id of the run, 32 hex digits")
    group.add_argument("--random-seed", type=whole_number, metavar="N", help="seed of random, numpy and torch")
    repeated("--uses", metavar="NAME", help=_USES_HELP)
    repeated("--file", metavar="PATH", dest="files", help=_FILE_HELP)
    repeated("--output-scalar", metavar="PATTERN", dest="output_scalars", help=_PATTERN_HELP)
    parser.completions |= {"uses": Completes.VARIABLES, "files": Completes.PATHS}


def _read_spec(namespace: argparse.Namespace) -> SpecOptions:
    return SpecOptions(
        op_name=namespace.op_name or "",
        comment=namespace.comment,
        label=namespace.label,
        tags=tuple(namespace.tag),
        random_seed=namespace.random_seed,
        uses=tuple(namespace.uses),
        files=tuple(map(_path, namespace.files)),
        output_scalars=tuple(namespace.output_scalars),
    )


def _path(word: str) -> str:
    value = token_value(word)
    return os.fspath(value) if isinstance(value, os.PathLike) else word


def find_line_option(name: str) -> str | None:
    """Find the option of the magic and the shell command for the name of a keyword."""
    option = f"--{name.replace('_', '-').rstrip('s')}"
    return next((each for each in (option, f"{option}s") if VERB.parser.find_option(each) is not None), None)


@dataclass(frozen=True, kw_only=True)
class RunOperation(RunRequest):
    """A request to run an operation, or to start or restart a run in its place."""

    operation: object | None = part(_declare_words, _read_operation, default=lambda: None)
    """A name, a path or the object itself; None for a start, a restart, or a cell without a name."""
    flags: Mapping[str, object] = part(None, _read_flags, default=dict)
    spec: SpecOptions = part(_declare_spec, _read_spec, default=SpecOptions)
    run_id: str | None = part(None, lambda namespace: namespace.run_id, default=lambda: None)
    launch: LaunchOptions = launch_options()
    stage: bool = switch("--stage", help="prepare the run and stop there; start starts it", group=_OTHER_WAYS)
    start: object | None = option(
        "--start",
        metavar="RUN",
        type=token_value,
        help="start a staged run",
        group=_OTHER_WAYS,
        completes=Completes.RUNS,
    )
    restart: object | None = option(
        "--restart",
        metavar="RUN",
        type=token_value,
        help="run it again in its own directory, with the same id",
        group=_OTHER_WAYS,
        completes=Completes.RUNS,
    )
    reselect: bool = switch("--reselect", help="with --restart: choose the runs it depends on anew", group=_OTHER_WAYS)
    needed: bool = switch("--needed", help="run nothing if there is a run with these flags", group=_OTHER_WAYS)
    force_deps: bool = switch("--force-deps", help="use the runs that are given, whatever they are", group=_OTHER_WAYS)
    preview: bool = switch(
        "--preview",
        "--explain",
        help="show what would be run, which runs it would use and why",
        group=_OTHER_WAYS,
    )
    yes: bool = switch("-y", "--yes", help="do not ask")
    find_option: Callable[[str], str | None] = field(default=find_line_option, compare=False, repr=False)
    """Returns the option of a name as it is written here, for errors: ``--label`` or ``_label``."""

    def __post_init__(self) -> None:
        """Refuse options of new runs where a run is started or restarted."""
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

    def follow(self, session: Session, viewer: Viewer) -> Run | None:
        """Run, start or restart, as the options ask; return None where nothing was run."""
        with _naming_options(self.find_option):
            if self.start is None and self.restart is None:
                return run(session, self, viewer)
            shown = _LookOnly(viewer) if self.preview else viewer
            if self.start is not None:
                return start(session, _find_run(session, self.start), self.launch, shown)
            return restart(session, _find_run(session, self.restart), self._change(), self.launch, shown)

    def _change(self) -> Change:
        return Change(
            flags=self.flags,
            stage=self.stage,
            reselect=self.reselect,
            force_deps=self.force_deps,
            needed=self.needed,
        )


def _find_run(session: Session, ref: object) -> Run:
    return select_runs(session, flatten_refs([ref]))[0]


@contextlib.contextmanager
def _naming_options(find_option: Callable[[str], str | None]) -> Iterator[None]:
    """Suggest an option, if a flag that the operation does not take is called like one.

    `find_option` returns the option of a name as it is written here, ``--label`` or ``_label``, or None.
    """
    try:
        yield
    except FlagError as error:
        option = find_option(error.flag) if error.operation else None
        if option is None:
            raise
        message = f"unknown flag {error.flag!r} for {error.operation}; the option is {option}"
        raise FlagError(message, flag=error.flag, operation=error.operation, known=error.known) from None


class _LookOnly(SilentViewer):
    """Shows the preview, and declines."""

    def __init__(self, viewer: Viewer) -> None:
        self._viewer = viewer

    def preview(self, preview: Preview) -> bool:
        self._viewer.preview(replace(preview, is_all=True))
        return False

    def output(self, text: str) -> None:
        self._viewer.output(text)

    def ended(self, run: Run) -> None:
        self._viewer.ended(run)


VERB = Verb(
    name="run",
    options=RunOperation,
    words="OPERATION [FLAG=VALUE ...]",
    summary="Run a function, a cell, a script or a notebook as an isolated run.",
    details="It gets a process and a directory of its own; what it prints is shown while it goes.",
    hint_of_option=hint_of_flag,
)
