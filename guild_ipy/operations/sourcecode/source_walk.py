"""Walks over the files of a project that can be source, outside environments, caches and runs.

The order is fixed: the files of a folder by name, then its folders by name. Hidden files are included, hidden folders
are not entered (Guild AI 0.9.0). Links to folders are followed, but not in a circle.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import islice

from guild_ipy.domain.secrets import names_secret_file, names_secret_folder

#: How many files and folders the walk visits at most.
MAX_ENTRIES = 20_000
#: A folder below the root with more entries is data, and is skipped.
MAX_FOLDER = 1000
#: How many files and folders are visited through links to folders, which may lead to a whole disk.
MAX_LINKED = 5000

_SKIPPED_DIRS = frozenset({"__pycache__", "build", "dist", "node_modules"})
#: Hidden folders of tools, which users do not expect in a run.
_TOOL_FOLDERS = re.compile(
    r"\.(git|hg|svn|jj|github|gitlab|circleci|vscode|idea|devcontainer|env|.*venv.*|tox|nox|eggs|pixi|direnv"
    r"|.*cache|ipynb_checkpoints|virtual_documents|jupyter|ipython|guild|hypothesis|dvc|ds_store|trash.*|nfs.*"
    r"|local|npm|conda|mamba|cargo|rustup|nv|cursor.*|vscode-server|terraform|import_linter_cache)",
    re.IGNORECASE,
)
#: Files that mark a work tree of git, which a run is not.
_NO_SOURCE = frozenset({".git", ".DS_Store"})
#: File systems of the kernel.
_NO_DISK = ("/proc", "/sys", "/dev")
#: Files with these endings are not opened.
_BINARY = re.compile(
    r"\.(7z|a|arrow|avif?|bin|bmp|bz2|ckpt|db|dll|dylib|egg|exe|feather|flac|gif|gz|h5|hdf5|heic|ico|jar|jpe?g|joblib"
    r"|keras|mkv|mov|mp[34]|np[yz]|o|og[gv]|onnx|parquet|pdf|pickle|pkl|png|pth?|py[cdo]|rar|safetensors|so|sqlite3?"
    r"|tar|tgz|tiff?|ttf|wav|web[mp]|whl|woff2?|xlsx?|xz|zip|zst)\Z",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class FoundFile:
    """A file that may be source."""

    path: str
    """From the root of the walk, ``/``-separated."""
    full_path: str
    stat: os.stat_result


@dataclass(frozen=True, kw_only=True)
class _Folder:
    """A folder that is entered."""

    path: str
    """From the root of the walk, with a slash at its end; empty for the root."""
    is_linked: bool = False
    """Whether there is a link on the way."""


class SourceWalk:
    """One walk over a project; afterwards it knows what it left out.

    Parameters
    ----------
    root
        The folder where the walk begins, without symbolic links in its path. It is walked whatever it is.
    excluded
        Folders that are not entered, whatever path leads to them.
    """

    def __init__(self, root: str, excluded: Collection[str] = ()) -> None:
        self.root = root
        self.unreadable: list[str] = []
        self.crowded: list[str] = []
        """Folders that were skipped for their size and have other files than binary ones."""
        self.hidden: list[str] = []
        """Hidden folders, except those of tools."""
        self.circles: list[str] = []
        """Links to folders that contain them."""
        self.binary: list[str] = []
        """Files that are not text, as their names tell."""
        self.secrets: list[str] = []
        """Files and folders that hold secrets."""
        self._excluded = frozenset(map(_identify, excluded))
        self._excluded_inodes = {identity[1] for identity in self._excluded if identity is not None}
        self._left = MAX_ENTRIES
        self._left_linked = MAX_LINKED

    @property
    def is_cut(self) -> bool:
        """Whether there were more files and folders than the walk visits."""
        return self._left <= 0

    @property
    def is_link_cut(self) -> bool:
        """Whether there were more files and folders through links than the walk visits."""
        return self._left_linked <= 0

    def __iter__(self) -> Iterator[FoundFile]:
        folders = [_Folder(path="")]
        while folders and self._left > 0:
            folder = folders.pop()
            entries = self._read_dir(folder)
            if folder.path and _is_foreign(f"{self.root}/{folder.path}", {entry.name for entry in entries}):
                continue
            ordered = self._set_secrets_aside(sorted(entries, key=lambda entry: entry.name), folder.path)
            for entry in ordered:
                found = self._look_at(entry, folder.path)
                if found is not None:
                    yield found
            folders += [inner for entry in reversed(ordered) if (inner := self._enter(entry, folder)) is not None]

    def _read_dir(self, folder: _Folder) -> list[os.DirEntry[str]]:
        limit = min(self._left, MAX_FOLDER + 1) if folder.path else self._left
        if folder.is_linked:
            limit = min(limit, self._left_linked)
        try:
            with os.scandir(f"{self.root}/{folder.path}") as entries:
                found = list(islice(entries, limit))
        except OSError:
            self.unreadable.append(folder.path)
            return []
        self._left -= len(found)
        if folder.is_linked:
            self._left_linked -= len(found)
        if not folder.path or len(found) <= MAX_FOLDER:
            return found
        if not all(_BINARY.search(entry.name) for entry in found):
            self.crowded.append(folder.path)
        return []

    def _set_secrets_aside(self, entries: list[os.DirEntry[str]], folder: str) -> list[os.DirEntry[str]]:
        secret = {entry.name for entry in entries if _holds_secrets(entry)}
        self.secrets += [folder + name for name in sorted(secret)]
        return [entry for entry in entries if entry.name not in secret]

    def _look_at(self, entry: os.DirEntry[str], folder: str) -> FoundFile | None:
        try:
            if entry.name in _NO_SOURCE or not entry.is_file():
                return None
            if _BINARY.search(entry.name):
                self.binary.append(folder + entry.name)
                return None
            return FoundFile(path=folder + entry.name, full_path=entry.path, stat=entry.stat())
        except OSError:  # a link in a circle, or removed since
            return None

    def _enter(self, entry: os.DirEntry[str], folder: _Folder) -> _Folder | None:
        """Return a folder if it is to be entered, and record one that is left out."""
        name, path = entry.name, f"{folder.path}{entry.name}/"
        if name in _SKIPPED_DIRS or name.endswith(".egg-info") or not _is_dir(entry) or self._is_excluded(entry):
            return None
        if name.startswith("."):
            if not _TOOL_FOLDERS.fullmatch(name):
                self.hidden.append(path)
            return None
        if entry.is_symlink() and leads_up(entry.path, self.root):
            self.circles.append(path)
            return None
        return _Folder(path=path, is_linked=folder.is_linked or entry.is_symlink())

    def _is_excluded(self, entry: os.DirEntry[str]) -> bool:
        if not entry.is_symlink() and entry.inode() not in self._excluded_inodes:
            return False
        return _identify(entry.path) in self._excluded


def _holds_secrets(entry: os.DirEntry[str]) -> bool:
    if names_secret_folder(entry.name) and _is_dir(entry):
        return True
    names = {entry.name}
    if entry.is_symlink():
        names.add(os.path.basename(os.path.realpath(entry.path)))
    return any(map(names_secret_file, names)) and not _is_dir(entry)


def _is_dir(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link in a circle
        return False


def leads_up(link: str, root: str) -> bool:
    """Whether a link below `root` leads, perhaps through other links, to a folder that contains it, or to no disk."""
    real = os.path.realpath(link)
    folder = os.path.dirname(link)
    while True:
        if _is_within(os.path.realpath(folder), real):
            return True
        if len(folder) <= len(root):
            return any(_is_within(real, each) for each in _NO_DISK)
        folder = os.path.dirname(folder)


def _is_within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def _is_foreign(path: str, names: set[str]) -> bool:
    """Whether a folder is marked as an environment, as a run, or as not to be copied (``.guild-nocopy``)."""
    if names & {".guild-nocopy", "pyvenv.cfg", "conda-meta"}:
        return True
    markers = {"bin": "activate", "Scripts": "activate", ".guild": "opref"}
    return any(folder in names and os.path.exists(f"{path}{folder}/{file}") for folder, file in markers.items())


def _identify(path: str) -> tuple[int, int] | None:
    """Return device and inode, which identify a folder under all its names; None if it does not exist."""
    try:
        state = os.stat(path)
    except OSError:
        return None
    return state.st_dev, state.st_ino
