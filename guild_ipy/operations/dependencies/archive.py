"""Unpacking archives that a dependency names: into a folder of the cache, by content, and nothing outside it."""

from __future__ import annotations

import hashlib
import lzma
import os
import shutil
import stat
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Iterator

from guild_ipy.errors import StoreError

_ENDINGS = (".zip", ".tar", ".tgz", ".tar.gz", ".tar.bz2", ".tar.xz")
#: What reading an archive raises that is damaged, encrypted, or holds what is refused.
_WRONG = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
)


def is_archive(path: str) -> bool:
    """Whether a file is, by its name, an archive that can be unpacked."""
    return path.lower().endswith(_ENDINGS)


def unpack_archive(path: str, cache: str) -> str:
    """Unpack an archive, unless that was done before; the folder.

    Only plain files and folders are taken; links, devices and names that lead out of the folder are refused.

    Raises
    ------
    StoreError
        If it cannot be unpacked, or holds what is refused; nothing of it stays.
    """
    with open(path, "rb") as file:
        digest = hashlib.file_digest(file, "sha224").hexdigest()
    folder = os.path.join(cache, digest)
    if os.path.isdir(folder):
        return folder
    os.makedirs(cache, exist_ok=True)
    aside = tempfile.mkdtemp(prefix=".unpack-", dir=cache)
    try:
        _unpack(path, aside)
        os.rename(aside, folder)
    except OSError as error:
        if os.path.isdir(folder):  # another process was quicker
            return folder
        raise StoreError(f"cannot unpack {path!r}: {error.strerror or error}") from error
    except _WRONG as error:
        raise StoreError(f"cannot unpack {path!r}: {error}") from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return folder


def _unpack(path: str, folder: str) -> None:
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            for name, is_folder in _zip_members(archive):
                _write(folder, name, None if is_folder else archive.open(name))
        return
    with tarfile.open(path) as archive:
        for member in archive:
            if not (member.isfile() or member.isdir()):
                raise ValueError(f"{member.name!r} is a link or a device")
            _write(folder, member.name, None if member.isdir() else archive.extractfile(member))


def _zip_members(archive: zipfile.ZipFile) -> Iterator[tuple[str, bool]]:
    for member in archive.infolist():
        if stat.S_ISLNK(member.external_attr >> 16):
            raise ValueError(f"{member.filename!r} is a link")
        yield member.filename, member.is_dir()


def _write(folder: str, name: str, content: object) -> None:
    parts = name.replace("\\", "/").strip("/").split("/")
    if name.startswith(("/", "\\")) or ".." in parts:
        raise ValueError(f"{name!r} leads out of the archive")
    target = os.path.join(folder, *parts)
    if content is None:
        os.makedirs(target, exist_ok=True)
        return
    os.makedirs(os.path.dirname(target), exist_ok=True)
    with content as source, open(target, "xb") as file:  # type: ignore[attr-defined] # a readable file of the archive
        shutil.copyfileobj(source, file)
