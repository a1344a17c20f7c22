"""The types of the attributes of listings, whichever program wrote them.

Each parser takes the value that YAML holds and returns it as the type of the attribute, or raises TypeError or
ValueError with a reason that is put after the attribute's name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from guild_ipy.domain.declarations.source_kind import is_dependency_flag
from guild_ipy.domain.values.flags import FlagValue, is_flag_value
from guild_ipy.domain.values.origin import ORIGIN, parse_origin
from guild_ipy.store.run_dir import is_run_id

_LAST_MICROSECOND = 253_402_300_800_000_000  # the year 10000


@dataclass(frozen=True, kw_only=True)
class Comment:
    """A remark of a user about a run; `time` is microseconds since 1970."""

    body: str
    time: int | None = None
    user: str = ""
    host: str = ""


def parse_time(value: object) -> int:
    """Take a time in microseconds since 1970; TypeError or ValueError for anything else."""
    if type(value) is not int:
        raise TypeError(f"it holds {type(value).__name__}, not a time in microseconds")
    if not 0 <= value < _LAST_MICROSECOND:
        raise ValueError(f"{str(value)[:40]} is no time in microseconds since 1970")
    return value


def _parse_text(value: object) -> str:
    if isinstance(value, Mapping | list):
        raise TypeError(f"it holds {type(value).__name__}, not text")
    return str(value)


def _parse_texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise TypeError(f"it holds {type(value).__name__}, not a list")
    return tuple(map(_parse_text, value))


def parse_flags(value: object) -> dict[str, FlagValue]:
    """Take the flags of an operation, without the runs of its dependencies, which are among them on disk."""
    if not isinstance(value, dict):
        raise TypeError(f"it holds {type(value).__name__}, not a map")
    named = ((str(name), item) for name, item in value.items())
    return {
        name: item if is_flag_value(item) else parse_value(item) for name, item in named if not is_dependency_flag(name)
    }


def parse_value(value: object) -> FlagValue:
    """Turn values of YAML that flags cannot have (dates, bytes, sets) into text."""
    if isinstance(value, dict):
        return {str(name): parse_value(item) for name, item in value.items()}
    if isinstance(value, list):
        return [parse_value(item) for item in value]
    return value if is_flag_value(value) else str(value)  # type: ignore[return-value] # is_flag_value has told


def _parse_run_id(value: object) -> str | None:
    """Take the id of a run; None for anything else, which a user may have noted under the same name."""
    return value if isinstance(value, str) and is_run_id(value) else None


def _parse_comments(value: object) -> tuple[Comment, ...]:
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise TypeError("it is not a list of maps")
    return tuple(
        Comment(
            body=str(item.get("body") or ""),
            time=item["time"] if type(item.get("time")) is int else None,
            user=str(item.get("user") or ""),
            host=str(item.get("host") or ""),
        )
        for item in value
    )


#: The attributes that a listing reads.
PARSERS: Mapping[str, Callable[[object], object]] = {
    "initialized": parse_time,
    "started": parse_time,
    "stopped": parse_time,
    "label": _parse_text,
    "tags": _parse_texts,
    "comments": _parse_comments,
    "marked": bool,
    "flags": parse_flags,
    "sourcecode_digest": _parse_text,
    "error": _parse_text,
    "batch": _parse_run_id,
    ORIGIN: parse_origin,
}

#: Names that have a meaning in the format of a run directory, or that Guild AI keeps for itself.
_STRUCTURAL = frozenset(
    "cmd comments compare deps env error exit_status flags host id initialized label marked max_trials objective op"
    " opdef pip_freeze platform plugins r_packages_loaded r_sys_info random_seed requested resolved_deps run_params"
    " sourcecode_digest stage_trials started steps stopped tags trials user user_flags vcs_commit".split()
)


def is_own(name: str) -> bool:
    """Whether an attribute was added to a run by a user or an operation, and has no meaning in the format."""
    return not name.startswith("_") and name not in _STRUCTURAL
