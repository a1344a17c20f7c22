"""Other flags for a run that is there: what is made of them is made anew, and written into its directory.

The attribute ``flags`` is the truth. Where Guild AI or a user has changed it since the program was made, the values in
it count as given. ``python -m guild_ipy.launching.changed_flags RUN_DIR`` does that for a run that they also start.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from guild_ipy.domain.program import StepsProgram
from guild_ipy.domain.values.flags import Flags
from guild_ipy.domain.values.run_label import cut_label, default_label, fill_label
from guild_ipy.engine.meta import JobMeta, differing_flags, digest_flags, read_meta, require_meta
from guild_ipy.engine.run_files.job_files import job_files, job_meta
from guild_ipy.errors import GuildError
from guild_ipy.launching.changed_files import changed_files
from guild_ipy.launching.launch import PIPELINE_MODULE
from guild_ipy.launching.recorded_template import RecordedInterface, recorded_label_template, recorded_template
from guild_ipy.launching.restart_dependencies import read_requires, recorded_dependency_flags
from guild_ipy.operations.spec_options import SpecOptions
from guild_ipy.session.run_handle import Run
from guild_ipy.store.files.attrs import encode_attr
from guild_ipy.store.files.folders import make_folders
from guild_ipy.store.files.whole_file import write_new_file
from guild_ipy.store.run_dir import RunDir
from guild_ipy.store.state.replaced_files import made_aside, put_back_replaced, replace_files


def change_flags(
    meta: JobMeta, run: Run, given: Mapping[str, Any], interface: RecordedInterface | None = None
) -> JobMeta:
    """Return the ``meta.json`` of a run for the flags of the attribute, and those given in place of them.

    Its digests are still those of the flags that the program was made for. `interface` is the one of the program, if it
    has been read already.

    Raises
    ------
    FlagError
        For a flag that the operation does not take, and a value that it does not take.
    """
    changed = differing_flags(meta)
    if not changed and not given:
        return meta
    there = {name: value for name, value in changed.items() if name in meta.flags}
    template = recorded_template(run, meta, interface)
    spec = template.spec(SpecOptions(random_seed=meta.random_seed), {**there, **given})
    return replace(job_meta(spec, meta), made_for=meta.made_for)


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """What a run has on record that is made of its flags, or says how it is made."""

    flags: Flags
    """Those of its label."""
    user_flags: Flags
    input_flags: Flags
    """Those that name the runs and files that it depends on."""
    label: str | None
    label_template: str | None
    made_label: str
    """The label that was made of the flags; empty if that is not known."""

    @classmethod
    def of(cls, run: Run, meta: JobMeta | None) -> Recorded:
        """Read it; `meta` is the ``meta.json`` of the run."""
        record = run.record
        return cls(
            flags=record.flags,
            user_flags=run.get("user_flags") or {},
            input_flags=recorded_dependency_flags(run, read_requires(run)),
            label=record.label,
            label_template=recorded_label_template(run),
            made_label="" if meta is None else meta.made_label,
        )

    def label_for(self, flags: Flags) -> str:
        """Return the label that the run has with these flags if nobody has changed it."""
        made = default_label(flags) if self.label_template is None else fill_label(self.label_template, flags)
        return cut_label(made)

    @property
    def is_usual(self) -> bool:
        """Whether its label is the one that was made of its flags."""
        made = self.label_for(self.flags)
        return self.label in {made, self.made_label or made}

    def next_label(self, flags: Flags) -> str | None:
        """Return the label that it has with other flags; one that the user gave stays."""
        return self.label_for(flags) if self.is_usual else self.label


def write_changes(run: Run, meta: JobMeta) -> JobMeta:
    """Write what is made of flags, where it was made of others or by Guild AI, and the label that says them.

    All of it is written or nothing, and how the run ended is removed with it: see
    :func:`~guild_ipy.store.state.replaced_files.replace_files`.

    Returns
    -------
    JobMeta
        The ``meta.json`` that is there now.
    """
    known = read_meta(run.dir)
    if known is None:  # Guild AI made it
        for folder in (run.dir.job, run.dir.tmp):
            make_folders(folder, inside=run.dir.path)
    elif not must_change(known) and not must_change(meta):
        return known
    changed = {**(differing_flags(known) if known is not None else {}), **differing_flags(meta)}
    contents = changed_content(Recorded.of(run, known), run.dir, meta, changed)
    with made_aside(run.dir) as folder:
        new = {}
        for number, (path, content) in enumerate(contents):
            new[os.path.relpath(path, run.dir.path)] = aside = f"{folder}/{number}"
            write_new_file(aside, content)
        replace_files(run.dir, new, ())
    return require_meta(run.dir)


def must_change(meta: JobMeta) -> bool:
    """Whether a program was made for other flags, or its ``main.py`` imports a module of an earlier version."""
    return bool(differing_flags(meta)) or (
        isinstance(meta.program, StepsProgram) and meta.program.module != PIPELINE_MODULE
    )


def changed_content(
    recorded: Recorded, run_dir: RunDir, meta: JobMeta, changed: Collection[str]
) -> Iterator[tuple[str, bytes]]:
    """Return the files of a run that are made of its flags: all that `meta` says; `changed` are those of a new value.

    UsageError if a file cannot be read that has flags in its text.
    """
    flags, label = meta.recorded_flags, recorded.label_for(meta.recorded_flags)
    if isinstance(meta.program, StepsProgram):
        meta = replace(meta, program=replace(meta.program, module=PIPELINE_MODULE))
    made = replace(meta, made_for=digest_flags(meta.flags), made_label=label if recorded.is_usual else "")
    yield from job_files(run_dir, made)
    yield run_dir.attr("flags"), encode_attr({**recorded.input_flags, **flags})
    given = {name: flags[name] for name in changed if name in meta.flags}
    yield run_dir.attr("user_flags"), encode_attr({**recorded.user_flags, **given})
    yield from changed_files(meta, run_dir)
    if recorded.is_usual:
        yield run_dir.attr("label"), encode_attr(label)


def main() -> None:
    """Make the program of the run named in the arguments anew for its flags."""
    run = Run(RunDir(sys.argv[1]))
    try:
        put_back_replaced(run.dir)
        write_changes(run, change_flags(require_meta(run.dir), run, {}))
    except GuildError as error:
        sys.exit(f"guild_ipy: {error}")


if __name__ == "__main__":
    main()
