"""The options of a Python call: keywords that begin with ``_``, so that no flag name is lost."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

from guild_ipy.batch.batch_options import BatchOptions, Repeat
from guild_ipy.batch.search.search_options import SearchOptions, read_objectives
from guild_ipy.errors import UsageError, suggest
from guild_ipy.launching.launch import LaunchOptions
from guild_ipy.operations.spec_options import SpecOptions
from guild_ipy.verbs.running.run import RunOperation

Value = TypeVar("Value")


def read_run_call(operation: object, args: tuple[object, ...], keywords: Mapping[str, object]) -> RunOperation:
    """Split keywords into flags and options.

    Raises
    ------
    UsageError
        For an option that is not there, or a value that it cannot have.
    """
    flags = {name: value for name, value in keywords.items() if not name.startswith("_")}
    if len(flags) == len(keywords):
        return RunOperation(operation=operation, args=args, flags=flags, find_option=find_keyword_option)
    options = _Options({name: value for name, value in keywords.items() if name.startswith("_")})
    arguments = replace(
        _read_options(options), operation=operation, args=args, flags=flags, find_option=find_keyword_option
    )
    options.refuse_rest("run")
    return arguments


def find_keyword_option(name: str) -> str | None:
    """Find the option of :func:`guild_ipy.run` that is called so, without its underscore."""
    options = _Options({})
    _read_options(options)
    return f"_{name}" if f"_{name}" in options.known else None


def _read_options(options: _Options) -> RunOperation:
    return RunOperation(
        spec=SpecOptions(
            op_name=options.take("_op_name", str) or "",
            label=options.take("_label", str),
            comment=options.take("_comment", str),
            tags=options.take_texts("_tag") + options.take_texts("_tags"),
            random_seed=options.take("_random_seed", int),
            uses=options.take_texts("_uses"),
            files=options.take_paths("_files") + options.take_paths("_file"),
            resources=options.take("_resources", str),
            output_scalars=options.take_texts("_output_scalars"),
        ),
        launch=options.take_launch(),
        stage=options.take_switch("_stage"),
        stage_dir=options.take_path("_stage_dir"),
        start=options.take("_start", object),
        restart=options.take("_restart", object),
        restage=options.take("_restage", object),
        reselect=options.take_switch("_reselect"),
        force_deps=options.take_switch("_force_deps"),
        force_sourcecode=options.take_switch("_force_sourcecode"),
        needed=options.take_switch("_needed"),
        run_id=options.take("_run_id", str),
        preview=options.take_switch("_preview"),
        batch=_read_batch(options),
    )


def _read_batch(options: _Options) -> BatchOptions:
    return BatchOptions(
        trials=options.take("_trials", object),
        max_trials=options.take("_max_trials", int),
        jobs=options.take("_jobs", int),
        dask=options.take("_dask", str),
        retry=options.take("_retry", int),
        stage_trials=options.take_switch("_stage_trials"),
        fail_on_trial_error=options.take_switch("_fail_on_trial_error"),
        repeat=Repeat.FAILED if options.take_switch("_failed") else Repeat.ALL,
        print_trials=options.take_switch("_print_trials"),
        save_trials=options.take_path("_save_trials"),
        search=SearchOptions(
            optimizer=options.take("_optimizer", str),
            objectives=read_objectives(options.take_texts("_minimize"), options.take_texts("_maximize")),
            prune=options.take("_prune", str),
            mark_best=options.take_switch("_mark_best"),
            use_prior=options.take_switch("_use_prior"),
        ),
    )


def read_launch_call(verb: str, keywords: Mapping[str, object]) -> LaunchOptions:
    """Read the options of a verb that takes no flags."""
    options = _Options(dict(keywords))
    launch = options.take_launch()
    options.refuse_rest(verb)
    return launch


class _Options:
    """The options that are not yet read."""

    def __init__(self, given: dict[str, object]) -> None:
        self._given = given
        self.known: list[str] = []

    def take(self, name: str, kind: type[Value]) -> Value | None:
        self.known.append(name)
        value = self._given.pop(name, None)
        if value is None or (isinstance(value, kind) and not (kind is int and isinstance(value, bool))):
            return value
        raise UsageError(f"{name} takes {_describe(kind)}, not {value!r}")

    def take_switch(self, name: str) -> bool:
        return bool(self.take(name, bool))

    def take_texts(self, name: str) -> tuple[str, ...]:
        """Take a text, or several."""
        value = self.take(name, object)
        texts = (value,) if isinstance(value, str) else value or ()
        if isinstance(texts, list | tuple) and all(isinstance(text, str) for text in texts):
            return tuple(texts)
        raise UsageError(f"{name} takes a text or a list of texts, not {value!r}")

    def take_paths(self, name: str) -> tuple[str, ...]:
        """Take a path, or several."""
        value = self._given.get(name)
        paths = list(value) if isinstance(value, list | tuple) else [] if value is None else [value]
        self._given[name] = [os.fspath(path) if isinstance(path, os.PathLike) else path for path in paths]
        return self.take_texts(name)

    def take_path(self, name: str) -> str | None:
        """Take one path."""
        value = self.take(name, object)
        if value is None or isinstance(value, str | os.PathLike):
            return None if value is None else os.fspath(value)
        raise UsageError(f"{name} takes a path, not {value!r}")

    def take_launch(self) -> LaunchOptions:
        return LaunchOptions(
            background=self.take_switch("_background"),
            isolation=self.take("_isolation", str),
            pidfile=self.take("_pidfile", str),
            stop_after=self._take_number("_stop_after"),
        )

    def _take_number(self, name: str) -> float | None:
        value = self.take(name, object)
        if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
            return value
        raise UsageError(f"{name} takes a number, not {value!r}")

    def refuse_rest(self, verb: str) -> None:
        for name in self._given:
            hint = suggest(name, self.known) or f"; it has {', '.join(self.known)}"
            raise UsageError(f"{verb} has no option {name!r}{hint}")


def _describe(kind: type[object]) -> str:
    return {bool: "True or False", int: "a whole number", str: "a text"}[kind]
