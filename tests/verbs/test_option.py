"""Options as fields of a value."""

from dataclasses import dataclass

import pytest

from guild_ipy.arguments.option import option, repeated, switch, word, words
from guild_ipy.arguments.parser import Completes, Group, whole_number
from guild_ipy.arguments.verb import Verb
from guild_ipy.errors import UsageError

SIZES = Group(title="sizes", description="One of them.", one_of=True)


@dataclass(frozen=True, kw_only=True)
class Bake:
    cakes: tuple[str, ...] = words(metavar="CAKE", help="which", completes=Completes.NAMES)
    cold: bool = switch("-c", "--cold", help="without heat")
    minutes: int | None = option("-m", "--minutes", type=whole_number, metavar="N", help="how long")
    with_: tuple[str, ...] = repeated("--with", metavar="NAME", help="what on top", completes=Completes.PATHS)
    small: bool = switch("--small", help="for one", group=SIZES)
    large: bool = switch("--large", help="for all", group=SIZES)

    def carry_out(self, context):
        return " ".join(self.cakes)


VERB = Verb(name="bake", options=Bake, words="[CAKE ...]", summary="Bake.")


def test_what_is_typed_becomes_a_value():
    typed = VERB.parse("apple -m 3 plum --with cream --with sugar --large".split())
    assert typed == Bake(cakes=("apple", "plum"), minutes=3, with_=("cream", "sugar"), large=True)
    assert VERB.parse([]) == Bake()


def test_options_stand_in_the_help_in_their_order_and_groups():
    text = VERB.format_help("guild-ipy bake")
    assert text.startswith("usage: guild-ipy bake [CAKE ...] [options]\n\nBake.\n")
    assert text.index("--cold") < text.index("--minutes") < text.index("sizes:\n  One of them.") < text.index("--small")


def test_of_a_group_only_one_can_be_given():
    with pytest.raises(UsageError, match="bake: --large: it does not go with --small"):
        VERB.parse(["--small", "--large"])


def test_each_option_says_what_completes_it():
    parser = VERB.parser
    found = [parser.completes(parser.find_option(name)) for name in ("--with", "--minutes")]
    assert [parser.completes_words(), *found] == [Completes.NAMES, Completes.PATHS, Completes.NOTHING]


def test_one_word_is_none_where_there_is_none():
    @dataclass(frozen=True, kw_only=True)
    class Eat(Bake):
        cakes: str | None = word(metavar="CAKE", help="which")

    verb = Verb(name="eat", options=Eat, summary="Eat.")
    assert (verb.parse([]).cakes, verb.parse(["apple"]).cakes) == (None, "apple")
