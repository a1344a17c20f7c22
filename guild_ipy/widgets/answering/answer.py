"""The answer to a request of a front end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from guild_ipy.errors import GuildError, SelectError


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A map, and buffers of bytes."""

    content: Mapping[str, Any]
    buffers: Sequence[bytes] = ()


def refuse(error: GuildError) -> Answer:
    """Return the answer to a request that cannot be met: why, and where an expression is wrong."""
    position = {"position": error.position} if isinstance(error, SelectError) else {}
    return Answer(content={"error": {"text": str(error), **position}})
