"""Fetching what a dependency names by URL: once, into the cache."""

from __future__ import annotations

import hashlib
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
    parts = urllib.parse.urlparse(url)
    if parts.scheme not in {"http", "https"}:
        raise UsageError(f"{url!r} cannot be fetched: only http and https can")
    folder = os.path.join(cache, hashlib.sha224("\n".join(parts).encode()).hexdigest())
    path = os.path.join(folder, os.path.basename(parts.path) or "index.html")
    if os.path.exists(path):
        return path
    try:
        os.makedirs(folder, exist_ok=True)
        descriptor, aside = tempfile.mkstemp(prefix=".download-", dir=folder)
        try:
            with os.fdopen(descriptor, "wb") as file, urllib.request.urlopen(url, timeout=_SECONDS) as response:  # noqa: S310 - the scheme is tested above
                shutil.copyfileobj(response, file)
            os.rename(aside, path)
        except BaseException:
            os.unlink(aside)
            raise
    except urllib.error.HTTPError as error:
        raise StoreError(f"cannot fetch {url!r}: the server answers {error.code} {error.reason}") from error
    except OSError as error:  # URLError and timeouts are among them
        reason = getattr(error, "reason", None) or error.strerror or error
        raise StoreError(f"cannot fetch {url!r}: {reason}; is there a network?") from error
    return path
