"""What a script takes: its flags, and how each is written on its command line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum

from guild_ipy.domain.values.flags import FlagDef


class InterfaceKind(StrEnum):
    """How a script gets its flags."""

    ARGPARSE = "argparse"
    CLICK = "click"
    """Scripts that use typer too, which builds on it."""
    ABSL = "absl"
    CONSTANTS = "constants"
    """Module-level constants are given other values; there is no command line."""


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
    """For `PAIR`: the option that says no."""
    passes_default: bool = True
    """Whether the default is written on the command line too.

    It is not where the script would read it back as something else: ``add_argument("--lr", default=0.1)``
    makes text of everything that it is given. Nor where it may stand beside no other option.
    """
    no_text: str = "False"
    """What says no where an option has a value."""
    joint: str = ""
    """What joins the items of a list that is one word."""
    level: int = 0
    """How many words of the command stand before it: options of ``git`` come before the ``add`` of ``git add``."""


@dataclass(frozen=True, kw_only=True)
class ScriptInterface:
    """All parameters of a script, in the order of its source."""

    kind: InterfaceKind
    arguments: tuple[ScriptArgument, ...] = ()
    command: tuple[str, ...] = ()
    """The sub-command that is meant: words on its command line."""
    commands: tuple[str, ...] = ()
    """The sub-commands that could follow."""
    needs_command: bool = False
    """Whether one of them must follow."""
    unread: str = ""
    """The library by which the script takes arguments that could not be read; empty where all were."""

    others: Mapping[str, str] = field(default_factory=dict)
    """Of a script whose constants are its flags: names that it gives other values, and what each is given."""

    @property
    def flags(self) -> tuple[FlagDef, ...]:
        """The flags alone."""
        return tuple(argument.flag for argument in self.arguments)
