"""``.guild/job/meta.json``: what a run's program needs to know, and what a restart may change."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from guild_ipy.domain.command import Command
from guild_ipy.domain.flags import FlagChoice, FlagDef, Flags, FlagType
from guild_ipy.domain.operation import FlagsDest, Step
from guild_ipy.domain.shapes import encode_shape, parse_shape
from guild_ipy.errors import DamagedRun
from guild_ipy.store.run_dir import RunDir
from guild_ipy.store.whole_file import read_bytes

FORMAT = 1


@dataclass(frozen=True, kw_only=True)
class CellFile:
    """Where the text of a captured cell lies, and its execution count."""

    path: str
    """Relative to the source snapshot."""
    number: int


@dataclass(frozen=True, kw_only=True)
class JobMeta:
    """The content of ``meta.json``."""

    operation: str
    flags: Flags
    random_seed: int
    import_path: tuple[str, ...]
    python: str
    """``major.minor``; a payload is bound to it."""
    sourcecode: str
    """The source snapshot, relative to the run directory."""
    script: str | None = None
    """For a script: its path, relative to the run directory."""
    notebook: str | None = None
    """For a notebook file: its path, relative to the run directory, and in ``.guild/sourcecode`` too."""
    arguments: tuple[str, ...] = ()
    subcommand: tuple[str, ...] = ()
    """For a script: those of `arguments` that name a sub-command."""
    map_name: str = ""
    roots: tuple[str, ...] = ()
    package: str = ""
    words: tuple[str, ...] = ()
    """For a command: its words."""
    command: Command | None = None
    """For an operation of a Guild file: how flags reach the program."""
    env: Mapping[str, str] = field(default_factory=dict)
    """What that adds to the environment."""
    secret_env: tuple[str, ...] = ()
    """Those of `env` that are not written: a later start takes them from the environment of who starts the run."""
    constants: Flags = field(default_factory=dict)
    cells: Mapping[str, CellFile] = field(default_factory=dict)
    """Python's name for the code of a cell -> its file."""
    steps: tuple[Step, ...] = ()
    """For a pipeline."""
    output_scalars: tuple[str, ...] = ()
    flag_defs: tuple[FlagDef, ...] = ()
    """What a restart with other flags is checked against."""
    takes_any_flag: bool = False

    @property
    def is_file(self) -> bool:
        """Whether the program is a file, which any interpreter reads, and no payload."""
        return self.script is not None or self.notebook is not None or bool(self.steps or self.words)

    @property
    def is_forkable(self) -> bool:
        """Whether a fork of a warm interpreter can be the run; a command, a kernel and a pipeline cannot."""
        return self.notebook is None and not (self.steps or self.words)


def encode_meta(meta: JobMeta) -> bytes:
    """Write the JSON."""
    values = {
        **vars(meta),
        "flag_defs": [
            {
                **vars(flag),
                "type": flag.type.value,
                "shape": None if flag.shape is None else encode_shape(flag.shape),
                "choice_details": [vars(each) for each in flag.choice_details],
            }
            for flag in meta.flag_defs
        ],
        "env": _without(meta.env, meta.secret_env),
        "command": None if meta.command is None else _encode_command(meta.command, meta.secret_env),
        "steps": [vars(step) for step in meta.steps],
        "cells": {code_file: vars(cell) for code_file, cell in meta.cells.items()},
    }
    return json.dumps({"format": FORMAT, **values}).encode()


def _encode_command(command: Command, secret_env: Collection[str]) -> dict[str, object]:
    return {**vars(command), "dest": str(command.dest), "env": _without(command.env, secret_env)}


def _without(env: Mapping[str, str], names: Collection[str]) -> dict[str, str]:
    return {name: text for name, text in env.items() if name not in names}


def read_meta(run_dir: RunDir) -> JobMeta | None:
    """Read a run's ``meta.json``; None for a run that has none (Guild AI made it)."""
    content = read_bytes(run_dir.meta)
    if content is None:
        return None
    try:
        return parse_meta(content)
    except (ValueError, TypeError, KeyError) as error:
        raise DamagedRun(run_dir.meta, str(error)) from error


def require_meta(run_dir: RunDir) -> JobMeta:
    """Read a run's ``meta.json``; DamagedRun for a run that has none."""
    meta = read_meta(run_dir)
    if meta is None:
        raise DamagedRun(run_dir.meta, "it is missing")
    return meta


def parse_meta(content: bytes) -> JobMeta:
    """Read the content of ``meta.json``; ValueError, TypeError or KeyError if it is not what we write."""
    values: dict[str, Any] = json.loads(content)
    if values.pop("format") != FORMAT:
        raise ValueError("it was written by another version of guild_ipy")
    for name in ("import_path", "arguments", "subcommand", "output_scalars", "roots", "words", "secret_env"):
        values[name] = tuple(values.get(name, ()))
    values["command"] = _command(values.get("command"))
    values["cells"] = {code_file: CellFile(**cell) for code_file, cell in values["cells"].items()}
    values["steps"] = tuple(_step(step) for step in values.get("steps", ()))
    values["flag_defs"] = tuple(map(_flag_def, values["flag_defs"]))
    return JobMeta(**values)


def _step(values: dict[str, Any]) -> Step:
    return Step(**{**values, "tags": tuple(values["tags"])})


def _flag_def(values: dict[str, Any]) -> FlagDef:
    details = tuple(FlagChoice(**choice) for choice in values.get("choice_details", ()))
    encodings = {
        name: tuple((value, text) for value, text in values.get(name, ())) for name in ("arg_encoding", "env_encoding")
    }
    shape = values.get("shape")
    read = {
        "type": FlagType(values["type"]),
        "shape": None if shape is None else parse_shape(shape),
        "choices": tuple(values["choices"]),
        "choice_details": details,
    }
    return FlagDef(**{**values, **encodings, **read})


def _command(values: dict[str, Any] | None) -> Command | None:
    if values is None:
        return None
    for name in ("words", "env_secrets"):
        values[name] = tuple(values[name])
    return Command(**{**values, "dest": FlagsDest.parse(values["dest"])})
