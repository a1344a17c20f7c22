"""What a verb is at a command line: its name, its help, its options, and the value that they parse to."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, TypeVar

from guild_ipy.arguments.parser import VerbParser

Arguments_co = TypeVar("Arguments_co", covariant=True)


@dataclass(frozen=True, kw_only=True)
class Verb(Generic[Arguments_co]):
    """One verb; `declare` adds its options to a parser, `read` builds its arguments from what was parsed."""

    name: str
    words: str = ""
    """The words behind the verb, as its usage line shows them."""
    summary: str
    details: str = ""
    declare: Callable[[VerbParser], None]
    read: Callable[[argparse.Namespace], Arguments_co]

    @cached_property
    def parser(self) -> VerbParser:
        """The parser of the words behind the verb."""
        parser = VerbParser(verb=self.name, usage=self._usage(self.name), description=self._description())
        self.declare(parser)
        return parser

    def parse(self, tokens: Sequence[str]) -> Arguments_co:
        """Parse the words behind the verb, or raise :class:`~guild_ipy.errors.UsageError`."""
        return self.read(self.parser.parse(tokens))

    def format_help(self, command: str) -> str:
        """Write the help for those who write the verb as `command`."""
        return self.parser.format_help().replace(f"usage: {self.name}", f"usage: {command}", 1)

    def _usage(self, command: str) -> str:
        return f"{command} {self.words} [options]" if self.words else f"{command} [options]"

    def _description(self) -> str:
        return f"{self.summary} {self.details}".strip()
