"""Replaces several files of a run, all of them or none.

While files are replaced, the folder ``.guild/replaced`` has the earlier ones, and ``index.json``, a list of
``[path, was there]``; the file ``N`` of the folder is that of the N-th entry. The folder appears whole, before the
first file is replaced. Where it is found later, a process was killed meanwhile: :func:`put_back_replaced` undoes what
it did, and so does whoever settles the run.

How the run ended goes with its files, and goes first: no other flags or source ever stand beside the end of a run that
did not have them.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress

from guild_ipy.errors import DamagedRun, StoreError
from guild_ipy.store.files.folders import make_folders
from guild_ipy.store.files.whole_file import read_bytes, write_new_file
from guild_ipy.store.run_dir import RunDir
from guild_ipy.store.state.lock import hold_alive

_INDEX = "index.json"


def replace_files(run_dir: RunDir, new: Mapping[str, str], removed: Collection[str]) -> None:
    """Move files to places in a run, and remove others; how it ended is removed with them.

    The caller has claimed the run.

    Parameters
    ----------
    new
        Path in the run -> the file that is moved there, in the same file system.
    removed
        Paths in the run.

    Raises
    ------
    StoreError
        If that cannot be done; the files of the run are as they were.
    """
    ends = (os.path.relpath(path, run_dir.path) for path in (run_dir.job_exit_status, run_dir.attr("exit_status")))
    ended = [path for path in ends if os.path.exists(os.path.join(run_dir.path, path))]
    paths = [*ended, *new, *(path for path in removed if path not in new)]
    try:
        _save(run_dir, paths)
        try:
            for path in paths:
                _replace(run_dir, path, new.get(path))
        except BaseException:
            _put_back(run_dir)
            raise
        _drop(run_dir)
    except OSError as error:
        raise StoreError(f"cannot replace files of run {run_dir.short_id}: {error.strerror or error}") from error


@contextmanager
def made_aside(run_dir: RunDir) -> Iterator[str]:
    """Make an empty folder for new files, in the file system of the run, and remove it at the end.

    Raises
    ------
    StoreError
        If it cannot be made.
    """
    try:
        make_folders(run_dir.tmp, inside=run_dir.path)
        path = tempfile.mkdtemp(prefix="new-", dir=run_dir.tmp)
    except OSError as error:
        raise StoreError(f"cannot write in {run_dir.tmp!r}: {error.strerror or error}") from error
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def put_back_replaced(run_dir: RunDir) -> None:
    """Put the files back that a killed process was about to replace, in a run and in its prototype if it is a batch.

    Nothing is done if there are none, and while another process has claimed the run.

    Raises
    ------
    DamagedRun, StoreError
        If they cannot be put back.
    """
    alive = hold_alive(run_dir) if _unfinished(run_dir) else None
    if alive is None:
        return
    try:
        put_back_claimed(run_dir)
    finally:
        os.close(alive)


def put_back_claimed(run_dir: RunDir) -> None:
    """Do that for a run that the caller has claimed; the errors are the same."""
    try:
        for each in _unfinished(run_dir):
            _put_back(each)
    except OSError as error:
        raise StoreError(f"cannot put the files of run {run_dir.short_id} back: {error.strerror or error}") from error


def _unfinished(run_dir: RunDir) -> list[RunDir]:
    return [each for each in (run_dir, RunDir(run_dir.proto)) if os.path.exists(each.replaced)]


def _save(run_dir: RunDir, paths: Collection[str]) -> None:
    """Keep the files that are at these places now."""
    aside = f"{run_dir.tmp}/replaced"
    shutil.rmtree(aside, ignore_errors=True)  # of a process that was killed
    make_folders(aside, inside=run_dir.guild)
    try:
        entries = []
        for number, path in enumerate(paths):
            place = os.path.join(run_dir.path, path)
            entries.append([path, os.path.lexists(place)])
            if os.path.lexists(place):
                _link_or_copy(place, f"{aside}/{number}")
        write_new_file(f"{aside}/{_INDEX}", json.dumps(entries).encode())
        os.rename(aside, run_dir.replaced)
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise


def _link_or_copy(source: str, target: str) -> None:
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:  # no hard links here, or too many; or a folder is there, which cannot be copied either
        shutil.copy2(source, target, follow_symlinks=False)


def _replace(run_dir: RunDir, path: str, new: str | None) -> None:
    place = os.path.join(run_dir.path, path)
    if new is not None:
        make_folders(os.path.dirname(place), inside=run_dir.path)
        os.rename(new, place)
        return
    with suppress(FileNotFoundError):
        os.unlink(place)
    _remove_empty(os.path.dirname(place), run_dir)


def _put_back(run_dir: RunDir) -> None:
    """Undo what was done; this can be interrupted and done again."""
    for number, (path, was_there) in enumerate(_read_index(run_dir)):
        place, kept = os.path.join(run_dir.path, path), f"{run_dir.replaced}/{number}"
        if not was_there:
            with suppress(FileNotFoundError, NotADirectoryError):
                os.unlink(place)
            _remove_empty(os.path.dirname(place), run_dir)
        elif os.path.lexists(kept):
            make_folders(os.path.dirname(place), inside=run_dir.path)
            os.rename(kept, place)
    _drop(run_dir)


def _read_index(run_dir: RunDir) -> list[tuple[str, bool]]:
    path = f"{run_dir.replaced}/{_INDEX}"
    try:
        return [(str(place), bool(was_there)) for place, was_there in json.loads(read_bytes(path) or b"")]
    except (ValueError, TypeError) as error:
        raise DamagedRun(path, str(error)) from error


def _drop(run_dir: RunDir) -> None:
    """Let the folder disappear at once, and remove it then."""
    aside = f"{run_dir.tmp}/replaced"
    make_folders(run_dir.tmp, inside=run_dir.guild)
    shutil.rmtree(aside, ignore_errors=True)
    os.rename(run_dir.replaced, aside)
    shutil.rmtree(aside, ignore_errors=True)


def _remove_empty(folder: str, run_dir: RunDir) -> None:
    """Remove a folder, and those around it, as far as they are empty."""
    while len(folder) > len(run_dir.path):
        try:
            os.rmdir(folder)
        except OSError:
            return
        folder = os.path.dirname(folder)
