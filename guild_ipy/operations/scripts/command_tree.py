"""The tree of commands that a script declares, and the command that a command line selects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from guild_ipy.operations.scripts.script_interface import InterfaceKind, ScriptArgument, ScriptInterface


@dataclass(frozen=True, kw_only=True)
class CommandNode:
    """A command: its own arguments, and the commands that can follow it."""

    arguments: tuple[ScriptArgument, ...] = ()
    commands: Mapping[str, CommandNode] = field(default_factory=dict)
    """The sub-commands by name; one with several names is listed under each."""
    needs_command: bool = False
    unread: str = ""
    """The library by which it takes arguments that could not be read; empty if all could."""


def choose_command(root: CommandNode, words: Sequence[str], kind: InterfaceKind) -> ScriptInterface:
    """Return the interface of the command that the words after the script's name select; other words are ignored."""
    arguments = {each.flag.name: each for each in root.arguments}
    node, chosen, unread = root, [], root.unread
    for word in words:
        if word in node.commands:
            node = node.commands[word]
            chosen.append(word)
            own = {each.flag.name: replace(each, level=len(chosen)) for each in node.arguments}
            arguments |= own
            unread = unread or node.unread
    return ScriptInterface(
        kind=kind,
        arguments=tuple(arguments.values()),
        command=tuple(chosen),
        commands=tuple(node.commands),
        needs_command=node.needs_command,
        unread=unread,
    )
