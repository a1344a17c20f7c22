"""Trials on disk: the runs that the links in the directory of a batch lead to; each is a copy of the prototype.

A link is made before its run, so that a batch that was killed meanwhile finds every trial that it has made.
"""

from __future__ import annotations

import os
import shutil
import time
import uuid
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cached_property

from guild_ipy.batch.asked.given_runs import as_settled
from guild_ipy.batch.prototype import TRIALS, Prototype, TrialFlags
from guild_ipy.batch.restart_plan import ThereTrial
from guild_ipy.domain.attributes import BATCH
from guild_ipy.domain.status import RunStatus
from guild_ipy.domain.values.flags import Flags
from guild_ipy.engine.meta import JobMeta, differing_flags, read_meta, require_meta
from guild_ipy.engine.run_files.dependency_attrs import dependency_flags
from guild_ipy.engine.run_files.file_copy import copy_file
from guild_ipy.engine.run_files.prepare import make_run_dir
from guild_ipy.errors import RunNotFound, RunStateError, StoreError
from guild_ipy.launching.changed_flags import Recorded, changed_content, must_change
from guild_ipy.launching.found_dependencies import DependencyChoice
from guild_ipy.launching.restart_dependencies import depends_on, replace_dependencies, resolve_as_recorded
from guild_ipy.launching.todays_source.program_files import made_beside, put_program
from guild_ipy.operations.dependencies.resolve import NOTHING_REQUIRED, Resolution
from guild_ipy.session.run_handle import Run
from guild_ipy.session.session import Session
from guild_ipy.store.claim import claim_run, release_run, release_trial
from guild_ipy.store.files.attrs import delete_attr, encode_attr, write_attr
from guild_ipy.store.files.folders import make_folders
from guild_ipy.store.files.whole_file import read_bytes, write_file, write_new_file
from guild_ipy.store.guild_home import Home
from guild_ipy.store.run_dir import RunDir, is_run_id
from guild_ipy.store.state.changes import note_change
from guild_ipy.store.state.lock import hold_alive
from guild_ipy.store.state.markers import set_staged, set_waiting
from guild_ipy.store.state.replaced_files import put_back_replaced
from guild_ipy.store.state.signals import why_pruned
from guild_ipy.store.trash import delete_run

#: Files of a run that are never written to, and may be large: a trial has a link to those of the prototype.
_SHARED = (".guild/job/payload.pkl", ".guild/job/setup.pkl", ".guild/job/buffer-")
_SMALL = (".guild/attrs/", ".guild/job/")
#: Made for each run, or written last.
_NOT_COPIED = frozenset(
    f".guild/{name}"
    for name in "opref PENDING STAGED alive tmp attrs/id attrs/flags attrs/user_flags attrs/trials".split()
)


def link_path(batch: RunDir, id: str) -> str:  # noqa: A002 - the word of the field
    """Return the path of the link to a trial."""
    return os.path.join(batch.path, id)


def list_trials(home: Home, batch: RunDir) -> list[Run]:
    """Return the trials that are there, by their links; those that were deleted, or never whole, are left out."""
    dirs = map(home.run_dir, _list_links(batch))
    return [Run(run_dir) for run_dir in dirs if os.path.exists(run_dir.opref)]


def as_there(trial: Run, added: Flags) -> ThereTrial:
    """Return what a restart has to know of a trial; `added` are flags that came with a later source."""
    flags: Flags = trial.get("flags") or {}
    status = trial.status
    is_pruned = status is RunStatus.TERMINATED and why_pruned(trial.dir) is not None
    lacking = {name: value for name, value in added.items() if name not in flags}
    return ThereTrial(id=trial.id, flags=flags, status=status, added=lacking, is_pruned=is_pruned)


def remove_half_made(home: Home, batch: RunDir) -> None:
    """Remove links that lead to no run, and what a batch that was killed has made of a trial."""
    for name in _list_links(batch):
        run_dir = home.run_dir(name)
        if os.path.exists(run_dir.opref):
            continue
        if os.path.lexists(run_dir.path) and not os.path.lexists(run_dir.output):  # else it is a run that is damaged
            alive = hold_alive(run_dir)
            if alive is None:  # somebody makes it
                continue
            shutil.rmtree(run_dir.path, ignore_errors=True)
            os.close(alive)
            note_change(home, name)
        _remove_link(batch, name)


class TrialMaker:
    """Makes the trials of one batch.

    Dependencies are those that the batch was given, and are the same for all trials, unless a flag of a trial names
    others, or what a dependency brings depends on a flag that varies.
    """

    def __init__(self, session: Session, batch: RunDir, prototype: Prototype) -> None:
        self._session = session
        self._batch = batch
        self._prototype = prototype
        self._shared: Resolution | None = None

    @cached_property
    def _recorded(self) -> Recorded:
        return Recorded.of(self._prototype.run, self._prototype.meta)

    @cached_property
    def _python(self) -> list[str]:
        """The first word of its command, in a list; empty if it is not on record."""
        return (self._prototype.run.get("cmd") or [])[:1]

    @cached_property
    def _copied(self) -> _CopiedFiles:
        return _CopiedFiles(self._prototype.run.dir)

    def flags_of(self, trial: TrialFlags) -> Flags:
        """Return all flags of a trial as they are recorded, with the runs that it depends on.

        Raises
        ------
        DependencyError
            If something is missing that it requires.
        """
        flags = trial.meta.recorded_flags
        return {**flags, **dependency_flags(self._resolve(trial).dependencies, flags)}

    def make(self, trial: TrialFlags, *, staged: bool) -> Run:
        """Make a trial, which waits for its turn.

        Raises
        ------
        StoreError
            If it cannot be written; nothing of it stays.
        """
        home, id_ = self._session.home, uuid.uuid4().hex
        try:
            os.symlink(f"../{id_}", link_path(self._batch, id_))
            run_dir, alive = make_run_dir(home, id_)
            try:
                self._fill(Run(run_dir), trial, staged=staged)
            finally:
                os.close(alive)
        except BaseException:
            shutil.rmtree(home.run_dir(id_).path, ignore_errors=True)
            _remove_link(self._batch, id_)
            raise
        note_change(home, id_)
        return Run(run_dir)

    def renew(self, run: Run, trial: TrialFlags) -> JobMeta | None:
        """Give a trial that is there, and claimed, the source of the prototype, if that is a later one.

        Returns
        -------
        JobMeta or None
            Its ``meta.json`` then; None if it had that source.

        Raises
        ------
        StoreError
            The trial is as it was then.
        """
        known = read_meta(run.dir)
        if known is None or known.source_taken >= self._prototype.meta.source_taken:
            return None
        recorded, flags = Recorded.of(run, known), trial.meta.recorded_flags
        own = self._own_files(trial) | {
            _attr("flags"): encode_attr({**recorded.input_flags, **flags}),
            _attr("user_flags"): encode_attr(recorded.user_flags),
            _attr("label"): encode_attr(recorded.next_label(flags) or ""),
        }
        with made_beside(run.dir) as made:
            self._copy(made, own)
            write_file(made, made.opref, read_bytes(self._prototype.run.dir.opref) or b"")
            put_program(run.dir, made)
        return require_meta(run.dir)

    def _fill(self, run: Run, trial: TrialFlags, *, staged: bool) -> None:
        own = self._own_files(trial) | {
            _attr(BATCH): encode_attr(self._batch.id),
            _attr("cmd"): encode_attr([*self._python, run.dir.main]),
            _attr("initialized"): encode_attr(time.time_ns() // 1000),
        }
        self._copy(run.dir, own)
        resolution = self._resolve(trial)
        if resolution.dependencies:
            replace_dependencies(run, trial.meta.recorded_flags, resolution)
        if staged:
            write_attr(run.dir, "started", time.time_ns() // 1000)
        (set_staged if staged else set_waiting)(run.dir)
        write_attr(run.dir, "id", run.id)  # from here on it is listed, as damaged
        write_file(run.dir, run.dir.opref, read_bytes(self._prototype.run.dir.opref) or b"")

    def _copy(self, run_dir: RunDir, own: Mapping[str, bytes]) -> None:
        """Copy the prototype into a directory, with other files in place of some, or beside them."""
        self._copied.copy(run_dir, but=own)
        for path, content in own.items():
            target = os.path.join(run_dir.path, path)
            if not path.startswith(_SMALL):
                make_folders(os.path.dirname(target), inside=run_dir.path)
            write_new_file(target, content)

    def _own_files(self, trial: TrialFlags) -> dict[str, bytes]:
        """Return the files of a trial that are made of its flags, by their paths in its directory."""
        proto, flags = self._prototype.run.dir, trial.meta.recorded_flags
        own = {**trial.varied, **flags}
        user_flags = {name: own.get(name, value) for name, value in self._recorded.user_flags.items()}
        files = {_attr("flags"): encode_attr(dict(flags)), _attr("user_flags"): encode_attr(user_flags)}
        if must_change(trial.meta):
            recorded = replace(self._recorded, flags=flags, user_flags=user_flags, input_flags={})
            made = changed_content(recorded, proto, trial.meta, differing_flags(trial.meta))
            files |= {os.path.relpath(path, proto.path): content for path, content in made}
        return files

    def _resolve(self, trial: TrialFlags) -> Resolution:
        prototype = self._prototype
        if not prototype.requires:
            return NOTHING_REQUIRED
        varied = set(differing_flags(trial.meta))
        if trial.given or any(depends_on(each, varied) for each in prototype.requires):
            return self._resolve_anew(trial)
        self._shared = self._shared or self._resolve_anew(trial)
        return self._shared

    def _resolve_anew(self, trial: TrialFlags) -> Resolution:
        prototype = self._prototype
        choice = DependencyChoice(given=as_settled(trial.given))
        return resolve_as_recorded(self._session, prototype.run, prototype.requires, trial.meta.flags, choice)


def delete_trial(home: Home, trial: RunDir) -> None:
    """Delete a trial that has never run, unless somebody has deleted it, or started it, meanwhile."""
    with suppress(RunNotFound, RunStateError):
        delete_run(home, trial)


def forget_trial(home: Home, batch: RunDir, trial: RunDir) -> None:
    """Let a run be no trial any more, but a run of its own, if it is still there."""
    if os.path.isdir(trial.attrs):
        delete_attr(trial, BATCH)
        note_change(home, trial.id)
    _remove_link(batch, trial.id)


def mark_trial(home: Home, trial: RunDir, renew: Callable[[], object], *, staged: bool) -> None:
    """Let a trial that has never run wait for its batch, or for a start of its own; one that was started is left so.

    `renew` changes it while it is claimed.
    """
    put_back_replaced(trial)
    try:
        alive = claim_run(home, trial)
    except RunStateError:
        return
    try:
        renew()
    except BaseException:
        release_run(trial, alive, staged=True)
        raise
    if not staged:
        release_trial(trial, alive)
    else:
        release_run(trial, alive, staged=True)


def write_trials(batch: RunDir, trials: Sequence[Run]) -> None:
    """Write which runs are the trials of a batch, in their order."""
    write_attr(batch, TRIALS, [trial.id for trial in trials])


def _attr(name: str) -> str:
    return f".guild/attrs/{name}"


def _list_links(batch: RunDir) -> list[str]:
    try:
        names = sorted(filter(is_run_id, os.listdir(batch.path)))
    except OSError as error:
        raise StoreError(f"cannot list the trials of batch {batch.short_id}: {error.strerror or error}") from error
    return [name for name in names if os.path.islink(link_path(batch, name))]


def _remove_link(batch: RunDir, id: str) -> None:  # noqa: A002 - as above
    with suppress(FileNotFoundError):
        os.unlink(link_path(batch, id))


class _CopiedFiles:
    """The files of a prototype that its trials have, too; small ones are read once for all of them."""

    def __init__(self, origin: RunDir) -> None:
        self._origin = origin.path
        self._folders: list[str] = []
        self._links: dict[str, str] = {}
        """Symbolic links, and where they lead."""
        self._small: dict[str, bytes] = {}
        self._others: list[str] = []
        for path in _walk(origin.path, ""):
            source = os.path.join(origin.path, path)
            if os.path.islink(source):
                self._links[path] = os.readlink(source)
            elif os.path.isdir(source):
                self._folders.append(path)
            elif path.startswith(_SMALL) and not path.startswith(_SHARED):
                self._small[path] = read_bytes(source) or b""
            else:
                self._others.append(path)

    def copy(self, target: RunDir, but: Container[str]) -> None:
        """Copy them into the directory of a trial, all but some."""
        for path in self._folders:
            with suppress(FileExistsError):
                os.mkdir(os.path.join(target.path, path))
        for path, destination in self._links.items():
            os.symlink(destination, os.path.join(target.path, path))
        for path, content in self._small.items():
            if path not in but:
                write_new_file(os.path.join(target.path, path), content)
        for path in self._others:
            source, copy = os.path.join(self._origin, path), os.path.join(target.path, path)
            if path not in but and not (path.startswith(_SHARED) and _link(source, copy)):
                copy_file(source, copy)


def _walk(root: str, folder: str) -> Iterator[str]:
    """Return the paths below a folder, a folder before what is in it."""
    for entry in os.scandir(os.path.join(root, folder)):
        path = os.path.join(folder, entry.name)
        if path not in _NOT_COPIED:
            yield path
            if entry.is_dir(follow_symlinks=False):
                yield from _walk(root, path)


def _link(source: str, target: str) -> bool:
    try:
        os.link(source, target)
    except OSError:  # no hard links here, or too many
        return False
    return True
