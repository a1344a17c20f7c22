"""Dependencies as JSON, which a run keeps so that a restart can resolve them again."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from enum import Enum
from typing import Any

from guild_ipy.domain.declarations.dependency import Dependency, FilePattern, Rename, Source, SourceKind, TargetType


def encode_requires(requires: Sequence[Dependency]) -> bytes:
    """Write dependencies; the inverse of :func:`decode_requires`."""
    return json.dumps([_plain(dataclasses.asdict(each)) for each in requires]).encode()


def decode_requires(content: bytes) -> tuple[Dependency, ...]:
    """Read dependencies; ValueError, TypeError or KeyError for anything else than the JSON that we write."""
    return tuple(
        Dependency(
            **{
                **values,
                "target_type": _target_type(values["target_type"]),
                "sources": tuple(map(_source, values["sources"])),
            }
        )
        for values in json.loads(content)
    )


def _plain(value: Any) -> Any:  # noqa: ANN401 - parts of a dependency
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value


def _source(values: dict[str, Any]) -> Source:
    return Source(
        **{
            **values,
            "kind": SourceKind(values["kind"]),
            "target_type": _target_type(values["target_type"]),
            "select": tuple(FilePattern(**each) for each in values["select"]),
            "rename": tuple(Rename(**each) for each in values["rename"]),
        }
    )


def _target_type(word: str | None) -> TargetType | None:
    return None if word is None else TargetType(word)
