import pytest

from guild_ipy.arguments.expression_words import format_value, join_words
from guild_ipy.arguments.tokens import ObjectToken, QuotedToken
from guild_ipy.domain.choosing.best import Best
from guild_ipy.domain.choosing.run_filter import RunFilter
from guild_ipy.errors import UsageError
from guild_ipy.verbs.looking.select import VERB as SELECT


def test_words_and_options_make_a_request():
    parsed = SELECT.parse("lr < 0.1 and completed --max loss -n 3".split())
    assert parsed.filter == RunFilter(where="lr < 0.1 and completed", limit=3)
    assert (parsed.best, parsed.is_one) == (Best(name="loss", greatest=True), False)
    assert SELECT.parse(["--min", "loss"]).is_one


def test_negative_numbers_are_no_options():
    parsed = SELECT.parse("lr > -1e-3 and a in [ -.5 , 2 ] --frame".split())
    assert (parsed.filter.where, parsed.frame) == ("lr > -1e-3 and a in [ -.5 , 2 ]", True)


@pytest.mark.parametrize(
    ("words", "expression"),
    [
        (["label = x"], "label = x"),
        (["label", "=", "a b"], 'label = "a b"'),
        (["label", "=", ""], 'label = ""'),
        (["label", "=", QuotedToken.of("a b", written="'a b'")], "label = 'a b'"),
        (["op", "in", "[train, 'ser*']", "and", "marked"], "op in [train, 'ser*'] and marked"),
        (["lr", "in", ObjectToken.of([0.1, "x"], source="{rates}")], 'lr in [0.1, "x"]'),
        (["lr", "=", ObjectToken.of(0.1, source="{lr}")], "lr = 0.1"),
        ([ObjectToken.of("a b", source="{x}", name="label")], "label=a b"),
        ([ObjectToken.of('a "b"', source="{x}", name="label"), "and", "marked"], r'label="a \"b\"" and marked'),
        ([ObjectToken.of("lr < 0.1", source="$expr")], "lr < 0.1"),
    ],
)
def test_words_become_one_expression(words, expression):
    assert join_words(words) == expression


@pytest.mark.parametrize(
    ("value", "text"), [(True, "true"), (None, "undefined"), ((1, 2.5), "[1, 2.5]"), ("ü\n", '"ü\\n"')]
)
def test_values_of_the_notebook_are_written_as_values_of_the_language(value, text):
    assert format_value(value) == text


@pytest.mark.parametrize("line", ["--min a --max b", "--explain --min a x", "lr = 1 --where lr=2"])
def test_what_does_not_go_together_is_refused(line):
    with pytest.raises(UsageError, match="select: "):
        SELECT.parse(line.split())
