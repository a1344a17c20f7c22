"""Where a run was made: platform, installed packages, commit of the project.

All of it is written by the supervisor while the run goes on, and costs the run nothing: packages and platform are
read once for each fork server, git is asked once for each state of a work tree.
"""

from __future__ import annotations

import contextlib
import getpass
import hashlib
import os
import platform
import re
import socket
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from urllib.parse import urlsplit

from guild_ipy.errors import GuildError
from guild_ipy.store import attrs
from guild_ipy.store.run_dir import RunDir
from guild_ipy.store.whole_file import read_bytes, write_file, write_new_file

_GIT_SECONDS = 20
_SECRET_NAME = re.compile(r"password|passwd|token|secret|credential|api_?key|private_?key|access_?key", re.IGNORECASE)
_SECRET_VALUE = re.compile(r"^(gh[pousr]_|github_pat_|glpat-|xox[abprs]-|sk-|hf_|AKIA[0-9A-Z]{12}|eyJ[\w-]+\.eyJ)")


def record_environment(run_dir: RunDir, project_dir: str, cache_dir: str) -> None:
    """Write the attributes ``platform``, ``pip_freeze`` and, in a git work tree, ``vcs_commit``.

    `cache_dir` is where answers of git are remembered.
    """
    with contextlib.suppress(GuildError):  # a full disk: the run itself is worth more than its surroundings
        write_file(run_dir, run_dir.attr("platform"), platform_text())
        write_file(run_dir, run_dir.attr("pip_freeze"), packages_text())
        commit = find_commit(project_dir, cache_dir) if project_dir else None
        if commit:
            attrs.write_attr(run_dir, "vcs_commit", commit)


@cache
def platform_text() -> bytes:
    """Give the attribute ``platform``, encoded."""
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
    """Give the attribute ``pip_freeze``, encoded: ``name==version`` of each distribution on ``sys.path``.

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
    """Give the name of the user, or nothing where the system knows none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""


@cache
def host_name() -> str:
    """Give the name of this machine."""
    return socket.gethostname()


def safe_env(env: Mapping[str, str]) -> dict[str, str]:
    """Leave out what looks like a secret, by its name or by its value."""
    return {name: value for name, value in env.items() if not _is_secret(name, value)}


def _is_secret(name: str, value: str) -> bool:
    if _SECRET_NAME.search(name) or _SECRET_VALUE.match(value):
        return True
    if "://" not in value:
        return False
    try:
        return bool(urlsplit(value).password)
    except ValueError:
        return True


def find_commit(project_dir: str, cache_dir: str) -> str | None:
    """Find the commit of a git work tree, with ``*`` behind it when files differ from it; None without git."""
    root = _work_tree(project_dir)
    if root is None:
        return None
    remembered = f"{cache_dir}/vcs/{_state_key(root)}"
    known = read_bytes(remembered)
    if known is not None:
        return known.decode()
    commit = _ask_git(root)
    with contextlib.suppress(OSError, GuildError):
        os.makedirs(os.path.dirname(remembered), exist_ok=True)
        write_new_file(f"{remembered}.{os.getpid()}", (commit or "").encode())
        os.rename(f"{remembered}.{os.getpid()}", remembered)
    return commit


def _work_tree(folder: str) -> str | None:
    while not os.path.exists(f"{folder}/.git"):
        parent = os.path.dirname(folder)
        if parent == folder:
            return None
        folder = parent
    return folder


def _state_key(root: str) -> str:
    """Give a key that changes with the commit, the index, and the files at the top and one folder below."""
    seen = [root]
    seen += [_stamp(f"{root}/{name}") for name in (".git/HEAD", ".git/index", ".git/logs/HEAD")]
    with contextlib.suppress(OSError):
        for entry in sorted(os.scandir(root), key=lambda e: e.name):
            if not entry.name.startswith("."):
                seen.append(_stamp(entry.path))
                if entry.is_dir(follow_symlinks=False):
                    seen += [_stamp(inner.path) for inner in sorted(os.scandir(entry.path), key=lambda e: e.name)]
    return hashlib.sha256("\n".join(seen).encode("utf-8", "surrogateescape")).hexdigest()


def _stamp(path: str) -> str:
    try:
        state = os.stat(path, follow_symlinks=False)
    except OSError:
        return f"{path} -"
    return f"{path} {state.st_mtime_ns} {state.st_size} {state.st_ino}"


def _ask_git(root: str) -> str | None:
    try:
        commit = _git(root, "rev-parse", "HEAD")
        return commit + "*" if _git(root, "status", "--porcelain") else commit
    except (OSError, subprocess.SubprocessError):
        return None


def _git(root: str, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "--no-optional-locks", "-C", root, *arguments],  # noqa: S607 - git is found on PATH as the user's shell does
        check=True,
        capture_output=True,
        stdin=subprocess.DEVNULL,
        text=True,
        timeout=_GIT_SECONDS,
    )
    return done.stdout.strip()
