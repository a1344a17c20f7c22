"""The parsers of argparse that a source makes, and the arguments that it adds to them."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class AddedArgument:
    """One ``add_argument(...)``, with the values that names had at that point."""

    words: tuple[str, ...]
    """Its option strings, or its name; empty for one that could not be read."""
    keywords: Mapping[str, ast.expr]
    """Its keywords; static values are constants."""
    is_rival: bool = False
    """Whether it belongs to a mutually exclusive group."""
    is_in_doubt: bool = False
    """Whether it is unknown if the argument exists."""
    prefix_chars: str = "-"


@dataclass(eq=False, kw_only=True)
class Parser:
    """A parser, or a group in one."""

    prefix_chars: str = "-"
    added: list[AddedArgument] = field(default_factory=list)
    defaults: dict[str, ast.expr] = field(default_factory=dict)
    """Destination -> its default from ``set_defaults``."""
    commands: dict[str, Parser] = field(default_factory=dict)
    needs_command: bool = False
    is_command: bool = False
    is_parsed: bool = False
    is_open: bool = False
    """Whether there are, or may be, more arguments, which could not be read."""
    is_rivals: bool = False
    """Whether it is a mutually exclusive group."""

    def group(self, *, is_rivals: bool) -> Parser:
        """Return a group; arguments that are added to it are added to the parser."""
        return Parser(
            prefix_chars=self.prefix_chars,
            added=self.added,
            defaults=self.defaults,
            is_command=self.is_command,
            is_rivals=is_rivals or self.is_rivals,
        )

    def take_over(self, parent: Parser) -> None:
        """Add the arguments and defaults of a parent."""
        self.added += parent.added
        self.defaults |= parent.defaults
        self.is_open = self.is_open or parent.is_open


@dataclass(eq=False, kw_only=True)
class Commands:
    """The result of ``add_subparsers()``."""

    parser: Parser

    def add(self, name: str, aliases: list[str], prefix_chars: str) -> Parser:
        """Make the parser of a command."""
        made = Parser(is_command=True, prefix_chars=prefix_chars)
        if not name:
            self.parser.is_open = True
        for each in (name, *aliases):
            if each:
                self.parser.commands[each] = made
        return made
