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

from guild_ipy.domain.program import StepsProgram
from guild_ipy.domain.values.flags import Flags
from guild_ipy.domain.values.run_label import cut_label, default_label, fill_label
from guild_ipy.engine.meta import JobMeta, differing_flags, digest_flags, read_meta
from guild_ipy.engine.run_files.job_files import job_files, job_meta
from guild_ipy.errors import GuildError
from guild_ipy.launching.changed_files import changed_files
from guild_ipy.launching.launch import PIPELINE_MODULE, get_meta
from guild_ipy.launching.recorded_template import recorded_label_template, recorded_template
from guild_ipy.launching.restart_dependencies import read_requires, recorded_dependency_flags
from guild_ipy.operations.spec_options import SpecOptions
from guild_ipy.session.run_handle import Run
from guild_ipy.store.files.attrs import write_attr
from guild_ipy.store.files.folders import make_folders
from guild_ipy.store.files.whole_file import write_file
from guild_ipy.store.run_dir import RunDir


def change_flags(meta: JobMeta, run: Run, given: Mapping[str, Any]) -> JobMeta:
    """Return the ``meta.json`` of a run for the flags of the attribute, and those given in place of them.

    Its digests are still those of the flags that the program was made for.

    Raises
    ------
    FlagError
        For a flag that the operation does not take, and a value that it does not take.
    """
    changed = differing_flags(meta)
    if not changed and not given:
        return meta
    there = {name: value for name, value in changed.items() if name in meta.flags}
    spec = recorded_template(run, meta).spec(SpecOptions(random_seed=meta.random_seed), {**there, **given})
    return replace(job_meta(spec, meta), made_for=meta.made_for)


def write_changes(run: Run, meta: JobMeta) -> None:
    """Write what is made of flags, where it was made of others or by Guild AI, and the label that says them."""
    known = read_meta(run.dir)
    changed = {**(differing_flags(known) if known is not None else {}), **differing_flags(meta)}
    if known is None:  # Guild AI made it
        for folder in (run.dir.job, run.dir.tmp):
            make_folders(folder, inside=run.dir.path)
    elif not changed and not _has_moved(known):
        return
    old_label, new_label = _usual_label(run, run.flags), _usual_label(run, meta.recorded_flags)
    made_label = "" if known is None else known.made_label
    is_usual = run.label in {old_label, made_label or old_label}
    if isinstance(meta.program, StepsProgram):
        meta = replace(meta, program=replace(meta.program, module=PIPELINE_MODULE))
    made = replace(meta, made_for=digest_flags(meta.flags), made_label=new_label if is_usual else "")
    for path, content in job_files(run.dir, made):
        write_file(run.dir, path, content)
    write_attr(run.dir, "flags", {**recorded_dependency_flags(run, read_requires(run)), **meta.recorded_flags})
    given = {name: meta.recorded_flags[name] for name in changed if name in meta.flags}
    write_attr(run.dir, "user_flags", {**(run.get("user_flags") or {}), **given})
    for path, content in changed_files(meta, run.dir):
        make_folders(os.path.dirname(path), inside=run.dir.path)
        write_file(run.dir, path, content)
    if is_usual:
        write_attr(run.dir, "label", new_label)


def _has_moved(meta: JobMeta) -> bool:
    """Whether the ``main.py`` of a run imports a module that an earlier version of this package had."""
    return isinstance(meta.program, StepsProgram) and meta.program.module != PIPELINE_MODULE


def _usual_label(run: Run, flags: Flags) -> str:
    """Return the label that the run has if nobody has changed it since."""
    template = recorded_label_template(run)
    return cut_label(default_label(flags) if template is None else fill_label(template, flags))


def main() -> None:
    """Make the program of the run named in the arguments anew for its flags."""
    run = Run(RunDir(sys.argv[1]))
    try:
        write_changes(run, change_flags(get_meta(run), run, {}))
    except GuildError as error:
        sys.exit(f"guild_ipy: {error}")


if __name__ == "__main__":
    main()
