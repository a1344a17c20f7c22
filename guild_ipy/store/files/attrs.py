"""Run attributes: one YAML document in one file each.

An attribute appears whole (:mod:`guild_ipy.store.files.whole_file`), so readers take no lock.
"""

from __future__ import annotations

import os
from typing import Any

from guild_ipy.errors import DamagedRun, StoreError
from guild_ipy.store.files import yaml_codec
from guild_ipy.store.files.whole_file import read_bytes, write_file
from guild_ipy.store.run_dir import RunDir


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


def find_attr(run_dir: RunDir, name: str) -> Any:  # noqa: ANN401 - as above
    """Read an attribute; None when it is not there, or is damaged."""
    try:
        return read_attr(run_dir, name)
    except DamagedRun:
        return None


def write_attr(run_dir: RunDir, name: str, value: object, *, durable: bool = False) -> None:
    """Write an attribute so that it appears whole; `durable` also survives a power cut."""
    write_file(run_dir, run_dir.attr(name), encode_attr(value), durable=durable)


def encode_attr(value: object) -> bytes:
    """Return the content of an attribute file."""
    return yaml_codec.encode(value).encode("utf-8", "surrogatepass")


def delete_attr(run_dir: RunDir, name: str) -> None:
    """Remove an attribute, if it is there."""
    try:
        os.unlink(run_dir.attr(name))
    except FileNotFoundError:
        return
    except OSError as error:
        raise StoreError(f"cannot remove {run_dir.attr(name)!r}: {error.strerror or error}") from error


def list_attrs(run_dir: RunDir) -> list[str]:
    """Return the names of the attributes that are there, sorted."""
    try:
        return sorted(os.listdir(run_dir.attrs))
    except FileNotFoundError:
        return []
    except OSError as error:
        raise DamagedRun(run_dir.attrs, error.strerror or str(error)) from error
