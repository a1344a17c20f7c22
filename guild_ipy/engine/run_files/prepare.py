"""Makes the run directory of a RunSpec.

The directory is not a run until ``opref`` is there, which is written last; so the other files are written in place.
A directory that cannot be finished is removed.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from functools import lru_cache

from guild_ipy.domain.declarations.dependency_json import encode_requires
from guild_ipy.domain.declarations.step_def import describe_step
from guild_ipy.domain.program import BatchProgram, StepsProgram
from guild_ipy.domain.run_spec import (
    RunSpec,
    SourceFile,
)
from guild_ipy.domain.values.flags import FlagDef, Flags
from guild_ipy.domain.values.list_text import as_recorded
from guild_ipy.domain.values.origin import ORIGIN, encode_origin
from guild_ipy.domain.values.run_label import default_label, fill_label
from guild_ipy.engine.meta import JobMeta
from guild_ipy.engine.output.scalar_patterns import guild_patterns
from guild_ipy.engine.run_files.buffers import write_buffers
from guild_ipy.engine.run_files.dependency_attrs import (
    dependency_flags,
    encode_deps,
    encode_reasons,
    explicit_flags,
)
from guild_ipy.engine.run_files.job_files import job_files, job_meta
from guild_ipy.engine.run_files.place_files import place_dependencies
from guild_ipy.engine.run_files.provenance import host_name, user_name
from guild_ipy.engine.run_files.recorded_env import UNRECORDED, recorded_env, secret_names
from guild_ipy.engine.run_files.script_text import set_flags_in_script
from guild_ipy.errors import RunStateError, StoreError
from guild_ipy.store.files.attrs import encode_attr
from guild_ipy.store.files.folders import make_folders
from guild_ipy.store.files.whole_file import write_file, write_new_file
from guild_ipy.store.guild_home import Home
from guild_ipy.store.run_dir import RunDir
from guild_ipy.store.state.changes import note_change
from guild_ipy.store.state.lock import hold_alive
from guild_ipy.store.state.markers import set_pending, set_staged
from guild_ipy.store.used_runs.deps import DEPENDENCIES, DEPS
from guild_ipy.store.used_runs.manifest import ManifestEntry, format_manifest


def prepare_run(
    home: Home,
    spec: RunSpec,
    *,
    id: str | None = None,  # noqa: A002 - the word of the field
    staged: bool = False,
    copying: Callable[[], AbstractContextManager[None]] = contextlib.nullcontext,
) -> tuple[RunDir, int]:
    """Make the directory of a run, pending or staged; `copying` as in :func:`fill_run_dir`.

    Returns
    -------
    tuple of RunDir and int
        The directory, and the descriptor that holds its ``alive`` lock.

    Raises
    ------
    StoreError
        If it cannot be written; nothing of it stays.
    """
    run_dir, alive = make_run_dir(home, id)
    try:
        fill_run_dir(home, run_dir, spec, job_meta(spec), staged=staged, copying=copying)
    except BaseException:
        shutil.rmtree(run_dir.path, ignore_errors=True)
        os.close(alive)
        raise
    if staged:
        note_change(home, run_dir.id)  # which wakes queues
    return run_dir, alive


def prepare_in_folder(
    home: Home,
    spec: RunSpec,
    folder: str,
    *,
    copying: Callable[[], AbstractContextManager[None]] = contextlib.nullcontext,
) -> RunDir:
    """Make the directory of a run in a folder of the user, which may be there and empty; it is not in Guild home.

    Raises
    ------
    StoreError
        If it cannot be written, or there is something in it; nothing is changed.
    """
    run_dir = RunDir(folder)
    if os.path.isdir(folder) and os.listdir(folder):
        raise StoreError(f"cannot stage a run in {folder!r}: there are files in it; name a new or an empty folder")
    try:
        os.makedirs(folder, exist_ok=True)
        for inner in (run_dir.guild, run_dir.attrs, run_dir.job, run_dir.tmp):
            os.mkdir(inner)
    except OSError as error:
        raise StoreError(f"cannot stage a run in {folder!r}: {error.strerror}") from error
    try:
        fill_run_dir(home, run_dir, spec, job_meta(spec), staged=True, copying=copying)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return run_dir


def make_run_dir(home: Home, id: str | None = None) -> tuple[RunDir, int]:  # noqa: A002 - the word of the field
    """Make the empty directory of a run; return it with the descriptor that holds its ``alive`` lock.

    Raises
    ------
    StoreError
        If it cannot be made; nothing of it stays.
    RunStateError
        If there is a run of that id.
    """
    run_dir = home.run_dir(id or uuid.uuid4().hex)
    with _naming_the_home(home):
        try:
            os.mkdir(run_dir.path)
        except FileExistsError as error:
            raise RunStateError(f"there is a run {run_dir.id} already; give another id") from error
    try:
        with _naming_the_home(home):
            for folder in (run_dir.guild, run_dir.attrs, run_dir.job, run_dir.tmp):
                os.mkdir(folder)
            alive = hold_alive(run_dir)
    except BaseException:
        _remove_empty(run_dir)
        raise
    assert alive is not None, "nobody else knows the id yet"
    return run_dir, alive


def _remove_empty(run_dir: RunDir) -> None:
    """Remove a directory that `make_run_dir` could not finish; rmtree would need a free descriptor."""
    with contextlib.suppress(OSError):
        os.unlink(run_dir.alive)
    for folder in (run_dir.tmp, run_dir.job, run_dir.attrs, run_dir.guild, run_dir.path):
        with contextlib.suppress(OSError):
            os.rmdir(folder)


def fill_run_dir(  # noqa: PLR0913 - a run, and how
    home: Home,
    run_dir: RunDir,
    spec: RunSpec,
    meta: JobMeta,
    *,
    staged: bool = False,
    copying: Callable[[], AbstractContextManager[None]] = contextlib.nullcontext,
    open_program: Callable[[], object] = lambda: None,
) -> None:
    """Write all files of a run into its directory; after an error the caller removes the directory.

    `open_program` is called as soon as all files of its program are written. `copying` is entered while files of
    dependencies are copied, which may take long.
    """
    spec = set_flags_in_script(spec)
    with _naming_the_home(home):
        _write_program(home, run_dir, spec, meta)
        if not spec.dependencies:  # modules of its source may read them when they are imported
            open_program()
        for name, value in _attrs(run_dir, spec).items():
            write_new_file(run_dir.attr(name), value if isinstance(value, bytes) else encode_attr(value))
        if spec.requires:
            write_new_file(run_dir.requires, encode_requires(spec.requires))
        if staged:  # Guild AI's queues start the oldest run first
            write_new_file(run_dir.attr("started"), encode_attr(time.time_ns() // 1000))
        with copying() if spec.dependencies else contextlib.nullcontext():
            placed = place_dependencies(run_dir, spec.dependencies)
        write_new_file(run_dir.manifest, format_manifest([*_manifest(spec), *placed]).encode())
        (set_staged if staged else set_pending)(run_dir)
        write_file(run_dir, run_dir.opref, str(spec.opref).encode("utf-8", "backslashreplace"))


@contextlib.contextmanager
def _naming_the_home(home: Home) -> Iterator[None]:
    try:
        yield
    except StoreError:
        raise
    except OSError as error:
        raise StoreError(f"cannot make a run in {home.path!r}: {error.strerror or error}") from error


def _write_program(home: Home, run_dir: RunDir, spec: RunSpec, meta: JobMeta) -> None:
    if spec.packed is not None:
        write_buffers(home, run_dir, spec.packed.buffers)
        if spec.packed.setup:
            write_new_file(run_dir.setup, spec.packed.setup)
        write_new_file(run_dir.payload, spec.packed.payload)
    for path, content in job_files(run_dir, meta):
        write_new_file(path, content)
    flags = {**_recorded(spec, spec.flags), **dependency_flags(spec.dependencies, spec.flags)}
    write_new_file(run_dir.attr("flags"), encode_attr(flags))
    _write_source(run_dir, spec)


def _attrs(run_dir: RunDir, spec: RunSpec) -> dict[str, object]:
    values: dict[str, object] = {
        "id": run_dir.id,
        "initialized": time.time_ns() // 1000,
        "user_flags": {**_recorded(spec, spec.user_flags), **explicit_flags(spec.dependencies, spec.flags)},
        "label": spec.label,
        "op": _op(spec),
        DEPS: encode_deps(run_dir, spec.dependencies),
        "cmd": [sys.executable, run_dir.main],
        **_recorded_env(spec),
        "run_params": dict(spec.run_params),
        "random_seed": spec.random_seed,
        "host": host_name(),
        "user": user_name(),
    }
    if origin := encode_origin(spec.origin):
        values[ORIGIN] = origin
    if spec.source.digest:
        values["sourcecode_digest"] = spec.source.digest
    if spec.dependencies:
        values[DEPENDENCIES] = encode_reasons(spec.dependencies)
    if isinstance(spec.program, StepsProgram):
        values["steps"] = [{"name": step.name, "run": describe_step(step)} for step in spec.program.steps]
    if spec.tags:
        values["tags"] = sorted(spec.tags)
    if spec.comment:
        about = {"user": user_name(), "host": host_name(), "time": time.time_ns() // 1000}
        values["comments"] = [{**about, "body": spec.comment}]
    if spec.resources:
        values["resources"] = dict(spec.resources)
    if spec.compare:
        values["compare"] = list(spec.compare)
    return values


def _recorded(spec: RunSpec, flags: Flags) -> Flags:
    """Return flags as they are recorded; those of a function, which Guild AI cannot run itself, may be lists."""
    return as_recorded(flags, spec.flag_defs) if spec.program.is_file else flags


def _op(spec: RunSpec) -> dict[str, object]:
    """Return the command by which Guild AI 0.9.0 starts or restarts the run: this interpreter and ``main.py``."""
    return {
        "op-cmd": {
            "cmd-args": [sys.executable, ".guild/job/main.py"],
            "cmd-env": _op_env(spec),
            "cmd-flags": _op_flags(spec.flag_defs),
            "flags-dest": "args",
        },
        "deps": [],
        "sourcecode": {"dest": spec.source.dest},
        "label-template": _label_template(spec),
        "output-scalars": guild_patterns(spec.output_scalars),
    }


def _op_env(spec: RunSpec) -> dict[str, str]:
    secrets = secret_names(spec)
    return {name: text for name, text in (spec.command.env if spec.command else {}).items() if name not in secrets}


def _op_flags(definitions: Iterable[FlagDef]) -> dict[str, object]:
    """Return how Guild AI passes flags in the environment."""
    return {each.name: {"env-name": each.env_name} for each in definitions if each.env_name}


def _label_template(spec: RunSpec) -> str | None:
    flags = _recorded(spec, spec.flags)
    if spec.command is not None and spec.command.label and spec.label == fill_label(spec.command.label, flags):
        return spec.command.label
    if spec.label_template is not None and "${" in spec.label_template:
        return spec.label_template
    is_made = spec.label == default_label(flags) or isinstance(spec.program, BatchProgram)  # of the flags of its trials
    return None if is_made else spec.label


def _recorded_env(spec: RunSpec) -> Mapping[str, bytes]:
    secrets = spec.command.env_secrets if spec.command else ()
    env = {**spec.env, **spec.command_env}
    return _env_attrs(tuple(env.items()), tuple(spec.command_env), secrets)


@lru_cache(maxsize=8)  # runs of one session share an environment
def _env_attrs(
    env: tuple[tuple[str, str], ...], declared: tuple[str, ...], secrets: tuple[str, ...]
) -> Mapping[str, bytes]:
    found = recorded_env(dict(env), declared, secrets)
    return {"env": encode_attr(dict(found.values)), UNRECORDED: encode_attr(list(found.other_names))}


def _write_source(run_dir: RunDir, spec: RunSpec) -> None:
    made = {run_dir.path}
    own = {os.path.normpath(file.path): file.content for file in spec.files}
    copied = {os.path.normpath(os.path.join(spec.source.dest, file.path)): file.content for file in spec.source.files}
    for name, content in {**copied, **own}.items():
        path = os.path.join(run_dir.path, name)
        folder = os.path.dirname(path)
        if folder not in made:
            make_folders(folder, inside=run_dir.path)
            made.add(folder)
        write_new_file(path, content)
    for link in spec.source.links:
        path = os.path.join(run_dir.path, spec.source.dest, link.path)
        make_folders(os.path.dirname(path), inside=run_dir.path)
        if not os.path.lexists(path):
            os.symlink(link.origin, path)


def _manifest(spec: RunSpec) -> list[ManifestEntry]:
    own = {os.path.normpath(file.path): file for file in spec.files}
    paths = ((os.path.normpath(os.path.join(spec.source.dest, file.path)), file) for file in spec.source.files)
    sources = [
        ManifestEntry.source(path=path, content=file.content, origin=_origin(file, spec.project_dir))
        for path, file in paths
        if path not in own
    ]
    links = [
        ManifestEntry(
            kind="i", path=os.path.normpath(os.path.join(spec.source.dest, link.path)), origin=(f"file:{link.origin}",)
        )
        for link in spec.source.links
    ]
    return [*sources, *links, *(_made_file(path, file) for path, file in own.items())]


def _origin(file: SourceFile, project_dir: str) -> str:
    """Return the path of a file in the project, as Guild AI writes it; for a file from elsewhere that in the snapshot.

    An absolute path would make ``guild merge`` write over the file that the copy was made of.
    """
    if not file.origin or file.origin == f"{project_dir}/{file.path}":  # as nearly all are
        return file.path
    path = os.path.relpath(file.origin, project_dir)
    return file.path if path.startswith("..") else path


def _made_file(path: str, file: SourceFile) -> ManifestEntry:
    """Describe a file that was made for the run; a script with flags in it stays when dependencies change."""
    return ManifestEntry(kind="i" if file.origin.startswith("flags:") else "d", path=path, origin=(file.origin,))
