"""The process of a pipeline: it runs the steps one after the other, each as a run of its own, or as a batch.

A link in the directory of the pipeline leads to the run of each step. A restart goes on where the last attempt ended:
steps that have completed with the same flags are passed over until one is run, and those after it are all run again,
since what they depend on has changed. Such a run began before one that it comes after, so a further restart sees it,
too; a pipeline that is a step is told when the step in front of it began. A run that is there already is run again in
place. What a step printed that is passed over is in the output of the pipeline again, and so are its scalars.
"""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from typing import NoReturn

from guild_ipy.batch.batch_options import Repeat
from guild_ipy.batch.new_batch import asks_for_batch
from guild_ipy.batch.restart_batch import is_batch
from guild_ipy.domain.declarations.step_def import Step, describe_step
from guild_ipy.domain.program import StepsProgram
from guild_ipy.domain.values.flags import Flags
from guild_ipy.engine.child.process import end_process, run_to_end
from guild_ipy.engine.meta import JobMeta, program_of, require_meta
from guild_ipy.engine.script import enter_run, run_dir_of
from guild_ipy.errors import GuildError, RunError, RunStateError
from guild_ipy.launching.at_work.stop_signals import StopSignals
from guild_ipy.launching.launch import LaunchOptions
from guild_ipy.launching.new_run import RunRequest
from guild_ipy.pipelines.batch_member import BatchMember
from guild_ipy.pipelines.pipeline_member import FRESH, Member, SingleRun, find_usable, is_of_batch
from guild_ipy.pipelines.step_flags import step_flags
from guild_ipy.pipelines.step_links import find_linked, link_paths, link_run
from guild_ipy.pipelines.step_plans import plan_steps
from guild_ipy.pipelines.step_request import read_batch_options, read_spec_options
from guild_ipy.session.run_handle import Run
from guild_ipy.session.session import Session, get_session
from guild_ipy.session.viewer import Preview, SilentViewer, format_notes
from guild_ipy.store.guild_home import home_of
from guild_ipy.store.run_dir import RunDir

#: Tells a pipeline that is a step when the step in front of it began, in microseconds since 1970.
SINCE_VARIABLE = "GUILD_IPY_STEPS_SINCE"


def run_pipeline_main(main: str) -> NoReturn:
    """Run the pipeline whose ``main.py`` this is, as the whole of this process."""
    run_dir = run_dir_of(main)
    meta = require_meta(run_dir)
    supervised = enter_run(run_dir)
    stopping = StopSignals()
    code = run_to_end(lambda: _run_all(run_dir, meta), run_dir, {})
    end_process(run_dir, -stopping.number or code, supervised=supervised)


def _run_all(run_dir: RunDir, meta: JobMeta) -> None:
    session = get_session().at(home_of(run_dir))
    steps = program_of(run_dir, meta, StepsProgram).steps
    since = _make_room_for_steps(meta)
    try:
        Pipeline(session, Run(run_dir), meta.flags, since=since).run(steps)
    except GuildError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit("stopped")
    finally:
        session.close()


def _make_room_for_steps(meta: JobMeta) -> int:
    """Stand where the project is, with nothing in the environment that is the pipeline's own; when to begin."""
    for name in [name for name in os.environ if name.startswith("FLAG_")]:
        del os.environ[name]
    os.chdir(meta.import_path[0])
    return int(os.environ.pop(SINCE_VARIABLE, "0"))


class Pipeline:
    """The steps of one run.

    Parameters
    ----------
    session
        Where operations are looked for.
    own, flags
        The pipeline's run and flags.
    since
        When the step began that the pipeline comes after, in microseconds since 1970.
    """

    def __init__(self, session: Session, own: Run, flags: Flags, *, since: int = 0) -> None:
        self._session = session
        self._own = own
        self._flags = flags
        self._since = since
        self._members: list[Run] = []
        self._has_run = False

    def run(self, steps: tuple[Step, ...]) -> None:
        """Run all steps in their order.

        Raises
        ------
        RunError
            For the first that cannot be run, or fails; its message names the step.
        """
        for step, link in zip(steps, link_paths(self._own.dir, steps), strict=True):
            try:
                member = self._see_to(step, link)
            except RunError as error:
                raise RunError(_describe(step, error), run=error.run, exception=error.exception) from error
            except GuildError as error:
                raise RunError(f"step {step.name!r} cannot be run: {error}", run=self._own) from error
            self._members.append(member)
            self._since = max(self._since, _begun(member))

    def _see_to(self, step: Step, link: str) -> Run:
        if not os.path.isdir(self._own.dir.guild):
            raise RunStateError(f"the pipeline's own run is no longer at {self._own.path!r}; it was moved or deleted")
        step = replace(step, flags=step_flags(step, self._flags))
        earlier = find_linked(self._session.home, link)
        if earlier is not None and is_of_batch(earlier) and not is_batch(earlier):
            earlier = None  # an operation of the user has seen to its trials
        wanted = self._member(step, link, earlier)
        if earlier is not None and not self._has_run and _begun(earlier) >= self._since and wanted.is_done(earlier):
            _say(f"Step {step.name} is done already: {earlier.short_id}")
            _StepViewer().repeat(earlier.output)
            return earlier
        self._has_run = True
        _say(f"Running step {step.name}: {describe_step(step)}")
        os.environ[SINCE_VARIABLE] = str(self._since)
        return wanted.run_anew(_StepViewer()) if earlier is None else wanted.run_again(earlier, _StepViewer())

    def _member(self, step: Step, link: str, earlier: Run | None) -> Member:
        """Return what comes of a step, whose flags are all its own; one that was a batch stays one."""
        given = self._own.get("run_params", {})
        request = RunRequest(
            operation=step.operation,
            flags=step.flags,
            spec=read_spec_options(step, self._flags, given),
            launch=FRESH,
            preferred=self._preferred(step),
            made=lambda made: link_run(link, made),
            plan_steps=plan_steps,
        )
        options = read_batch_options(step.batch)
        if not (is_batch(earlier) if earlier is not None else asks_for_batch(self._session, request, options)):
            return SingleRun(self._session, request)
        repeat = Repeat.NEEDED if given.get("needed") else Repeat.ALL
        launch = FRESH if self._session.settings.isolation == "inline" else LaunchOptions()
        return BatchMember(self._session, replace(request, launch=launch), replace(options, repeat=repeat))

    def _preferred(self, step: Step) -> tuple[str, ...]:
        if not step.isolate_runs:
            return ()
        return tuple(id_ for member in reversed(self._members) for id_ in find_usable(member))


def _begun(member: Run) -> int:
    return int(member.get("started", 0))


def _describe(step: Step, error: RunError) -> str:
    text = str(error)
    named = "" if error.run.short_id in text else f" · {error.run.short_id}"
    return f"step {step.name!r} ended the pipeline: {text}{named}"


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


class _StepViewer(SilentViewer):
    """Writes notes about a step and what it prints to the output of the pipeline, and a line on how it ended."""

    def __init__(self) -> None:
        self._is_within_line = False

    def preview(self, preview: Preview) -> bool:
        """Write what the user should know, and agree."""
        self.output(format_notes(preview))
        return True

    def output(self, text: str) -> None:
        """Write the text to the output of the pipeline."""
        self._is_within_line = not text.endswith("\n") if text else self._is_within_line
        sys.stdout.write(text)
        sys.stdout.flush()

    def repeat(self, text: str) -> None:
        """Write what a step printed that is passed over: it is in the output of the pipeline, and its scalars."""
        self.output(text)
        self._end_line()

    def ended(self, run: Run) -> None:
        """Say how the step ended, on a line of its own: the last one of the step can have a scalar."""
        self._end_line()
        _say(f"{run.operation} {run.status} · {run.short_id}")

    def _end_line(self) -> None:
        if self._is_within_line:
            self.output("\n")
