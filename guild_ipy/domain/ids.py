"""Ids as they are shown."""

from __future__ import annotations

#: How many digits of an id, or of a digest, are shown.
SHORT_ID_LENGTH = 8
