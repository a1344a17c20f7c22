"""Where the index of a home is: in the user's cache directory of this machine, never in the home.

SQLite relies on locks that not every network file system has, so an index there could be damaged by two machines; each
machine has its own.

Beside each index stands the path of its home, in the file ``home``. One whose home is not there, and that was
not used for a month, is removed when another index is made; should the home come back, its index is built anew.
"""

from __future__ import annotations

import os
import stat
import time
from _blake2 import blake2b  # hashlib, without loading OpenSSL

from guild_ipy.linux import list_mounts
from guild_ipy.store.files.regular_file import open_regular, read_regular
from guild_ipy.store.guild_home import Home

_HOME_FILE = "home"
_MONTH_SECONDS = 30 * 86_400
_NETWORK = frozenset(
    "9p afs afpfs beegfs ceph cifs coda davfs fuse.cephfs fuse.davfs fuse.gcsfuse fuse.glusterfs fuse.juicefs"
    " fuse.s3fs fuse.sshfs glusterfs gpfs lustre ncpfs nfs nfs4 orangefs panfs pvfs2 smb3 smbfs wekafs".split()
)


def find_folder(home: Home, cache_dir: str) -> str:
    """Return the folder for the index of a home, which need not exist.

    Raises
    ------
    OSError
        If there is no place on this machine that only the user can write to.
    """
    root = _private_folder() if _is_shared(cache_dir) else cache_dir
    return f"{root}/index/{home_key(home)}"


def home_key(home: Home) -> str:
    """Name a home by its resolved path and its device."""
    path = os.path.realpath(home.path)
    try:
        device = os.stat(path).st_dev
    except OSError:
        device = 0
    return blake2b(f"{device} {path}".encode("utf-8", "surrogateescape"), digest_size=12).hexdigest()


def note_home(folder: str, home: Home) -> None:
    """Write into the folder of an index which home it is of, if that can be written."""
    try:
        descriptor = open_regular(f"{folder}/{_HOME_FILE}", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        with os.fdopen(descriptor, "wb") as file:
            file.write(os.fsencode(os.path.realpath(home.path)))
    except OSError:
        return


def remove_orphans(root: str) -> None:
    """Remove the indexes in a folder of indexes whose homes have been gone for a while."""
    try:
        folders = [entry.path for entry in os.scandir(root) if entry.is_dir(follow_symlinks=False)]
    except OSError:
        return
    import shutil  # start-up cost: only a new index gets here

    for folder in folders:
        if _is_orphan(folder):
            shutil.rmtree(folder, ignore_errors=True)


# -- details


def _is_orphan(folder: str) -> bool:
    try:
        home = os.fsdecode(read_regular(f"{folder}/{_HOME_FILE}"))
        last = max(entry.stat(follow_symlinks=False).st_mtime for entry in os.scandir(folder))
    except OSError:
        return False
    return bool(home) and not os.path.exists(home) and time.time() - last > _MONTH_SECONDS


def _is_shared(path: str) -> bool:
    """Return whether a path is on a file system that other machines may write to."""
    path = os.path.realpath(path)
    best, kind = "", ""
    for point, name in list_mounts():
        inside = path == point or path.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= len(best):
            best, kind = point, name
    return kind in _NETWORK


def _private_folder() -> str:
    import tempfile  # start-up cost: few homes need one

    path = f"{tempfile.gettempdir()}/guild_ipy-{os.getuid()}"
    os.makedirs(path, mode=0o700, exist_ok=True)
    info = os.lstat(path)
    if not stat.S_ISDIR(info.st_mode) or info.st_uid != os.getuid() or stat.S_IMODE(info.st_mode) & 0o077:
        raise PermissionError(f"{path!r} is not private")
    return path
