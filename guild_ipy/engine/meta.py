"""``.guild/job/meta.json``: how the program of a run is executed.

The values of flags are not in it but in the attribute ``flags``, which Guild AI and users change. For each flag it has
a digest of the value for which the rest was made: the command line, constants, and files with values in them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from guild_ipy.domain.declarations.command_template import Command
from guild_ipy.domain.declarations.operation_def import FlagsDest
from guild_ipy.domain.declarations.step_def import Step, StepBatch
from guild_ipy.domain.program import (
    BatchProgram,
    CellFile,
    ExecProgram,
    NotebookFileProgram,
    NotebookProgram,
    Program,
    QueueProgram,
    ScriptProgram,
    StepsProgram,
)
from guild_ipy.domain.values.flags import FlagChoice, FlagDef, Flags, FlagType, FlagValue
from guild_ipy.domain.values.list_text import as_recorded, as_values
from guild_ipy.domain.values.shapes import encode_shape, parse_shape
from guild_ipy.errors import DamagedRun
from guild_ipy.store.files.attr_types import parse_flags
from guild_ipy.store.files.attrs import read_attr
from guild_ipy.store.files.whole_file import read_bytes
from guild_ipy.store.run_dir import RunDir

FORMAT = 2

_P = TypeVar("_P", NotebookProgram, NotebookFileProgram, StepsProgram, BatchProgram, QueueProgram)


@dataclass(frozen=True, kw_only=True)
class JobMeta:
    """The content of ``meta.json``."""

    operation: str
    flags: Flags
    """The flags of the operation, read from the attribute ``flags``; they are not in the file."""
    made_for: Mapping[str, str] = field(default_factory=dict)
    """Digests of the values that arguments, constants and environment were made for, by the names of flags."""
    input_names: tuple[str, ...] = ()
    """Names in the attribute ``flags`` that say which runs and files are used."""
    made_label: str = ""
    """The label that was made of these flags; empty if the user gave one."""
    random_seed: int
    import_path: tuple[str, ...]
    python: str
    """``major.minor``; a payload is bound to it."""
    sourcecode: str
    """The source snapshot, relative to the run directory."""
    program: Program
    main_origin: str = ""
    """For a script or notebook file that was copied: where it is."""
    command: Command | None = None
    """For an operation of a Guild file: how flags reach the program."""
    env: Mapping[str, str] = field(default_factory=dict)
    """Environment variables that the Guild file adds."""
    secret_env: tuple[str, ...] = ()
    """Names of `env` whose values are not written: a later start takes them from the environment of its starter."""
    output_scalars: tuple[str, ...] = ()
    flag_defs: tuple[FlagDef, ...] = ()
    """What a restart with other flags is checked against."""
    takes_any_flag: bool = False
    source_taken: int = 0
    """When a restart has taken another source, in microseconds since 1970; 0 for that of the first time."""
    added_flags: Flags = field(default_factory=dict)
    """The flags that came with such a source, and the values that they had at first: runs before do not have them."""

    @property
    def recorded_flags(self) -> Flags:
        """The flags as the attribute has them: lists are text there if Guild AI itself can run the operation."""
        return as_recorded(self.flags, self.flag_defs) if self.program.is_file else self.flags


def digest_flags(flags: Flags) -> dict[str, str]:
    """Return a digest of each value, by which a changed value is recognized.

    Examples
    --------
    >>> digest_flags({"n": 1})["n"] == digest_flags({"n": 1.0})["n"]
    False
    """
    return {
        name: hashlib.sha1(repr(value).encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()[:16]
        for name, value in flags.items()
    }


def differing_flags(meta: JobMeta) -> dict[str, FlagValue]:
    """Return the flags that differ from those that the program was made for; one that was removed is None."""
    now = digest_flags(meta.flags)
    return {name: meta.flags.get(name) for name in {**meta.made_for, **now} if meta.made_for.get(name) != now.get(name)}


def encode_meta(meta: JobMeta) -> bytes:
    """Encode the content of the file."""
    values = {
        **{name: value for name, value in vars(meta).items() if name != "flags"},
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
        "program": {"kind": meta.program.kind, **vars(meta.program)},
    }
    return json.dumps({"format": FORMAT, **values}, default=vars).encode()  # vars: of cells and steps


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
        values: dict[str, Any] = json.loads(content)
        flags = _own_flags(run_dir, values)
        return _parse_meta(values, flags)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise DamagedRun(run_dir.meta, str(error)) from error


def require_meta(run_dir: RunDir) -> JobMeta:
    """Read a run's ``meta.json``; DamagedRun for a run that has none."""
    meta = read_meta(run_dir)
    if meta is None:
        raise DamagedRun(run_dir.meta, "it is missing")
    return meta


def program_of(run_dir: RunDir, meta: JobMeta, kind: type[_P]) -> _P:
    """Return the program of a run that must be of this kind; DamagedRun where it is of another."""
    if not isinstance(meta.program, kind):
        raise DamagedRun(run_dir.meta, f"its program is of another kind ({meta.program.kind})")
    return meta.program


def _own_flags(run_dir: RunDir, values: Mapping[str, Any]) -> dict[str, FlagValue]:
    """Return the flags of the operation from the attribute, which also names the runs and files that are used."""
    inputs = {*values.get("input_names", ())} - {each["name"] for each in values["flag_defs"]}
    try:
        flags = parse_flags(read_attr(run_dir, "flags") or {})
    except TypeError as error:
        raise DamagedRun(run_dir.attr("flags"), str(error)) from error
    return {name: value for name, value in flags.items() if name not in inputs}


_PROGRAMS: Mapping[str, type[Program]] = {
    each.kind: each
    for each in (
        NotebookProgram,
        ScriptProgram,
        NotebookFileProgram,
        ExecProgram,
        StepsProgram,
        BatchProgram,
        QueueProgram,
    )
}
_TUPLES = ("import_path", "input_names", "output_scalars", "secret_env")


def _parse_meta(values: dict[str, Any], flags: dict[str, FlagValue]) -> JobMeta:
    written = values.pop("format")
    if written == 1:
        values = to_format_2(values)
        if "flags" in values:  # as the first version wrote it
            values["made_for"] = digest_flags(values.pop("flags"))
    elif written != FORMAT:
        raise ValueError("it was written by another version of guild_ipy")
    for name in _TUPLES:
        values[name] = tuple(values.get(name, ()))
    values["program"] = _program(values["program"])
    values["command"] = _command(values.get("command"))
    values["flag_defs"] = tuple(map(_flag_def, values["flag_defs"]))
    return JobMeta(flags=as_values(flags, values["flag_defs"]), **values)


def _program(values: dict[str, Any]) -> Program:
    kind = _PROGRAMS[values.pop("kind")]
    fields: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in values.items()
    }
    if kind is NotebookProgram:
        fields["cells"] = {code_file: CellFile(**cell) for code_file, cell in fields["cells"].items()}
    elif kind is StepsProgram:
        fields["steps"] = tuple(map(_step, fields["steps"]))
    return kind(**fields)


def _step(values: dict[str, Any]) -> Step:
    batch = values.get("batch", {})  # steps of an earlier version say nothing of it
    objectives = {name: tuple(batch[name]) for name in ("minimize", "maximize") if name in batch}
    return Step(**{**values, "tags": tuple(values["tags"]), "batch": StepBatch(**{**batch, **objectives})})


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


#: Names of fields -> names of the fields of the program.
_FIELDS = {
    "script": {"script": "path", "arguments": "arguments", "subcommand": "command", "constants": "constants"}
    | {name: name for name in ("map_name", "roots", "package")},
    "notebook": {"notebook": "path", "constants": "constants"},
    "exec": {"words": "words"},
    "steps": {"steps": "steps"},
    "packed": {"cells": "cells"},
}


def to_format_2(values: dict[str, Any]) -> dict[str, Any]:
    """Return the content of a file of format 1 as one of format 2 has it."""
    kind = _kind(values)
    known = {old for fields in _FIELDS.values() for old in fields}
    kept = {name: value for name, value in values.items() if name not in known}
    program = {new: values[old] for old, new in _FIELDS[kind].items() if old in values}
    return {**kept, "program": {"kind": kind, **program}}


def _kind(values: dict[str, Any]) -> str:
    if values.get("steps"):
        return "steps"
    if values.get("words"):
        return "exec"
    if values.get("notebook") is not None:
        return "notebook"
    return "packed" if values.get("script") is None else "script"
