"""``run``: run a function, a cell, a script or a notebook as an isolated run."""

from __future__ import annotations

import argparse
import contextlib
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from guild_ipy.arguments.command_words import hint_of_flag, parse_flags, split_operation
from guild_ipy.arguments.launch_options import THE_RUN, launch_options
from guild_ipy.arguments.option import option, part, switch
from guild_ipy.arguments.parser import Completes, Group, VerbParser, whole_number
from guild_ipy.arguments.run_selection import flatten_refs
from guild_ipy.arguments.tokens import token_value
from guild_ipy.arguments.verb import Verb
from guild_ipy.batch.batch_options import BatchOptions, Repeat
from guild_ipy.batch.search.search_options import OPTIMIZERS, PRUNERS, SearchOptions, read_objectives
from guild_ipy.errors import FlagError, UsageError
from guild_ipy.launching.launch import LaunchOptions
from guild_ipy.launching.new_run import RunRequest
from guild_ipy.launching.restart import Change, restart, start
from guild_ipy.launching.todays_source.forced_source import ForcedSource
from guild_ipy.operations.spec_options import SpecOptions
from guild_ipy.scheduling.restaging import restage
from guild_ipy.session.run_handle import Run
from guild_ipy.session.run_refs import select_runs
from guild_ipy.session.session import Session
from guild_ipy.session.viewer import Preview, SilentViewer, Viewer

if TYPE_CHECKING:
    from guild_ipy.batch.restart_batch import RestartPlan
    from guild_ipy.batch.trial_table import TrialTable

_LABEL_HELP = "label of the run (default: its flags); ${NAME} in it is the value of a flag"
_USES_HELP = "notebook variable that the code needs and does not name; may be repeated"
_RESOURCES_HELP = "what a queue must have free to start it, as gpus=1,memory=8G; cpus, and names of your own"
_DASK_HELP = "run the trials on the workers of this Dask cluster: its address, a scheduler file, or local"
_FILE_HELP = "file or folder that the run gets a copy of, at the same path; may be repeated"
_PATTERN_HELP = "how to find scalars in the output: 'name: regex', or a regex with named groups; may be repeated"


_OTHER_WAYS = Group(title="other ways to run")
_SEARCH = Group(title="search: flags with spaces, as lr=loguniform[1e-5:1e-1], n=[16:128] or kind=choice[a,b]")
_BATCH = Group(title="batches: flags with lists of values, as lr=[0.1,0.01] or n=range[1:5]")


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
    group.add_argument("--resources", metavar="NAME=N,...", help=_RESOURCES_HELP)
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
        resources=namespace.resources,
        output_scalars=tuple(namespace.output_scalars),
    )


def _path(word: str) -> str:
    value = token_value(word)
    return os.fspath(value) if isinstance(value, os.PathLike) else word


def _declare_batch(parser: VerbParser) -> None:
    group = parser.place(_BATCH)
    group.add_argument("--trials", metavar="FILE", type=token_value, help="a CSV, JSON or YAML file: a row is a trial")
    group.add_argument("--max-trials", type=whole_number, metavar="N", help="run a sample of N trials")
    group.add_argument("--jobs", type=whole_number, metavar="N", help="run N trials at a time")
    group.add_argument("--dask", metavar="ADDRESS", help=_DASK_HELP)
    group.add_argument(
        "--retry", type=whole_number, metavar="N", help="start a trial that fails again, at most N times"
    )
    group.add_argument("--stage-trials", action="store_true", help="prepare the trials and stop there")
    group.add_argument("--failed", action="store_true", help="with --restart: run the trials that failed alone")
    group.add_argument("--fail-on-trial-error", action="store_true", help="end with the first trial that fails")
    group.add_argument("--print-trials", action="store_true", help="print the trials, and run nothing")
    group.add_argument("--save-trials", metavar="FILE", help="save the trials as CSV or JSON, and run nothing")
    _declare_search(parser)
    parser.completions |= {"trials": Completes.PATHS, "save_trials": Completes.PATHS}


def _declare_search(parser: VerbParser) -> None:
    group = parser.place(_SEARCH)
    repeated = partial(group.add_argument, action="append", default=[])
    group.add_argument("--optimizer", metavar="NAME", help=f"who chooses the trials: {', '.join(OPTIMIZERS)}")
    repeated("--minimize", metavar="SCALAR", help="what the best trial has least of: loss, 'min val#loss'")
    repeated("--maximize", metavar="SCALAR", help="what it has most of; may be repeated")
    group.add_argument("--prune", metavar="NAME", help=f"stop poor trials early, by: {', '.join(PRUNERS)}")
    group.add_argument("--mark-best", action="store_true", help="mark the best trial at the end")
    group.add_argument("--use-prior", action="store_true", help="let the optimizer know earlier runs of the operation")


def _read_search(namespace: argparse.Namespace) -> SearchOptions:
    return SearchOptions(
        optimizer=namespace.optimizer,
        objectives=read_objectives(namespace.minimize, namespace.maximize),
        prune=namespace.prune,
        mark_best=namespace.mark_best,
        use_prior=namespace.use_prior,
    )


def _read_batch(namespace: argparse.Namespace) -> BatchOptions:
    return BatchOptions(
        trials=namespace.trials,
        max_trials=namespace.max_trials,
        jobs=namespace.jobs,
        dask=namespace.dask,
        retry=namespace.retry,
        stage_trials=namespace.stage_trials,
        fail_on_trial_error=namespace.fail_on_trial_error,
        repeat=Repeat.FAILED if namespace.failed else Repeat.ALL,
        print_trials=namespace.print_trials,
        save_trials=namespace.save_trials,
        search=_read_search(namespace),
    )


def find_line_option(name: str) -> str | None:
    """Find the option of the magic and the shell command for the name of a keyword."""
    option = f"--{name.replace('_', '-').rstrip('s')}"
    return next((each for each in (option, f"{option}s") if VERB.parser.find_option(each) is not None), None)


@dataclass(frozen=True, kw_only=True)
class RunOperation(RunRequest):
    """A request to run an operation, or to start, restart or restage a run in its place."""

    operation: object | None = part(_declare_words, _read_operation, default=lambda: None)
    """A name, a path or the object itself; None for a start, a restart, or a cell without a name."""
    flags: Mapping[str, object] = part(None, _read_flags, default=dict)
    spec: SpecOptions = part(_declare_spec, _read_spec, default=SpecOptions)
    run_id: str | None = part(None, lambda namespace: namespace.run_id, default=lambda: None)
    launch: LaunchOptions = launch_options()
    stage: bool = switch("--stage", help="prepare the run and stop there; start starts it", group=_OTHER_WAYS)
    stage_dir: str | None = option(
        "--stage-dir",
        metavar="DIR",
        type=_path,
        help="prepare the run in this folder, which is no part of Guild home; python starts it there",
        group=_OTHER_WAYS,
        completes=Completes.PATHS,
    )
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
    restage: object | None = option(
        "--restage",
        metavar="RUN",
        type=token_value,
        help="stage it again with other flags, as the next to be started",
        group=_OTHER_WAYS,
        completes=Completes.RUNS,
    )
    reselect: bool = switch("--reselect", help="with --restart: choose the runs it depends on anew", group=_OTHER_WAYS)
    needed: bool = switch("--needed", help="run nothing if there is a run with these flags", group=_OTHER_WAYS)
    force_deps: bool = switch("--force-deps", help="use the runs that are given, whatever they are", group=_OTHER_WAYS)
    force_sourcecode: bool = switch(
        "--force-sourcecode", help="with --restart: take the source of today, and say what differs", group=_OTHER_WAYS
    )
    preview: bool = switch(
        "--preview",
        "--explain",
        help="show what would be run, which runs it would use and why",
        group=_OTHER_WAYS,
    )
    batch: BatchOptions = part(_declare_batch, _read_batch, default=BatchOptions)
    yes: bool = switch("-y", "--yes", help="do not ask")
    find_option: Callable[[str], str | None] = field(default=find_line_option, compare=False, repr=False)
    """Returns the option of a name as it is written here, for errors: ``--label`` or ``_label``."""

    def __post_init__(self) -> None:
        """Refuse options of new runs where a run is started or restarted."""
        option = self._way
        if self.reselect and self.restart is None:
            raise UsageError("run: --reselect goes with --restart; a new run chooses its dependencies anyway")
        if self.batch.repeat is Repeat.FAILED and self.restart is None:
            raise UsageError("run: --failed goes with --restart, of a batch; a new run has not failed yet")
        if self.force_sourcecode:
            self._check_source()
        if not option:
            self._check_stage()
            return
        if self.run_id is not None:
            raise UsageError(f"run: {option} keeps the id of the run; leave --run-id out")
        if self.start is not None:
            self._check_start()
        if self.restage is not None:
            self._check_restage()
        self._check_kept(option)

    def _check_kept(self, option: str) -> None:
        """Refuse what a run has already that is started again."""
        if self.operation is not None and not self.force_sourcecode:
            raise UsageError(f"run: {option} knows its operation; leave {str(self.operation)!r} out")
        kept = replace(self.spec, uses=()) if self.force_sourcecode else self.spec
        if kept != SpecOptions():
            raise UsageError(
                f"run: {option} keeps name, label, tags, comment, seed, files and patterns; label changes the label"
            )
        if self.needed and self.batch.repeat is Repeat.FAILED:
            raise UsageError("run: --needed and --failed are two things; give one of them")

    @property
    def _way(self) -> str:
        """The option by which a run that is there is meant; empty for a new run."""
        given = {"--start": self.start, "--restart": self.restart, "--restage": self.restage}
        ways = [name for name, run in given.items() if run is not None]
        if len(ways) > 1:
            raise UsageError(f"run: {ways[0]} and {ways[1]} are two things; give one of them")
        return ways[0] if ways else ""

    def _check_source(self) -> None:
        if self.start is not None:
            raise UsageError(
                "run: --start runs what is staged; --restart RUN --force-sourcecode runs it with the source of today"
            )
        if self.restart is None:
            raise UsageError("run: --force-sourcecode goes with --restart; a new run takes the source of today anyway")

    def _check_start(self) -> None:
        if self.needed:
            raise UsageError("run: --start runs what is staged; --needed goes with an operation or --restart")
        if self.flags or self.stage or self.stage_dir or self.force_deps:
            raise UsageError("run: --start takes no flags; change them with --restart")
        if self.batch.given:
            raise UsageError(f"run: --start runs what is staged; {self.batch.given} goes with a new batch or --restart")

    def _check_restage(self) -> None:
        if self.needed or self.force_deps or self.launch != LaunchOptions() or self.batch.given:
            raise UsageError("run: --restage takes new flags alone; what starts the run later says how it is run")

    def _check_stage(self) -> None:
        if self.stage_dir is not None and (self.stage or self.batch.given or self.launch.leaves):
            raise UsageError("run: --stage-dir prepares one run in a folder; leave --stage and options of batches out")
        if self.stage and self.launch.stop_after is not None:
            raise UsageError("run: --stop-after is given when a staged run is started: start RUN --stop-after 5")

    def follow(self, session: Session, viewer: Viewer) -> Run | TrialTable | None:
        """Run, start or restart, as the options ask; return None where nothing was run.

        The preview of a batch returns its trials.
        """
        with _naming_options(self.find_option):
            if not self._way:
                return self._run_new(session, viewer)
            shown = _LookOnly(viewer) if self.preview else viewer
            if self.restage is not None:
                return restage(session, _find_run(session, self.restage), self.flags, shown)
            if self.start is not None:
                return start(session, _find_run(session, self.start), self.launch, shown)
            return self._restart(session, _find_run(session, self.restart), shown)

    def _run_new(self, session: Session, viewer: Viewer) -> Run | TrialTable | None:
        from guild_ipy.pipelines.run_request import run_request  # start-up cost: a start or a restart needs none of it

        return run_request(session, self, self.batch, viewer)

    def _restart(self, session: Session, run: Run, viewer: Viewer) -> Run | TrialTable | None:
        from guild_ipy.batch.restart_batch import (  # start-up cost, as above
            is_batch,
            open_todays_prototype,
            plan_restart,
        )

        if is_batch(run):
            if self.reselect or self.force_deps:
                raise UsageError("run: a batch keeps what its trials depend on; name another run as a flag: train=RUN")
            repeat = Repeat.NEEDED if self.needed else self.batch.repeat
            options = replace(self.batch, repeat=repeat)
            if self._source is None:
                return self._restart_batch(session, plan_restart(session, run, self.flags, options), viewer)
            with open_todays_prototype(session, run, self.flags, self._source) as made:
                return self._restart_batch(session, plan_restart(session, run, self.flags, options, made), viewer)
        if self.batch.given:
            raise UsageError(f"run: {self.batch.given} goes with a batch, and run {run.short_id} is not a batch")
        return restart(session, run, self._change(), self.launch, viewer)

    def _restart_batch(self, session: Session, plan: RestartPlan, viewer: Viewer) -> Run | TrialTable | None:
        from guild_ipy.batch.restart_batch import restart_batch  # start-up cost, as above

        if self.batch.only_lists:
            from guild_ipy.batch.trial_table import list_trials_only  # start-up cost, as above

            list_trials_only(plan.table, self.batch, viewer)
            return None
        done = restart_batch(session, plan, self.launch, viewer, stage=self.stage)
        return plan.table if self.preview else done

    def _change(self) -> Change:
        return Change(
            flags=self.flags,
            stage=self.stage,
            reselect=self.reselect,
            force_deps=self.force_deps,
            needed=self.needed,
            source=self._source,
        )

    @property
    def _source(self) -> ForcedSource | None:
        return ForcedSource(operation=self.operation, uses=self.spec.uses) if self.force_sourcecode else None


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
