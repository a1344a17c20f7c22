"""A verb: its name, its help, and the class of its options, whose instances carry it out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar, runtime_checkable

from guild_ipy.arguments.option import declared_fields
from guild_ipy.arguments.parser import VerbParser

if TYPE_CHECKING:
    from guild_ipy.arguments.question import Draft, Question
    from guild_ipy.domain.choosing.run_filter import RunFilter
    from guild_ipy.session.session import Session
    from guild_ipy.session.viewer import Viewer


class Options(Protocol):
    """The options of a verb, as it was called; ``json``, where there is one, asks for plain values."""

    def carry_out(self, session: Session) -> object:
        """Carry out the verb; return its result, whose text a shell prints, and which a magic returns."""
        ...


@runtime_checkable
class Followed(Protocol):
    """Options of a verb that shows something while it works; `follow` takes the place of `carry_out`."""

    def follow(self, session: Session, viewer: Viewer) -> object:
        """Carry out the verb, and show its progress."""
        ...


@runtime_checkable
class Asking(Protocol):
    """Options of a verb that asks before it changes anything."""

    def question(self, session: Session) -> Question | None:
        """Return the question to ask first; None if none is needed."""
        ...


@runtime_checkable
class Drafted(Protocol):
    """Options of a verb that needs a text, which can be written in an editor where there is a terminal."""

    def draft(self, session: Session) -> Draft | None:
        """Return the text to edit; None if there is a text already, or none is needed."""
        ...


@runtime_checkable
class Searching(Protocol):
    """Options of a verb that finds runs by filters, and may find none."""

    @property
    def sought(self) -> RunFilter | None:
        """The filter, in which a name may be a slip; None where runs are named."""
        ...


AnyOptions = TypeVar("AnyOptions", bound=Options | Followed)


@dataclass(frozen=True, kw_only=True)
class Verb(Generic[AnyOptions]):
    """One verb, declared once for all faces."""

    name: str
    options: type[AnyOptions]
    """A frozen class whose fields are its options (:mod:`guild_ipy.arguments.option`)."""
    words: str = ""
    """The words after the verb, as its usage line shows them."""
    summary: str
    details: str = ""
    hint_of_word: Callable[[str], str] | None = None
    """Returns a hint for a word too many."""
    hint_of_option: Callable[[str, Sequence[str]], str] | None = None
    """Returns a hint for an unknown option, given it and all words."""

    @cached_property
    def parser(self) -> VerbParser:
        """The parser of the words after the verb."""
        parser = VerbParser(verb=self.name, usage=self._usage(), description=f"{self.summary} {self.details}".strip())
        for name, each in declared_fields(self.options).items():
            each.declare(parser, name)
        parser.hint_of_word = self.hint_of_word or parser.hint_of_word
        parser.hint_of_option = self.hint_of_option or parser.hint_of_option
        return parser

    def parse(self, tokens: Sequence[str]) -> AnyOptions:
        """Parse the words after the verb, or raise :class:`~guild_ipy.errors.UsageError`."""
        namespace = self.parser.parse(tokens)
        return self.options(
            **{name: each.read(namespace, name) for name, each in declared_fields(self.options).items()}
        )

    def format_help(self, command: str) -> str:
        """Return the help of the verb as it is written as `command`."""
        return self.parser.format_help().replace(f"usage: {self.name}", f"usage: {command}", 1)

    def _usage(self) -> str:
        return f"{self.name} {self.words} [options]" if self.words else f"{self.name} [options]"
