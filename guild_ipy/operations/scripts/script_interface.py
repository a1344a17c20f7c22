"""The interface of a script: its flags, and how each is written on its command line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum

from guild_ipy.domain.values.flags import FlagDef


class InterfaceKind(StrEnum):
    """How a script gets its flags."""

    ARGPARSE = "argparse"
    CLICK = "click"
    """Also for scripts that use typer, which builds on click."""
    ABSL = "absl"
    CONSTANTS = "constants"
    """The values of module-level constants are replaced; there is no command line."""


class ArgumentStyle(Enum):
    """How the value of a flag is written on a command line."""

    VALUE = "--name value"
    SWITCH = "--name, or nothing"
    PAIR = "--name or --no-name"
    LIST = "--name value value"
    REPEAT = "--name value --name value"
    COUNT = "--name --name"


@dataclass(frozen=True, kw_only=True)
class ScriptArgument:
    """One parameter of a script."""

    flag: FlagDef
    style: ArgumentStyle = ArgumentStyle.VALUE
    off_name: str = ""
    """For `PAIR`: the option that means no."""
    passes_default: bool = True
    """Whether a value that is equal to the default is written on the command line, too.

    It is left out if the script would read it as another value: ``add_argument("--lr", default=0.1)`` makes text of
    every given value. It is also left out if the option excludes others.
    """
    no_text: str = "False"
    """The value that means no, for an option with a value."""
    joint: str = ""
    """The text that joins the items of a list into one word."""
    level: int = 0
    """The number of sub-command words before it: options of ``git`` come before the ``add`` of ``git add``."""


@dataclass(frozen=True, kw_only=True)
class ScriptInterface:
    """All parameters of a script, in the order of its source."""

    kind: InterfaceKind
    arguments: tuple[ScriptArgument, ...] = ()
    command: tuple[str, ...] = ()
    """The selected sub-command, as words of the command line."""
    commands: tuple[str, ...] = ()
    """The sub-commands that can follow."""
    needs_command: bool = False
    """Whether one of them must follow."""
    unread: str = ""
    """The library by which the script takes arguments that could not be read; empty where all were."""

    others: Mapping[str, str] = field(default_factory=dict)
    """If constants are the flags: names with other values than constants -> a description of the value."""

    @property
    def flags(self) -> tuple[FlagDef, ...]:
        """The flags alone."""
        return tuple(argument.flag for argument in self.arguments)
