"""How flags reach a program that a Guild file declares; kept with the run, and filled again when its flags change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from guild_ipy.domain.declarations.operation_def import FlagsDest


@dataclass(frozen=True, kw_only=True)
class Command:
    """The command as declared, with ``${flag}`` still in it."""

    words: tuple[str, ...] = ()
    """For ``exec`` all words, for ``main`` those before the flags."""
    is_exec: bool = False
    dest: FlagsDest
    has_dest: bool = True
    """Whether `dest` was declared; otherwise it was derived from the script."""
    env: Mapping[str, str] = field(default_factory=dict)
    env_secrets: tuple[str, ...] = ()
    """Variables that are not recorded."""
    label: str | None = None
    project_dir: str = ""
    config: str = ""
    """The configuration file in the run directory that flags are written to; empty for other destinations."""
