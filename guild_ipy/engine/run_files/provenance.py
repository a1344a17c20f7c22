"""Records where a run was made: platform, installed packages, commit of the project.

The supervisor writes it while the run goes on. Packages and platform are read once for each fork server, git is asked
once for each state of a work tree.
"""

from __future__ import annotations

import contextlib
import getpass
import hashlib
import os
import platform
import socket
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from itertools import islice
from operator import attrgetter

from guild_ipy.errors import GuildError
from guild_ipy.store.files import attrs
from guild_ipy.store.files.folders import make_folders
from guild_ipy.store.files.whole_file import read_bytes, write_file, write_new_file
from guild_ipy.store.run_dir import RunDir

_GIT_SECONDS = 20
#: Looking at the files of a larger tree takes as long as asking git.
_MOST_FILES = 2000


def record_packages(run_dir: RunDir) -> None:
    """Write the attributes ``platform`` and ``pip_freeze``."""
    with contextlib.suppress(GuildError):  # a full disk: the run goes on without them
        write_file(run_dir, run_dir.attr("platform"), platform_text())
        write_file(run_dir, run_dir.attr("pip_freeze"), packages_text())


def record_commit(run_dir: RunDir, project_dir: str, cache_dir: str, *, may_ask: bool = True) -> bool:
    """Write the attribute ``vcs_commit`` in a git work tree; False if git must be asked, and may not.

    Answers of git are kept in `cache_dir`.
    """
    root = _find_work_tree(project_dir) if project_dir else None
    if root is None:
        return True
    commit = _recall(root, cache_dir)
    if commit is None and not may_ask:
        return False
    with contextlib.suppress(GuildError):  # as above
        commit = commit or find_commit(root, cache_dir)
        if commit:
            attrs.write_attr(run_dir, "vcs_commit", commit)
    return True


@cache
def platform_text() -> bytes:
    """Return the attribute ``platform``, encoded."""
    values = {
        "architecture": " ".join(filter(None, platform.architecture())),
        "cpus": os.cpu_count(),
        "processor": platform.machine(),
        "python_version": sys.version.replace("\n", ""),
        "uname": " ".join(platform.uname()),
    }
    return attrs.encode_attr(values)


@cache
def packages_text() -> bytes:
    """Return the attribute ``pip_freeze``, encoded: ``name==version`` of each distribution on ``sys.path``.

    Names and versions are those of the ``.dist-info`` folders, so that no file is opened.
    """
    found: dict[str, str] = {}
    for folder in sys.path:
        with contextlib.suppress(OSError):
            for name in os.listdir(folder or "."):
                stem, dot, kind = name.rpartition(".")
                if kind in {"dist-info", "egg-info"} and dot and "-" in stem:
                    package, _, rest = stem.partition("-")
                    found.setdefault(package.replace("_", "-"), rest.partition("-py")[0])
    return attrs.encode_attr([f"{package}=={found[package]}" for package in sorted(found, key=str.lower)])


@cache
def user_name() -> str:
    """Return the name of the user; empty if the system knows none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""


@cache
def host_name() -> str:
    """Return the name of this machine."""
    return socket.gethostname()


def find_commit(project_dir: str, cache_dir: str) -> str | None:
    """Find the commit of a git work tree, with ``*`` after it when files differ from it; None without git."""
    root = _find_work_tree(project_dir)
    if root is None:
        return None
    return _recall(root, cache_dir) or _ask_and_remember(root, cache_dir)


def _find_work_tree(folder: str) -> str | None:
    while not os.path.exists(f"{folder}/.git"):
        parent = os.path.dirname(folder)
        if parent == folder:
            return None
        folder = parent
    return folder


def _recall(root: str, cache_dir: str) -> str | None:
    """Return the answer of git for this state of the tree, if it was asked."""
    try:
        remembered = read_bytes(_memory_path(root, cache_dir))
    except GuildError:
        return None
    if remembered is None:
        return None
    state, _, commit = remembered.decode("utf-8", "replace").partition(" ")
    return commit if state == _state_key(root) else None


def _ask_and_remember(root: str, cache_dir: str) -> str | None:
    state, commit = _state_key(root), _ask_git(root)
    if state is not None and commit is not None:
        path = _memory_path(root, cache_dir)
        with contextlib.suppress(OSError, GuildError):
            home = os.path.dirname(os.path.dirname(cache_dir))
            make_folders(os.path.dirname(path), inside=home)
            write_new_file(f"{path}.{os.getpid()}", f"{state} {commit}".encode())
            os.rename(f"{path}.{os.getpid()}", path)
    return commit


def _memory_path(root: str, cache_dir: str) -> str:
    return f"{cache_dir}/vcs/{_digest(root)}"


def _state_key(root: str) -> str | None:
    """Return a key that changes with the commit, the index and any file; None for a tree too large to look at."""
    seen = [root, *(_stamp(f"{root}/{name}") for name in (".git/HEAD", ".git/index", ".git/logs/HEAD"))]
    seen += islice(_walk(root), _MOST_FILES)
    return None if len(seen) > _MOST_FILES else _digest("\n".join(seen))


def _walk(root: str) -> Iterator[str]:
    """Yield the stamps of files and folders, except those in hidden folders."""
    folders = [root]
    while folders:
        for entry in _list(folders.pop()):
            if entry.is_dir(follow_symlinks=False):
                if entry.name.startswith("."):
                    continue
                folders.append(entry.path)
            try:
                state = entry.stat(follow_symlinks=False)
            except OSError:  # it is gone again
                continue
            yield _describe(entry.path, state)


def _list(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=attrgetter("name"))
    except OSError:
        return []


def _stamp(path: str) -> str:
    try:
        state = os.stat(path, follow_symlinks=False)
    except OSError:
        return f"{path} -"
    return _describe(path, state)


def _describe(path: str, state: os.stat_result) -> str:
    return f"{path} {state.st_mtime_ns} {state.st_size} {state.st_ino}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def _ask_git(root: str) -> str | None:
    try:
        commit = _git(root, "rev-parse", "HEAD")
        return commit + "*" if _git(root, "status", "--porcelain") else commit
    except (OSError, subprocess.SubprocessError):
        return None


def _git(root: str, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "--no-optional-locks", "-C", root, *arguments],  # noqa: S607 - git is looked up on PATH, as in a shell
        check=True,
        capture_output=True,
        stdin=subprocess.DEVNULL,
        text=True,
        timeout=_GIT_SECONDS,
    )
    return done.stdout.strip()
