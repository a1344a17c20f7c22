"""The key with which the displays of a user's runs are signed, as Jupyter signs notebooks.

HTML and SVG can hold scripts, which a page executes with the rights of whoever looks at it. A display is shown as it
is only if its signature says that a process of this user has made it; of others, text and pictures are shown.
"""

from __future__ import annotations

import hmac
import os
import secrets

from guild_ipy.settings import find_data_dir
from guild_ipy.store.run_dir import RunDir

_BYTES = 32


def find_key(*, makes: bool) -> bytes | None:
    """Return the key of this user; None where there is none, and, if `makes` is true, none can be made."""
    path = f"{find_data_dir()}/display.key"
    key = _read(path)
    if key is None and makes:
        _make(path)
        key = _read(path)
    return key


def sign(key: bytes, run_dir: RunDir, entry: bytes) -> bytes:
    """Return the signature of an entry in the log of a run, in hexadecimal."""
    return hmac.new(key, run_dir.id.encode() + b"\n" + entry, "sha256").hexdigest().encode()


def is_signed(key: bytes | None, run_dir: RunDir, entry: bytes, signature: bytes) -> bool:
    """Return whether the signature of an entry was made with this key."""
    return key is not None and hmac.compare_digest(sign(key, run_dir, entry), signature)


def _read(path: str) -> bytes | None:
    try:
        with open(path, "rb") as file:
            key = file.read(_BYTES)
    except OSError:
        return None
    return key if len(key) == _BYTES else None


def _make(path: str) -> None:
    """Write a new key, readable by its user alone; of two processes that do so at once, the first one counts."""
    aside = f"{path}.{secrets.token_hex(8)}"
    try:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(_BYTES))
        try:
            os.link(aside, path)
        finally:
            os.unlink(aside)
    except OSError:  # a home directory that cannot be written to; or there is a key already
        return
