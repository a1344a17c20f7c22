"""Which files of a project can be source: a walk that stays out of environments, caches and runs.

Files come in a fixed order: those of a folder by name, then its folders by name.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import islice

#: How many files and folders are looked at before the walk ends.
MAX_ENTRIES = 20_000
#: A folder below the root with more than this is data, and left alone.
MAX_FOLDER = 1000

_SKIPPED_DIRS = frozenset({"__pycache__", "build", "dist", "node_modules"})
#: Names that end so are not even opened.
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


class SourceWalk:
    """One walk over a project; afterwards it knows what it could not look at.

    Parameters
    ----------
    root
        Where to begin, without symbolic links in it. It is walked whatever it is.
    excluded
        Folders not to enter, by whatever names they are met.
    """

    def __init__(self, root: str, excluded: Collection[str] = ()) -> None:
        self.root = root
        self.unreadable: list[str] = []
        self.crowded: list[str] = []
        """Folders that were left alone for their size and hold more than binary files."""
        self._excluded = frozenset(map(_identify, excluded))
        self._excluded_inodes = {identity[1] for identity in self._excluded if identity is not None}
        self._left = MAX_ENTRIES

    @property
    def is_cut(self) -> bool:
        """Whether there were more files and folders than the walk looks at."""
        return self._left <= 0

    def __iter__(self) -> Iterator[FoundFile]:
        folders = [""]
        while folders and not self.is_cut:
            folder = folders.pop()
            entries = self._read_dir(folder)
            if folder and _is_foreign(f"{self.root}/{folder}", {entry.name for entry in entries}):
                continue
            visible = sorted((e for e in entries if not e.name.startswith(".")), key=lambda e: e.name)
            for entry in visible:
                found = self._look_at(entry, folder)
                if found is not None:
                    yield found
            folders += [f"{folder}{e.name}/" for e in reversed(visible) if self._is_entered(e)]

    def _read_dir(self, folder: str) -> list[os.DirEntry[str]]:
        limit = min(self._left, MAX_FOLDER + 1) if folder else self._left
        try:
            with os.scandir(f"{self.root}/{folder}") as entries:
                found = list(islice(entries, limit))
        except OSError:
            self.unreadable.append(folder)
            return []
        self._left -= len(found)
        if not folder or len(found) <= MAX_FOLDER:
            return found
        if not all(_BINARY.search(entry.name) for entry in found):
            self.crowded.append(folder)
        return []

    def _look_at(self, entry: os.DirEntry[str], folder: str) -> FoundFile | None:
        if _BINARY.search(entry.name):
            return None
        try:
            if not entry.is_file():
                return None
            return FoundFile(path=folder + entry.name, full_path=entry.path, stat=entry.stat())
        except OSError:  # a link in a circle, or gone since
            return None

    def _is_entered(self, entry: os.DirEntry[str]) -> bool:
        name = entry.name
        if name in _SKIPPED_DIRS or name.endswith(".egg-info") or not entry.is_dir(follow_symlinks=False):
            return False
        return entry.inode() not in self._excluded_inodes or _identify(entry.path) not in self._excluded


def _is_foreign(path: str, names: set[str]) -> bool:
    """Whether a folder says that it is an environment, a run, or not to be copied (``.guild-nocopy``)."""
    if names & {".guild-nocopy", "pyvenv.cfg", "conda-meta"}:
        return True
    markers = {"bin": "activate", "Scripts": "activate", ".guild": "opref"}
    return any(folder in names and os.path.exists(f"{path}{folder}/{file}") for folder, file in markers.items())


def _identify(path: str) -> tuple[int, int] | None:
    """Give what a folder is known by under all its names: device and inode; None if it is not there."""
    try:
        state = os.stat(path)
    except OSError:
        return None
    return state.st_dev, state.st_ino
