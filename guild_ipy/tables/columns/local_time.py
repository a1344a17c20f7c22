"""The timezone that times are shown in, by a name that survives pickling and saving."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_LINK = "/etc/localtime"
_ZONES = "/zoneinfo/"
_UNNAMED = "tzlocal()"


def local_timezone() -> tzinfo | str:
    """Return the timezone of this process as pandas takes it.

    A zone counts as the local one if it agrees with the C library, which also knows ``TZ``. Where none
    does, the answer is ``tzlocal()``: pandas understands it, but a file format that names its zone does not.
    """
    return next((zone for zone in _candidates() if _agrees(zone)), _UNNAMED)


def _candidates() -> Iterator[tzinfo]:
    yield UTC
    name = os.path.realpath(_LINK).partition(_ZONES)[2]
    try:
        yield ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return


def _agrees(zone: tzinfo) -> bool:
    """Return whether `zone` has the offset of the C library in winter and in summer."""
    year = time.localtime().tm_year
    probes = (datetime(year, month, 1, 12, tzinfo=UTC) for month in (1, 7))
    return all(probe.astimezone(zone).utcoffset() == probe.astimezone().utcoffset() for probe in probes)
