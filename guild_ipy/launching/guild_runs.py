"""A run that Guild AI made, as it can be run again here: its attribute ``op`` says what was called, and how.

Scripts, modules and commands can; pipelines, batches, notebooks and plugins of Guild AI have programs of its own.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from guild_ipy.domain.declarations.command_template import Command
from guild_ipy.domain.declarations.operation_def import FlagsDest, FlagsDestKind
from guild_ipy.domain.program import ExecProgram, Program, ScriptProgram
from guild_ipy.domain.values.flags import FlagDef
from guild_ipy.domain.values.scalars import DEFAULT_PATTERNS
from guild_ipy.engine.meta import JobMeta, digest_flags, read_meta
from guild_ipy.engine.output.scalar_patterns import check_patterns
from guild_ipy.errors import GuildError, RunStateError
from guild_ipy.launching.recorded_template import RecordedInterface, bind_command
from guild_ipy.operations.guildfile.filled_command import FLAG_ARGS
from guild_ipy.operations.scripts.main_module import find_module
from guild_ipy.operations.search_context import python_import_path
from guild_ipy.session.run_handle import Run
from guild_ipy.store.run_dir import RunDir

_FLAG_ARGS = "__flag_args__"
_PYTHON = ("${python_exe}", "-um")
_MAIN = "guild.op_main"
_INTERPRETERS = frozenset({"${python_exe}", "${guild_python_exe}"})
#: What Guild AI sets for itself.
_OWN_VARIABLES = frozenset({"FLAGS_DEST", "GUILD_PLUGINS", "PROJECT_DIR", "PYTHONPATH"})
_MAPS = frozenset({FlagsDestKind.GLOBAL, FlagsDestKind.NAMESPACE})
_KINDS = _MAPS | {FlagsDestKind.ARGS, FlagsDestKind.GLOBALS}


def read_program(run: Run) -> JobMeta:
    """Read what the program of a run needs, also of one that Guild AI made.

    Raises
    ------
    RunStateError
        If Guild AI made it, and what it recorded does not say all.
    """
    meta = read_meta(run.dir)
    if meta is not None:
        return meta
    try:
        meta = _adopt(run)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        why = str(error) if isinstance(error, _Unfit) else "what it recorded of its operation cannot be read"
        raise RunStateError(
            f"run {run.short_id} was made by Guild AI, and {why}; use `guild run --restart {run.short_id}`"
        ) from error
    return replace(meta, made_for=digest_flags(meta.flags))


class _Unfit(ValueError):
    """Why a run cannot be run again here."""


def _adopt(run: Run) -> JobMeta:
    operation = run.get("op")
    if not isinstance(operation, dict) or os.path.exists(run.dir.proto):
        raise _Unfit("it is a batch" if isinstance(operation, dict) else "it does not say what was called")
    if operation.get("deps") and not run.get("deps"):
        raise _Unfit("what it requires was not found at that time")
    called, environment = operation["op-cmd"], dict(operation["op-cmd"].get("cmd-env") or {})
    words = list(map(str, called["cmd-args"]))
    dest = FlagsDest.parse(str(called.get("flags-dest") or "args"))
    if dest.kind not in _KINDS:
        raise _Unfit(f"its flags go to {dest}")
    project_dir = str(environment.get("PROJECT_DIR", ""))
    command = Command(
        words=_command_words(words),
        is_exec=not _is_module(words),
        dest=dest,
        env={name: str(text) for name, text in environment.items() if name not in _OWN_VARIABLES},
        project_dir=project_dir,
    )
    if command.is_exec:
        program: Program = ExecProgram(words=())
    else:
        program = _find_script(run.dir, words[3], operation, str(dest) if dest.kind in _MAPS else "")
    meta = JobMeta(
        operation=run.operation,
        flags=run.flags,
        random_seed=_seed(run),
        import_path=python_import_path(project_dir),
        python=f"{sys.version_info.major}.{sys.version_info.minor}",
        sourcecode=str((operation.get("sourcecode") or {}).get("dest") or "."),
        output_scalars=_patterns(operation.get("output-scalars")),
        flag_defs=_flag_defs(run, called.get("cmd-flags") or {}),
        command=command,
        program=program,
    )
    bound = bind_command(meta, run.flags, RecordedInterface(run.dir, meta))
    return replace(meta, flags=bound.flags, program=bound.program, env=bound.env)


def _is_module(words: Sequence[str]) -> bool:
    return tuple(words[: len(_PYTHON)]) == _PYTHON and words[2] == _MAIN


def _command_words(words: Sequence[str]) -> tuple[str, ...]:
    """Return the words as Guild files have them; of a module those before its flags."""
    own = next((word for word in words[1:4] if word.startswith("guild.") and word != _MAIN), None)
    if own is not None and words[0] in _INTERPRETERS:
        raise _Unfit(f"its program is {own}, a part of Guild AI")
    if _is_module(words):
        return tuple(word for word in words[4:] if word not in {"--", _FLAG_ARGS})
    return tuple(FLAG_ARGS if word == _FLAG_ARGS else word for word in words)


def _find_script(run_dir: RunDir, module: str, operation: Mapping[str, Any], map_name: str) -> ScriptProgram:
    dest = str((operation.get("sourcecode") or {}).get("dest") or ".")
    folders = [os.path.normpath(os.path.join(run_dir.path, each)) for each in dict.fromkeys((dest, "."))]
    found = find_module(module, folders)
    if found is None:
        raise _Unfit(f"its directory has no copy of its module {module!r}")
    roots = tuple(os.path.relpath(root, run_dir.path) for root in found.roots)
    path = os.path.relpath(found.path, run_dir.path)
    return ScriptProgram(path=path, map_name=map_name, roots=roots, package=found.package)


def _flag_defs(run: Run, written: Mapping[str, Any]) -> tuple[FlagDef, ...]:
    return tuple(_flag_def(name, value, written.get(name) or {}) for name, value in run.flags.items())


def _flag_def(name: str, value: Any, written: Mapping[str, Any]) -> FlagDef:  # noqa: ANN401 - a value of a flag
    option = written.get("arg-name")
    return FlagDef(
        name=name,
        default=value,
        nullable=True,
        arg_name=f"--{option}" if option else None,
        arg_skip=bool(written.get("arg-skip")),
        arg_switch=written.get("arg-switch"),
        arg_split=written.get("arg-split"),
        arg_encoding=tuple((each, str(text)) for each, text in (written.get("arg-encoding") or {}).items()),
        env_name=written.get("env-name"),
    )


def _patterns(written: Any) -> tuple[str, ...]:  # noqa: ANN401 - what a Guild file can say there
    """Return patterns as ``--output-scalar`` takes them."""
    if written is None:
        return DEFAULT_PATTERNS
    items = written if isinstance(written, list) else [written] if written else []
    patterns: list[str] = []
    for item in items:
        patterns += [f"{name}: {text}" for name, text in item.items()] if isinstance(item, dict) else [str(item)]
    try:
        check_patterns(patterns)
    except GuildError as error:
        raise _Unfit(f"its output-scalars are {error}") from error
    return tuple(patterns)


def _seed(run: Run) -> int:
    seed = run.get("random_seed")
    return seed if isinstance(seed, int) and 0 <= seed < 2**32 else 0
