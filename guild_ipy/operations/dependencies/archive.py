"""Unpacks archives that a dependency names, into a folder of the cache that is named after their content."""

from __future__ import annotations

import bz2
import gzip
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
from dataclasses import dataclass
from functools import partial
from typing import IO, Protocol, cast

from guild_ipy.errors import StoreError
from guild_ipy.store.files.regular_file import open_reader
from guild_ipy.store.left_behind import hold_in_use, remove_left_behind

_ENDINGS = (".zip", ".tar", ".tgz", ".tar.gz", ".tar.bz2", ".tar.xz")
_ASIDE_PREFIX = ".unpack-"
_CHUNK_BYTES = 2**20
#: Errors from reading an archive that is damaged, encrypted, or has members that are refused.
_WRONG = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    RuntimeError,  # also NotImplementedError, for a compression that is not supported
    ValueError,
)

_REMEDY = "unpack it yourself if that is right, and name the folder"


@dataclass(frozen=True, kw_only=True)
class ArchiveLimits:
    """How much an archive may hold: one of a megabyte can hold a terabyte, or a million files."""

    total_bytes: int = 64 * 2**30
    """The size of all files together."""
    files: int = 500_000
    """The number of files and folders."""
    ratio: int = 200
    """The most bytes for each byte of the archive; texts are packed to a tenth, zeros to a thousandth."""
    small_bytes: int = 64 * 2**20
    """A size up to which the ratio does not matter."""


DEFAULT_LIMITS = ArchiveLimits()


def is_archive(path: str) -> bool:
    """Whether a file is, by its name, an archive that can be unpacked."""
    return path.lower().endswith(_ENDINGS)


def unpack_archive(path: str, cache: str, limits: ArchiveLimits = DEFAULT_LIMITS) -> str:
    """Unpack an archive, unless that was done before, and return the folder.

    Only regular files and folders are unpacked; links, devices and names that lead out of the folder are refused.

    Raises
    ------
    StoreError
        If it cannot be unpacked, has members that are refused, or exceeds the limits; no part of it is kept.
    """
    try:
        with open_reader(path) as file:
            count = _UnpackedCount(limits, os.fstat(file.fileno()).st_size)
            digest = hashlib.file_digest(file, "sha224").hexdigest()
    except (OSError, ValueError) as error:
        raise StoreError(f"cannot unpack {path!r}: {getattr(error, 'strerror', None) or error}") from error
    folder = os.path.join(cache, digest)
    if os.path.isdir(folder):
        return folder
    os.makedirs(cache, exist_ok=True)
    remove_left_behind(cache, (_ASIDE_PREFIX,))
    aside = tempfile.mkdtemp(prefix=_ASIDE_PREFIX, dir=cache)
    in_use = hold_in_use(aside)
    try:
        _unpack(path, aside, count)
        os.rename(aside, folder)
    except OSError as error:
        if os.path.isdir(folder):  # another process was quicker
            return folder
        raise StoreError(f"cannot unpack {path!r}: {error.strerror or error}") from error
    except _WRONG as error:
        why = str(error).partition("\n")[0].rstrip(":")  # the rest lists how each format failed
        raise StoreError(f"cannot unpack {path!r}: {why}") from error
    finally:
        os.close(in_use)
        shutil.rmtree(aside, ignore_errors=True)
    return folder


def _unpack(path: str, folder: str, count: _UnpackedCount) -> None:
    with open_reader(path) as file:
        if zipfile.is_zipfile(file):
            with zipfile.ZipFile(file) as archive:
                _unpack_zip(archive, folder, count)
        else:
            file.seek(0)
            _unpack_tar(file, folder, count)


def _unpack_zip(archive: zipfile.ZipFile, folder: str, count: _UnpackedCount) -> None:
    members = archive.infolist()
    count.check_files(len(members))
    count.check_bytes(sum(member.file_size for member in members))
    for member in members:
        if stat.S_ISLNK(member.external_attr >> 16):
            raise ValueError(f"{member.filename!r} is a link")
        _write(folder, member.filename, None if member.is_dir() else partial(archive.open, member), count)


# -- tar


class _Readable(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...

    def seek(self, offset: int, whence: int = 0, /) -> int: ...

    def tell(self) -> int: ...


class _Contents:
    """The uncompressed bytes of a tar; limits the size of headers, which are read at once."""

    def __init__(self, file: _Readable, count: _UnpackedCount) -> None:
        self._file = file
        self._count = count
        self._furthest = 0

    def read(self, size: int = -1, /) -> bytes:
        if size > 2 * _CHUNK_BYTES:
            raise ValueError(f"a header of it has {size} bytes")
        content = self._file.read(size)
        self._note()
        return content

    def seek(self, offset: int, whence: int = 0, /) -> int:
        position = self._file.seek(offset, whence)
        self._note()
        return position

    def tell(self) -> int:
        return self._file.tell()

    def _note(self) -> None:
        self._furthest = max(self._furthest, self._file.tell())
        self._count.check_bytes(self._furthest)


def _unpack_tar(file: IO[bytes], folder: str, count: _UnpackedCount) -> None:
    contents = _Contents(_decompressed(file), count)
    with tarfile.open(fileobj=cast(IO[bytes], contents), mode="r:") as archive:
        for member in archive:
            if not (member.isfile() or member.isdir()):
                raise ValueError(f"{member.name!r} is a link or a device")
            _write(folder, member.name, None if member.isdir() else partial(_open_member, archive, member), count)
        while contents.read(_CHUNK_BYTES):  # a compressed file has its checksum at its end
            pass


def _decompressed(file: IO[bytes]) -> _Readable:
    head = file.read(6)
    file.seek(0)
    if head.startswith(b"\x1f\x8b"):
        return gzip.GzipFile(fileobj=file)
    if head.startswith(b"BZh"):
        return bz2.BZ2File(file)
    return lzma.LZMAFile(file) if head.startswith((b"\xfd7zXZ\0", b"\x5d\0\0")) else file


def _open_member(archive: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    content = archive.extractfile(member)
    assert content is not None, "it is a file"
    return content


# -- members


def _write(folder: str, name: str, open_content: Callable[[], IO[bytes]] | None, count: _UnpackedCount) -> None:
    """Write a file, or make a folder where there is no content."""
    parts = name.replace("\\", "/").strip("/").split("/")
    if name.startswith(("/", "\\")) or ".." in parts:
        raise ValueError(f"{name!r} leads out of the archive")
    count.add_file()
    target = os.path.join(folder, *parts)
    if open_content is None:
        os.makedirs(target, exist_ok=True)
        return
    os.makedirs(os.path.dirname(target), exist_ok=True)
    with open_content() as source, open(target, "xb") as file:
        while chunk := source.read(_CHUNK_BYTES):
            count.add_bytes(len(chunk))
            file.write(chunk)


class _UnpackedCount:
    """Counts files and bytes that were unpacked from an archive; ValueError when they exceed the limits."""

    def __init__(self, limits: ArchiveLimits, archive_bytes: int) -> None:
        self._limits = limits
        self._most_by_ratio = max(limits.small_bytes, limits.ratio * archive_bytes)
        self._files = 0
        self._bytes = 0
        if archive_bytes > limits.total_bytes:
            raise ValueError(f"it has more than {limits.total_bytes} bytes itself; {_REMEDY}")

    def add_file(self) -> None:
        """Count a file or folder."""
        self._files += 1
        self.check_files(self._files)

    def add_bytes(self, count: int) -> None:
        """Count bytes of a file."""
        self._bytes += count
        self.check_bytes(self._bytes)

    def check_files(self, count: int) -> None:
        """Raise ValueError if there are too many files."""
        if count > self._limits.files:
            raise ValueError(f"it holds more than {self._limits.files} files; {_REMEDY}")

    def check_bytes(self, count: int) -> None:
        """Raise ValueError if there are too many bytes."""
        if count > self._limits.total_bytes:
            raise ValueError(f"it holds more than {self._limits.total_bytes} bytes; {_REMEDY}")
        if count > self._most_by_ratio:
            raise ValueError(f"it holds more than {self._limits.ratio} times its own size; {_REMEDY}")
