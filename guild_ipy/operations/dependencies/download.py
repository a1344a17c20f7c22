"""Downloads files that a dependency names by URL: once, into the cache, up to a limit."""

from __future__ import annotations

import hashlib
import http.client
import os
import tempfile
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator

from guild_ipy.errors import StoreError, UsageError
from guild_ipy.settings import DEFAULT_DOWNLOAD_LIMIT, DOWNLOAD_LIMIT_VARIABLE
from guild_ipy.store.left_behind import hold_in_use, remove_left_behind

_SECONDS = 30.0
_ASIDE_PREFIX = ".download-"
_CHUNK_BYTES = 2**20
_REMEDY = f"fetch it yourself if that is right, and name the file, or allow more with {DOWNLOAD_LIMIT_VARIABLE}"


def download(url: str, cache: str, limit: int = DEFAULT_DOWNLOAD_LIMIT) -> str:
    """Download a file, unless that was done before, and return its path in the cache.

    The path is that of Guild AI 0.9.0: in a folder named after the SHA-224 of the parts of the URL.

    Raises
    ------
    UsageError
        For another scheme than http and https.
    StoreError
        If it cannot be downloaded, or has more than `limit` bytes; no part of it is kept.
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
        _fetch(url, path, cache, limit)
    except urllib.error.HTTPError as error:
        error.close()
        raise StoreError(f"cannot fetch {url!r}: the server answers {error.code} {error.reason}") from error
    except (urllib.error.URLError, TimeoutError, ConnectionError) as error:
        reason = getattr(error, "reason", None) or error.strerror or error
        raise StoreError(f"cannot fetch {url!r}: {reason}; is there a network?") from error
    except OSError as error:  # of the disk
        raise StoreError(f"cannot fetch {url!r} to {cache!r}: {error.strerror or error}") from error
    except (http.client.HTTPException, ValueError) as error:
        raise StoreError(f"cannot fetch {url!r}: {error}") from error
    return path


def _fetch(url: str, path: str, cache: str, limit: int) -> None:
    """Download to a temporary file, and rename it when it is complete."""
    os.makedirs(cache, exist_ok=True)
    remove_left_behind(cache, (_ASIDE_PREFIX,))
    descriptor, aside = tempfile.mkstemp(prefix=_ASIDE_PREFIX, dir=cache)
    in_use = hold_in_use(aside)
    try:
        with os.fdopen(descriptor, "wb") as file, urllib.request.urlopen(url, timeout=_SECONDS) as response:  # noqa: S310 - only http and https come here
            for part in _read_parts(response, limit):
                file.write(part)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        os.rename(aside, path)
    except BaseException:
        os.unlink(aside)
        raise
    finally:
        os.close(in_use)


def _read_parts(response: http.client.HTTPResponse, limit: int) -> Iterator[bytes]:
    """Return the content in parts; ValueError if it is larger than the limit, or smaller than announced."""
    promised: int | None = getattr(response, "length", None)  # a redirection to ftp has no length
    if promised is not None and promised > limit:
        raise ValueError(f"it has {promised:,} bytes, and no more than {limit:,} are taken; {_REMEDY}")
    size = 0
    while part := response.read(_CHUNK_BYTES):
        size += len(part)
        if size > limit:
            raise ValueError(f"it has more than {limit:,} bytes; {_REMEDY}")
        yield part
    if promised is not None and size != promised:  # read() does not report that the connection was closed too early
        raise ValueError(f"the server promises {promised} bytes and gives {size}")
