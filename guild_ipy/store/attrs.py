"""Run attributes: one YAML document in one file each.

A file that others may read appears whole: it is written in ``.guild/tmp`` and renamed. Readers take no lock.
"""

from __future__ import annotations

import errno
import os
from typing import Any

from guild_ipy.errors import DamagedRun, StoreError
from guild_ipy.store import yaml_codec
from guild_ipy.store.run_dir import RunDir

#: Every other attribute file may be this large; a label of a gigabyte is not read.
MAX_ATTR_BYTES = yaml_codec.MAX_BYTES


def read_attr(run_dir: RunDir, name: str) -> Any:  # noqa: ANN401 - callers narrow what they read
    """Read an attribute; None when it is not there.

    Raises
    ------
    DamagedRun
        If the file is there and cannot be read as one YAML document of at most 16 MiB.
    """
    path = run_dir.attr(name)
    content = read_bytes(path)
    if not content:
        return None
    try:
        return yaml_codec.decode(content.decode("utf-8"))
    except ValueError as error:
        raise DamagedRun(path, str(error)) from error


def read_bytes(path: str, limit: int = MAX_ATTR_BYTES) -> bytes | None:
    """Read a small file whole; None when it is not there."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise DamagedRun(path, error.strerror or str(error)) from error
    try:
        return _read_all(descriptor, limit)
    except OSError as error:
        raise DamagedRun(path, error.strerror or str(error)) from error
    except ValueError as error:
        raise DamagedRun(path, str(error)) from error
    finally:
        os.close(descriptor)


def write_attr(run_dir: RunDir, name: str, value: object, *, durable: bool = False) -> None:
    """Write an attribute so that it appears whole; `durable` also survives a power cut."""
    write_file(run_dir, run_dir.attr(name), yaml_codec.encode(value).encode("utf-8", "surrogatepass"), durable=durable)


def delete_attr(run_dir: RunDir, name: str) -> bool:
    """Remove an attribute; whether it was there."""
    try:
        os.unlink(run_dir.attr(name))
    except FileNotFoundError:
        return False
    except OSError as error:
        raise _store_error(run_dir.attr(name), error) from error
    return True


def list_attrs(run_dir: RunDir) -> list[str]:
    """Give the names of the attributes that are there, sorted."""
    try:
        return sorted(os.listdir(run_dir.attrs))
    except FileNotFoundError:
        return []
    except OSError as error:
        raise DamagedRun(run_dir.attrs, error.strerror or str(error)) from error


def write_file(run_dir: RunDir, path: str, content: bytes, *, durable: bool = False) -> None:
    """Write `path`, a file of the run, aside and rename it."""
    aside = f"{run_dir.tmp}/{os.path.basename(path)}.{os.getpid()}"
    try:
        try:
            _write_new(aside, content, durable=durable)
        except FileNotFoundError:
            os.makedirs(run_dir.tmp, exist_ok=True)  # a run that guild made has no .guild/tmp
            _write_new(aside, content, durable=durable)
        os.rename(aside, path)
    except OSError as error:
        _remove_quietly(aside)
        raise _store_error(path, error) from error


def write_new_file(path: str, content: bytes) -> None:
    """Write a file of a run that nobody can see yet."""
    try:
        _write_new(path, content, durable=False)
    except OSError as error:
        raise _store_error(path, error) from error


def _write_new(path: str, content: bytes, *, durable: bool) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o666)
    try:
        view = memoryview(content)
        while view:
            view = view[os.write(descriptor, view) :]
        if durable:
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _read_all(descriptor: int, limit: int) -> bytes:
    content = os.read(descriptor, 65536)
    if len(content) < 65536:  # noqa: PLR2004 - one read was enough
        return content
    parts = [content]
    size = len(content)
    while part := os.read(descriptor, 2**20):
        size += len(part)
        if size > limit:
            raise ValueError(f"more than {limit} bytes")
        parts.append(part)
    return b"".join(parts)


def _remove_quietly(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        return


def _store_error(path: str, error: OSError) -> StoreError:
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return StoreError(f"cannot write {path!r}: the disk is full; free space and try again")
    return StoreError(f"cannot write {path!r}: {error.strerror or error}")
