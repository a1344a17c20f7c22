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
from collections.abc import Callable
from functools import partial
from typing import IO

from guild_ipy.errors import StoreError

_ENDINGS = (".zip", ".tar", ".tgz", ".tar.gz", ".tar.bz2", ".tar.xz")
_CHUNK_BYTES = 2**20
#: What reading an archive raises that is damaged, encrypted, or holds what is refused.
_WRONG = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    RuntimeError,  # NotImplementedError, for a compression that is not there, is one
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
        why = str(error).partition("\n")[0].rstrip(":")  # the rest is what each way of reading it says
        raise StoreError(f"cannot unpack {path!r}: {why}") from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return folder


def _unpack(path: str, folder: str) -> None:
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            _unpack_zip(archive, folder)
    else:
        with tarfile.open(path) as tar:
            _unpack_tar(tar, folder)


def _unpack_zip(archive: zipfile.ZipFile, folder: str) -> None:
    for member in archive.infolist():
        if stat.S_ISLNK(member.external_attr >> 16):
            raise ValueError(f"{member.filename!r} is a link")
        _write(folder, member.filename, None if member.is_dir() else partial(archive.open, member))


def _unpack_tar(archive: tarfile.TarFile, folder: str) -> None:
    for member in archive:
        if not (member.isfile() or member.isdir()):
            raise ValueError(f"{member.name!r} is a link or a device")
        _write(folder, member.name, None if member.isdir() else partial(_open_member, archive, member))
    _read_rest(archive)


def _open_member(archive: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    content = archive.extractfile(member)
    assert content is not None, "it is a file"
    return content


def _read_rest(archive: tarfile.TarFile) -> None:
    """Read behind the last member: only there a compressed file says whether all before it was sound."""
    while archive.fileobj is not None and archive.fileobj.read(_CHUNK_BYTES):
        pass


def _write(folder: str, name: str, open_content: Callable[[], IO[bytes]] | None) -> None:
    """Write a file, or make a folder where there is no content."""
    parts = name.replace("\\", "/").strip("/").split("/")
    if name.startswith(("/", "\\")) or ".." in parts:
        raise ValueError(f"{name!r} leads out of the archive")
    target = os.path.join(folder, *parts)
    if open_content is None:
        os.makedirs(target, exist_ok=True)
        return
    os.makedirs(os.path.dirname(target), exist_ok=True)
    with open_content() as source, open(target, "xb") as file:
        shutil.copyfileobj(source, file)
