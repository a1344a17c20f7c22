"""Fetching what a dependency names by URL: once, into the cache."""

from __future__ import annotations

import hashlib
import http.client
import os
import shutil
import tempfile
import urllib.error
import urllib.parse
import urllib.request

from guild_ipy.errors import StoreError, UsageError

_SECONDS = 30.0


def download(url: str, cache: str) -> str:
    """Fetch a file, unless that was done before; its path in the cache.

    It lies where Guild AI 0.9.0 puts it: in a folder named after the SHA-224 of the parts of the URL.

    Raises
    ------
    UsageError
        For another scheme than http and https.
    StoreError
        If it cannot be fetched; nothing of it stays.
    """
    try:
        parts = urllib.parse.urlparse(url)
    except ValueError as error:
        raise UsageError(f"{url!r} is no URL: {error}") from error
    if parts.scheme not in {"http", "https"}:
        raise UsageError(f"{url!r} cannot be fetched: only http and https can")
    folder = os.path.join(cache, hashlib.sha224("\n".join(parts).encode()).hexdigest())
    name = os.path.basename(parts.path)
    path = os.path.join(folder, name if name not in {"", ".", ".."} else "index.html")
    if os.path.isfile(path):
        return path
    try:
        os.makedirs(folder, exist_ok=True)
        _fetch(url, path)
    except urllib.error.HTTPError as error:
        error.close()
        raise StoreError(f"cannot fetch {url!r}: the server answers {error.code} {error.reason}") from error
    except OSError as error:  # URLError and timeouts are among them
        reason = getattr(error, "reason", None) or error.strerror or error
        raise StoreError(f"cannot fetch {url!r}: {reason}; is there a network?") from error
    except (http.client.HTTPException, ValueError) as error:
        raise StoreError(f"cannot fetch {url!r}: {error}") from error
    return path


def _fetch(url: str, path: str) -> None:
    """Write what a URL gives beside its place, and rename it once all of it is there."""
    descriptor, aside = tempfile.mkstemp(prefix=".download-", dir=os.path.dirname(path))
    try:
        with os.fdopen(descriptor, "wb") as file, urllib.request.urlopen(url, timeout=_SECONDS) as response:  # noqa: S310 - only http and https come here
            shutil.copyfileobj(response, file)
            _check_length(response.headers.get("Content-Length"), file.tell())
        os.rename(aside, path)
    except BaseException:
        os.unlink(aside)
        raise


def _check_length(promised: str | None, found: int) -> None:
    """Refuse the beginning of a file: reading one does not say that the connection has ended too early."""
    if promised is not None and found != int(promised):
        raise ValueError(f"the server promises {promised} bytes and gives {found}")
