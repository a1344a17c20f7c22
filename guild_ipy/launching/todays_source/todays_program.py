"""The program of a run with the source of today: made beside the run, looked at, and put in its place."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from guild_ipy.domain.declarations.dependency import Dependency, SourceKind
from guild_ipy.domain.program import NotebookProgram
from guild_ipy.domain.run_spec import RunSpec
from guild_ipy.domain.values.flags import Flags, format_flag
from guild_ipy.engine.meta import JobMeta, read_meta
from guild_ipy.engine.run_files.job_files import job_meta
from guild_ipy.engine.run_files.prepare import fill_run_dir
from guild_ipy.errors import FlagError, UsageError
from guild_ipy.launching.changed_flags import Recorded
from guild_ipy.launching.recorded_template import RecordedInterface
from guild_ipy.launching.restart_dependencies import read_requires
from guild_ipy.launching.todays_source.forced_source import ForcedSource
from guild_ipy.launching.todays_source.program_files import made_beside, put_program
from guild_ipy.launching.todays_source.recorded_call import RecordedCall, read_call
from guild_ipy.launching.todays_source.source_difference import describe_difference
from guild_ipy.launching.todays_source.todays_operation import FoundAgain, find_again
from guild_ipy.operations.operation import Template
from guild_ipy.operations.spec_options import SpecOptions
from guild_ipy.session.run_handle import Run
from guild_ipy.session.session import Session
from guild_ipy.store.files.attrs import encode_attr
from guild_ipy.store.files.whole_file import write_new_file
from guild_ipy.store.run_dir import RunDir


@dataclass(frozen=True, kw_only=True)
class TodaysProgram:
    """The program of a run as it would be today, with the flags of the run."""

    run_dir: RunDir
    """The run."""
    made: RunDir
    """A directory with the program, beside the run."""
    meta: JobMeta
    before: JobMeta
    """That of the run until now."""
    difference: str
    """In which files the source differs; empty if it is the same."""
    added: Flags = field(default_factory=dict)
    """The flags that the run did not have."""
    notes: tuple[str, ...] = ()

    @property
    def interface(self) -> RecordedInterface:
        """The interface of the program."""
        return RecordedInterface(self.made, self.meta)

    @property
    def differs(self) -> bool:
        """Whether it is another one, as far as files and flags say."""
        return bool(self.difference or self.added)

    @property
    def lines(self) -> tuple[str, ...]:
        """What differs, and what else the user should know."""
        added = ", ".join(f"{name}={format_flag(value)}" for name, value in self.added.items())
        source = f"source: {self.difference}" if self.difference else "the source is the same"
        return (source, *([f"flags added: {added}"] if added else []), *self.notes)

    def put_in_place(self) -> None:
        """Put it in the place of the program of the run, all or nothing; StoreError if that cannot be done."""
        put_program(self.run_dir, self.made)


@contextmanager
def open_todays_program(  # noqa: PLR0913 - a run, and what is given
    session: Session,
    run: Run,
    before: JobMeta,
    forced: ForcedSource,
    *,
    more_flags: Mapping[str, Any],
    named: Run | None = None,
) -> Iterator[TodaysProgram]:
    """Make the program of a run anew, of the source of today; it is removed at the end unless it was put in place.

    Parameters
    ----------
    before
        Its program until now, with the flags that it shall have.
    more_flags
        Flags that it does not have yet.
    named
        The run that errors name, if it is another one: the batch of a prototype.

    Raises
    ------
    RunStateError
        If the operation is gone, or is of a kind that has no source of its own.
    FlagError
        For a flag of the run that the operation does not take any more.
    """
    requires = read_requires(run)
    call = read_call(run.dir, before.flags) if isinstance(before.program, NotebookProgram) else None
    found = find_again(named or run, run.opref, before, call, forced.operation, session.search_context)
    wanted = _Wanted(call=call, more=more_flags, forced=forced)
    template = _make_template(named or run, before, found, wanted, requires)
    with made_beside(run.dir) as made:
        meta = _fill(session, run, before, template, made, requires)
        yield TodaysProgram(
            run_dir=run.dir,
            made=made,
            meta=meta,
            before=before,
            difference=describe_difference(run.dir, made),
            added={name: value for name, value in meta.flags.items() if name not in before.flags},
            notes=template.notes,
        )


@dataclass(frozen=True, kw_only=True)
class _Wanted:
    """What the program is made with."""

    call: RecordedCall | None
    more: Mapping[str, Any]
    forced: ForcedSource

    def arguments(self, found: FoundAgain, flags: Flags) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Return the arguments by position, which only a function with ``*args`` has, and those by name."""
        named = {**(flags if self.call is None else self.call.named), **self.more}
        rest = () if self.call is None else self.call.rest
        if not rest:
            return (), named
        leading = getattr(getattr(found.operation, "interface", None), "positional", ())
        return (*(named.pop(name) for name in leading if name in named), *rest), named


def _make_template(
    run: Run, before: JobMeta, found: FoundAgain, wanted: _Wanted, requires: Sequence[Dependency]
) -> Template:
    options = SpecOptions(
        op_name=before.operation.removesuffix("()") if wanted.call is not None else "",
        uses=wanted.forced.uses,
        files=tuple(_given_files(requires)),
    )
    args, flags = wanted.arguments(found, before.flags)
    try:
        template = found.operation.template(args, flags, options, found.context)
    except FlagError as error:
        if error.flag not in before.flags:
            raise
        raise FlagError(
            f"run {run.short_id} has the flag {error.flag}={format_flag(before.flags[error.flag])}, which its "
            f"operation does not take today: {error}",
            flag=error.flag,
        ) from error
    lost = next((name for name in before.flags if name not in template.bound.flags), None)
    if lost is not None:
        raise UsageError(
            f"run {run.short_id} has the flag {lost}={format_flag(before.flags[lost])}, which is no flag of its "
            f"operation today; begin a new run"
        )
    return template


def _given_files(requires: Sequence[Dependency]) -> Iterator[str]:
    """Return the files that the run was given (``--file``) and that are still there: they are no source."""
    for dependency in requires:
        for source in dependency.sources if dependency.is_inline else ():
            path = os.path.join(dependency.location, source.value)
            if source.kind is SourceKind.FILE and os.path.isabs(path) and os.path.exists(path):
                yield path


def _fill(  # noqa: PLR0913, PLR0917 - a run, and what is made of it
    session: Session, run: Run, before: JobMeta, template: Template, made: RunDir, requires: Sequence[Dependency]
) -> JobMeta:
    """Make the program in the directory `made`, as that of a new run is made; return its ``meta.json``."""
    recorded = Recorded.of(run, read_meta(run.dir))
    spec = _spec(run, before, template, requires)
    flags = job_meta(spec).recorded_flags
    spec = replace(spec, label=recorded.next_label(flags) or "", label_template=recorded.label_template)
    added = {name: value for name, value in spec.flags.items() if name not in before.flags}
    meta = replace(job_meta(spec), source_taken=time.time_ns() // 1000, added_flags={**before.added_flags, **added})
    meta = meta if recorded.is_usual else replace(meta, made_label="")
    fill_run_dir(session.home, made, spec, meta)
    more = {name: flags[name] for name in spec.user_flags if name not in before.flags}
    write_new_file(made.attr("flags"), encode_attr({**recorded.input_flags, **flags}))
    write_new_file(made.attr("user_flags"), encode_attr({**recorded.user_flags, **more}))
    return meta


def _spec(run: Run, before: JobMeta, template: Template, requires: Sequence[Dependency]) -> RunSpec:
    """Describe the program as a new run, with the name, seed and dependencies of the run."""
    spec = template.spec(SpecOptions(random_seed=before.random_seed))
    return replace(
        spec,
        opref=replace(spec.opref, model=run.opref.model, name=run.opref.name),
        output_scalars=before.output_scalars if template.output_scalars is None else spec.output_scalars,
        requires=tuple(requires),
    )
