"""Where a Dask cluster is, as users write it: ``local``, a scheduler file, or an address."""

from __future__ import annotations

import importlib.util
import re
from dataclasses import dataclass

from guild_ipy.errors import UsageError

LOCAL = "local"
#: ``host:8786``, with or without ``tcp://`` or another protocol before it.
_ADDRESS = re.compile(r"(?:[a-z]+://)?[^\s/:]+:\d{1,5}|[a-z]+://[^\s/]+")


@dataclass(frozen=True, kw_only=True)
class DaskAddress:
    """Where a cluster is: one of the two, or neither for one of this process."""

    text: str
    scheduler_file: str = ""
    scheduler: str = ""


def parse_dask_address(text: str) -> DaskAddress:
    """Read where a cluster is.

    Raises
    ------
    UsageError
        If it is neither of the three, or the package is missing by which clusters are reached.
    """
    if importlib.util.find_spec("distributed") is None:
        raise UsageError(f"dask {text!r} needs the package distributed; install it by: pip install 'guild-ipy[dask]'")
    if text == LOCAL:
        return DaskAddress(text=text)
    if _ADDRESS.fullmatch(text):
        return DaskAddress(text=text, scheduler=text)
    if text.endswith(".json"):
        return DaskAddress(text=text, scheduler_file=text)
    raise UsageError(
        f"dask {text!r} is neither local, nor an address as tcp://host:8786, nor a scheduler file as scheduler.json"
    )
