"""The process of a pipeline: it runs the steps one after the other, each as a run of its own.

A link in the directory of the pipeline leads to the run of each step. A restart goes on where the last attempt ended:
steps that have completed with the same flags are passed over until one is run, and those behind it are all run again,
since what they depend on has changed. A run that is there already is run again in place.
"""

from __future__ import annotations

import os
import re
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from types import FrameType
from typing import Any, NoReturn

from guild_ipy.api.context import Context, get_context
from guild_ipy.api.handle import Run
from guild_ipy.api.launch import LaunchOptions
from guild_ipy.api.run import RunRequest, run
from guild_ipy.api.start import Change, restart, start
from guild_ipy.api.viewer import SilentViewer
from guild_ipy.domain.flags import Flags, FlagValue, format_flag
from guild_ipy.domain.operation import Step
from guild_ipy.domain.status import RunStatus
from guild_ipy.engine.meta import JobMeta, read_meta
from guild_ipy.engine.process import end_process, run_to_end
from guild_ipy.engine.script import run_dir_of, take_over
from guild_ipy.errors import DamagedRun, GuildError
from guild_ipy.operations.dependencies.resolve import flag_filler
from guild_ipy.operations.flags import FlagText, parse_flag_value
from guild_ipy.operations.surroundings import SpecOptions
from guild_ipy.store.run_dir import RunDir, is_run_id

_REFERENCE = re.compile(r"\$\{([^{}]+)\}")
#: What names of links must not have, as in Guild AI 0.9.0.
_NO_LINK_NAME = re.compile(r"[ :/\\]")


def run_pipeline_main(main: str) -> NoReturn:
    """Run the pipeline whose ``main.py`` this is, as the whole of this process."""
    run_dir = run_dir_of(main)
    meta = read_meta(run_dir)
    if meta is None:
        raise DamagedRun(run_dir.meta, "it is missing")
    supervised = take_over(run_dir)
    _make_room_for_steps(meta)
    signal.signal(signal.SIGTERM, _interrupt)
    end_process(run_dir, run_to_end(lambda: _run_all(run_dir, meta), run_dir, {}), supervised=supervised)


def _run_all(run_dir: RunDir, meta: JobMeta) -> None:
    try:
        Pipeline(get_context(), run_dir, meta.flags).run(meta.steps)
    except GuildError as error:
        sys.exit(str(error))


def _make_room_for_steps(meta: JobMeta) -> None:
    """Stand where the project is, with nothing in the environment that is the pipeline's own."""
    for name in [name for name in os.environ if name.startswith("FLAG_")]:
        del os.environ[name]
    os.chdir(meta.import_path[0])


def _interrupt(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - a signal handler's
    """Take SIGTERM for SIGINT: the step that runs is stopped, too."""
    raise KeyboardInterrupt


class Pipeline:
    """The steps of one run.

    Parameters
    ----------
    context
        Where operations are looked for.
    run_dir, flags
        The pipeline's.
    """

    def __init__(self, context: Context, run_dir: RunDir, flags: Flags) -> None:
        self._context = context
        self._run_dir = run_dir
        self._flags = flags
        self._names: list[str] = []
        self._members: list[Run] = []
        self._has_run = False

    def run(self, steps: tuple[Step, ...]) -> None:
        """Run all steps in their order.

        Raises
        ------
        GuildError
            For the first that cannot be run, or fails.
        """
        for step in steps:
            flags = step_flags(step, self._flags)
            link = self._link_of(step)
            earlier = self._find_run(link)
            if earlier is not None and not self._has_run and _is_done(earlier, flags):
                _say(f"Step {step.name} is done already: {earlier.short_id}")
                self._members.append(earlier)
                continue
            self._has_run = True
            shown = "".join(f" {name}={_show(value)}" for name, value in flags.items())
            _say(f"Running step {step.name}: {step.operation}{shown}")
            self._members.append(self._run_anew(step, flags, link) if earlier is None else self._again(earlier, flags))

    def _run_anew(self, step: Step, flags: Mapping[str, Any], link: str) -> Run:
        fill_in = flag_filler(self._flags)
        spec = SpecOptions(
            label=None if step.label is None else fill_in(step.label),
            tags=tuple(map(fill_in, step.tags)),
            random_seed=step.random_seed,
        )
        preferred = self._preferred(step)
        request = RunRequest(operation=step.operation, flags=flags, spec=spec, stage=True, preferred=preferred)
        made = run(self._context, request, _StepViewer(shows_end=False))
        assert made is not None, "the viewer agrees"
        self._link(link, made)
        start(self._context, made, LaunchOptions(), _StepViewer())
        return made

    def _again(self, earlier: Run, flags: Mapping[str, Any]) -> Run:
        ids = tuple(member.id for member in reversed(self._members))
        change = Change(flags=flags, reselect=bool(earlier.get("deps")), preferred=ids)
        restart(self._context, earlier, change, LaunchOptions(), _StepViewer())
        return earlier

    def _preferred(self, step: Step) -> tuple[str, ...]:
        return tuple(member.id for member in reversed(self._members)) if step.isolate_runs else ()

    # -- links

    def _link_of(self, step: Step) -> str:
        """Give the path of the link to the run of a step; the second of a name is ``NAME_2``."""
        plain = _NO_LINK_NAME.sub("-", step.name)
        name, number = plain, 2
        while name in self._names:
            name, number = f"{plain}_{number}", number + 1
        self._names.append(name)
        return os.path.join(self._run_dir.path, name)

    def _find_run(self, link: str) -> Run | None:
        with suppress(OSError):
            found = os.path.basename(os.readlink(link))
            if is_run_id(found) and os.path.exists(self._context.home.run_dir(found).opref):
                return Run(self._context.home.run_dir(found))
        return None

    def _link(self, path: str, made: Run) -> None:
        with suppress(FileNotFoundError):
            os.unlink(path)
        os.symlink(os.path.relpath(made.path, os.path.dirname(path)), path)


def step_flags(step: Step, flags: Flags) -> dict[str, Any]:
    """Give the flags of a step: its own, with those of the pipeline put in, and what is given as ``STEP:FLAG``.

    A text that is nothing but ``${name}`` has the value of that flag, with its type. What is null is left out.

    Examples
    --------
    >>> step = Step(operation="train", name="train", flags={"lr": "${rate}", "path": "data-${n}"})
    >>> step_flags(step, {"rate": 0.1, "n": 2, "train:epochs": 5})
    {'lr': 0.1, 'path': 'data-2', 'epochs': 5}
    """
    values: dict[str, Any] = {name: _resolve(value, flags) for name, value in step.flags.items()}
    for prefix in (f"{step.operation}:", f"{step.name}:"):
        values |= {name.removeprefix(prefix): value for name, value in flags.items() if name.startswith(prefix)}
    return {name: value for name, value in values.items() if value is not None}


def _resolve(value: FlagValue, flags: Flags) -> FlagValue:
    if not isinstance(value, str):
        return value
    whole = _REFERENCE.fullmatch(value)
    if whole is not None and whole[1] in flags:
        return flags[whole[1]]
    return FlagText(flag_filler(flags)(value))


def _is_done(earlier: Run, flags: Mapping[str, Any]) -> bool:
    recorded = earlier.get("flags")
    has_flags = isinstance(recorded, dict) and all(_is_same(recorded.get(name), each) for name, each in flags.items())
    return earlier.status is RunStatus.COMPLETED and has_flags


def _is_same(recorded: object, value: object) -> bool:
    if isinstance(value, FlagText):
        return recorded == str(value) or recorded == parse_flag_value(value)
    return recorded == value and isinstance(recorded, bool) is isinstance(value, bool)


def _show(value: Any) -> str:  # noqa: ANN401 - a flag value
    return str(value) if isinstance(value, str) else format_flag(value)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


class _StepViewer(SilentViewer):
    """Writes what a step prints to the output of the pipeline, and a line on how it ended."""

    def __init__(self, *, shows_end: bool = True) -> None:
        self._shows_end = shows_end

    def output(self, text: str) -> None:
        """Write it."""
        sys.stdout.write(text)
        sys.stdout.flush()

    def ended(self, run: Run) -> None:
        """Say how the step ended."""
        if self._shows_end:
            _say(f"{run.operation} {run.status} · {run.short_id}")
