"""A command line parser that neither prints nor exits: it raises :class:`UsageError`, one line."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import takewhile
from typing import Never

from guild_ipy.errors import UsageError, suggest

_NEGATIVE_NUMBER = re.compile(r"-\.?\d")
#: A name after one dash, as if it were an option.
_ONE_DASH = re.compile(r"(-[^\W\d][\w-]+)=")

_ANY_WIDTH = 80
#: Words that stand after a name in an expression.
_JOINING = frozenset("and or is in not contains matches between before after on within step started".split())

#: How similar an option and a suggested one must be; more similar where there is another hint.
_NEAR, _NEARLY_SAME = 0.6, 0.8

HELP_OPTIONS = frozenset({"-h", "--help"})


class Completes(Enum):
    """The names that TAB offers for the value of an option, or for a word of a verb."""

    NOTHING = "nothing"
    RUNS = "runs"
    DELETED_RUNS = "deleted runs"
    TAGS = "tags"
    """Tags of runs."""
    COMMAND = "command"
    """An operation, and then its flags."""
    OPERATIONS = "operations"
    """Operations that can be run here."""
    RUN_OPERATIONS = "run operations"
    """Operations that runs are of."""
    NOTEBOOKS = "notebooks"
    """Notebooks that runs were started in."""
    PROJECTS = "projects"
    """Folders that runs were started in."""
    NAMES = "names"
    """Attributes, flags and scalars, as expressions name them."""
    VARIABLES = "variables"
    PATHS = "paths"


@dataclass(frozen=True, kw_only=True)
class Group:
    """Options that stand together in the help, or of which only one can be given."""

    title: str = ""
    description: str = ""
    one_of: bool = False
    required: bool = False
    """Whether one must be given; with `one_of`."""


class VerbParser(argparse.ArgumentParser):
    """The options of one verb; options and other words may be mixed."""

    _shows_help = False
    hint_of_option: Callable[[str, Sequence[str]], str]
    """Returns a hint for an unknown option, given it and all words."""

    expand: Callable[[str], Sequence[str]]
    """Returns the words that one word stands for."""

    hint_of_word: Callable[[str], str]
    """Returns a hint for a word too many."""

    def __init__(self, *, verb: str, usage: str, description: str) -> None:
        super().__init__(prog=verb, usage=usage, description=description, add_help=False, allow_abbrev=False)
        self._negative_number_matcher = _NEGATIVE_NUMBER  # argparse's own takes -1e-3 for an option
        self.hint_of_option = lambda _token, _tokens: ""
        self.hint_of_word = lambda _token: ""
        self.expand = lambda token: [token]
        self.completions: dict[str, Completes] = {}
        self._places: dict[Group, argparse._ActionsContainer] = {}
        self.add_argument("-h", "--help", action="store_true", help="show this help and do nothing else")

    def place(self, group: Group | None) -> argparse._ActionsContainer:
        """Return the argparse group in which the options of a group are declared; without a group the parser."""
        if group is None:
            return self
        if group not in self._places:
            place: argparse._ActionsContainer = self
            if group.title:
                place = self.add_argument_group(group.title, group.description or None)
            if group.one_of:
                place = place.add_mutually_exclusive_group(required=group.required)
            self._places[group] = place
        return self._places[group]

    def parse(self, tokens: Sequence[str]) -> argparse.Namespace:
        """Parse the words after the verb; every one must be known."""
        self._check_quotes(tokens)
        tokens = [word for token in tokens for word in self.expand(token)]
        self._check_dashes(tokens)
        namespace, unknown = self.parse_known_intermixed_args(list(tokens))
        if unknown:
            self._refuse(unknown[0], tokens)
        return namespace

    def _check_quotes(self, tokens: Sequence[str]) -> None:
        """Refuse an expression without quotes: the words after its first one would be taken for runs or flags."""
        for position, token in enumerate(tokens):
            option, equals, text = token.partition("=")
            if self._takes_expression(option):
                words = [text] if equals else []
                words += takewhile(lambda word: not word.startswith("--"), tokens[position + 1 :])
                if len(words) > 1 and _is_split(words[0], words[1]):
                    raise UsageError(f"{self.prog}: an expression is put in quotes: {option} {' '.join(words)!r}")

    def _check_dashes(self, tokens: Sequence[str]) -> None:
        """Refuse ``-lr=0.1``, which argparse takes for ``-l 'r=0.1'``."""
        for token in tokens:
            option = _ONE_DASH.match(token)
            if option and not (self.find_option(option[1]) or self._takes_expression(token[:2])):
                self._refuse(token, tokens)

    def _takes_expression(self, option: str) -> bool:
        action = self.find_option(option)
        return action is not None and action.metavar == "EXPR"

    def format_help(self) -> str:
        """Write the help, as wide as the terminal."""
        self._shows_help = True
        return super().format_help()

    def _get_formatter(self) -> argparse.HelpFormatter:
        """Return a formatter; argparse makes one for each option, too, which must not ask for the width each time."""
        return argparse.HelpFormatter(self.prog, width=None if self._shows_help else _ANY_WIDTH)

    def error(self, message: str) -> Never:
        """Raise the message that argparse would print."""
        raise UsageError(f"{self.prog}: {_in_our_words(message)}; see the options with --help")

    def option_strings(self) -> tuple[str, ...]:
        """Return every option, short and long."""
        return tuple(self._option_string_actions)

    def find_option(self, option: str) -> argparse.Action | None:
        """Find the declaration of an option."""
        return self._option_string_actions.get(option)

    def completes(self, option: argparse.Action) -> Completes:
        """Return which names are offered for the value of an option."""
        return self.completions.get(option.dest, Completes.NOTHING)

    def completes_words(self) -> Completes:
        """Return which names are offered for the words that are not options."""
        return next(map(self.completes, self._get_positional_actions()), Completes.NOTHING)

    def _refuse(self, token: str, tokens: Sequence[str]) -> Never:
        option = token.partition("=")[0]
        if option.startswith("-"):
            other = self.hint_of_option(token, tokens)
            is_long = option.startswith("--") or _ONE_DASH.match(token) is not None
            alike = [each for each in self.option_strings() if each.startswith("--") is is_long]
            near = suggest(option, alike, cutoff=_NEARLY_SAME if other else _NEAR)
            hint = other or ("" if near else "; see the options with --help")
            raise UsageError(f"{self.prog} has no option {option!r}{near}{hint}")
        hint = self.hint_of_word(token) or "; text with spaces is put in quotes"
        if set("<>=").intersection(token) and self._takes_expression("--where"):
            hint = "; an expression is given by --where, in quotes"
        raise UsageError(f"{self.prog} does not know what to do with {token!r}{hint}; its use is: {self.usage}")


#: Messages of argparse, and how they read here.
_WORDS = (
    (r"^argument ", ""),
    (r"expected (one|at least one) argument$", "it needs a value"),
    (r"ignored explicit argument (.*)", r"it takes no value, so leave \1 out"),
    (r"not allowed with argument (.*)", r"it does not go with \1"),
    (r"^one of the arguments (.*) is required$", r"it needs one of \1"),
)


def _in_our_words(message: str) -> str:
    for theirs, ours in _WORDS:
        message = re.sub(theirs, ours, message)
    return message


def _is_split(first: str, second: str) -> bool:
    """Whether the second word goes on with the expression that the first begins."""
    return (
        second.lower() in _JOINING
        or second[:1] in set("<>=!)")
        or first[-1:] in set("<>=!(")
        or first.lower() in {"not", "min", "max", "first", "last", "avg", "total", "count"}
    )


def asks_for_help(tokens: Sequence[str]) -> bool:
    """Whether one of the words, before any ``--``, is ``-h`` or ``--help``."""
    end = tokens.index("--") if "--" in tokens else len(tokens)
    return not HELP_OPTIONS.isdisjoint(tokens[:end])


def one_of(*choices: str) -> Callable[[str], str]:
    """Make the type of an option that takes one of a few words."""

    def parse_choice(text: str) -> str:
        if text not in choices:
            hint = suggest(text, choices) or f"; use one of {', '.join(choices)}"
            raise argparse.ArgumentTypeError(f"{text!r} is not known{hint}")
        return text

    return parse_choice


def whole_number(text: str) -> int:
    """Parse the value of an option that counts."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number")
    return int(text)
