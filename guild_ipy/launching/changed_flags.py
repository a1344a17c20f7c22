"""Other flags for a run that is there: what is made of them is made anew, and written into its directory.

The attribute ``flags`` is the truth. Where Guild AI or a user has changed it since the program was made, the values in
it count as given. ``python -m guild_ipy.launching.changed_flags RUN_DIR`` does that for a run that they also start.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from guild_ipy.domain.program import ScriptProgram, StepsProgram
from guild_ipy.domain.values.flags import FlagDef, Flags
from guild_ipy.domain.values.run_label import default_label, fill_label
from guild_ipy.engine.meta import JobMeta, changed_flags, digest_flags, read_meta
from guild_ipy.engine.run_files.job_files import job_files
from guild_ipy.errors import GuildError
from guild_ipy.launching.launch import PIPELINE_MODULE, get_meta
from guild_ipy.launching.refill import changed_files, refill
from guild_ipy.launching.reselect import read_requires, recorded_flags
from guild_ipy.operations.flag_values.flag_binding import bind_flags
from guild_ipy.operations.scripts.script_flags import InterfaceKind, ScriptInterface, inspect_script, script_arguments
from guild_ipy.operations.scripts.unread import explaining_unread
from guild_ipy.session.run_handle import Run
from guild_ipy.store.files.attrs import write_attr
from guild_ipy.store.files.folders import make_folders
from guild_ipy.store.files.whole_file import write_file
from guild_ipy.store.run_dir import RunDir


def change_flags(meta: JobMeta, run: Run, given: Mapping[str, Any]) -> JobMeta:
    """Return what the program needs to know for the flags of the attribute, and those given in place of them.

    Raises
    ------
    FlagError
        For a flag that the operation does not take, and a value that it does not take.
    """
    changed = changed_flags(meta)
    if changed:
        there = {name: value for name, value in changed.items() if name in meta.flags and name not in given}
        meta = _bind(meta, run, there)
    return _bind(meta, run, given) if given else meta


def write_changes(run: Run, meta: JobMeta) -> None:
    """Write what is made of flags, where it was made of others or by Guild AI, and the label that says them."""
    known = read_meta(run.dir)
    changed = {**(changed_flags(known) if known is not None else {}), **changed_flags(meta)}
    if known is None:  # Guild AI made it
        for folder in (run.dir.job, run.dir.tmp):
            make_folders(folder, inside=run.path)
    elif not changed and not _has_moved(known):
        return
    old_label, new_label = _usual_label(run, run.flags), _usual_label(run, meta.recorded_flags)
    is_usual = run.label in {old_label, meta.made_label or old_label}
    if isinstance(meta.program, StepsProgram):
        meta = replace(meta, program=replace(meta.program, module=PIPELINE_MODULE))
    made = replace(meta, made_for=digest_flags(meta.flags), made_label=new_label if is_usual else "")
    for path, content in job_files(run.dir, made):
        write_file(run.dir, path, content)
    write_attr(run.dir, "flags", {**recorded_flags(run, read_requires(run)), **meta.recorded_flags})
    given = {name: meta.recorded_flags[name] for name in changed if name in meta.flags}
    write_attr(run.dir, "user_flags", {**(run.get("user_flags") or {}), **given})
    for path, content in changed_files(meta, run.dir):
        make_folders(os.path.dirname(path), inside=run.path)
        write_file(run.dir, path, content)
    if is_usual:
        write_attr(run.dir, "label", new_label)


def _has_moved(meta: JobMeta) -> bool:
    """Whether the ``main.py`` of a run imports a module that an earlier version of this package had."""
    return isinstance(meta.program, StepsProgram) and meta.program.module != PIPELINE_MODULE


def _bind(meta: JobMeta, run: Run, given: Mapping[str, Any]) -> JobMeta:
    known = [_as_recorded(definition, meta.flags, given) for definition in meta.flag_defs]
    program = meta.program
    found = ScriptInterface(kind=InterfaceKind.CONSTANTS)
    if isinstance(program, ScriptProgram) and meta.command is None:
        found = _read_interface(program, run)
    with explaining_unread(found, meta.operation):
        bound = bind_flags(known, given, operation=meta.operation, accepts_any=meta.takes_any_flag)
    absent = {name for name, value in bound.items() if value is None and name not in {*meta.flags, *given}}
    flags = {**meta.flags, **{name: value for name, value in bound.items() if name not in absent}}
    if meta.command is not None:
        return refill(meta, run.dir, flags)
    constants = flags if found.kind is InterfaceKind.CONSTANTS else {}
    return replace(meta, flags=flags, program=program.with_values(script_arguments(found, flags), constants))


def _read_interface(script: ScriptProgram, run: Run) -> ScriptInterface:
    """Read what the script of a run takes from its own copy of the source."""
    roots = [os.path.join(run.path, root) for root in ("", *script.roots)]
    found = inspect_script(os.path.join(run.path, script.path), command=script.command, roots=roots)
    return replace(found, command=script.command)


def _as_recorded(definition: FlagDef, flags: Flags, given: Mapping[str, Any]) -> FlagDef:
    """Give a flag the recorded value as default; what came with a choice then is recorded as well."""
    details = definition.choice_details if definition.name in given else ()
    default = flags.get(definition.name, definition.default)
    return replace(definition, default=default, required=False, choice_details=details)


def _usual_label(run: Run, flags: Flags) -> str:
    """Write the label that the run has if nobody has changed it since."""
    operation = run.get("op")
    template = operation.get("label-template") if isinstance(operation, dict) else None
    return fill_label(template, flags) if isinstance(template, str) else default_label(flags)


def main() -> None:
    """Make the program of the run named in the arguments anew for its flags."""
    run = Run(RunDir(sys.argv[1]))
    try:
        write_changes(run, change_flags(get_meta(run), run, {}))
    except GuildError as error:
        sys.exit(f"guild_ipy: {error}")


if __name__ == "__main__":
    main()
