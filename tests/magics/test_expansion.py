import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guild_ipy.arguments.tokens import ObjectToken, token_value
from guild_ipy.errors import UsageError
from guild_ipy.magics.expansion import expand_line

NAMES = {"lr": 0.1, "name": "data", "layers": [64, 32], "text": "a b", "n": 3}


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("", []),
        ("  train   lr=0.1 ", ["train", "lr=0.1"]),
        ("'a b' \"c d\" e\\ f", ["a b", "c d", "e f"]),
        ("x='it''s' y=\"say \\\"hi\\\"\"", ["x=its", 'y=say "hi"']),
        ("--label ''", ["--label", ""]),
        ("train # not this", ["train"]),
        ("path=a#b", ["path=a#b"]),
    ],
)
def test_words_are_split_as_a_shell_does(line, words):
    assert expand_line(line, {}) == words


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("lr={lr / 2}", ["lr=0.05"]),
        ("path={name}/$name.csv", ["path=data/data.csv"]),
        ('--label "run {n} of $name"', ["--label", "run 3 of data"]),
        ("--label={name}", ["--label=data"]),
        ("x={', '.join(['a', 'b'])}", ["x=a, b"]),
        ("x=[{n}, $n, 'a b']", ["x=[3, 3, 'a b']"]),
    ],
)
def test_expressions_and_names_give_their_text(line, words):
    assert expand_line(line, dict(NAMES)) == words


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("x={a: 1, b: 2}", ["x={a: 1, b: 2}"]),
        ("x={'a': 1}", ["x={'a': 1}"]),
        ("x={}", ["x={}"]),
        ("x={a: {b: c}}", ["x={a: {b: c}}"]),
        ("x=[64, 32]", ["x=[64, 32]"]),
        ("x=(64, 32) y", ["x=(64, 32)", "y"]),
        ("x=((1, 2), (3, 4))", ["x=((1, 2), (3, 4))"]),
        ("x=(open y (a b)", ["x=(open", "y", "(a", "b)"]),
        ("x=a}b", ["x=a}b"]),
        ("x={open y=[open", ["x={open", "y=[open"]),
        ("price=5$ x=$5", ["price=5$", "x=$5"]),
    ],
)
def test_what_is_no_expression_stays_text(line, words):
    assert expand_line(line, {}) == words


@pytest.mark.parametrize("line", ["x='{lr} $lr'", "x={{lr}}", r"x=\$lr", "x=$$lr"])
def test_quotes_and_escapes_keep_braces_and_dollars(line):
    (word,) = expand_line(line, dict(NAMES))
    assert word in {"x={lr} $lr", "x={lr}", "x=$lr"}
    assert not isinstance(word, ObjectToken)


@pytest.mark.parametrize("line", ["data={layers}", "data=$layers"])
def test_a_value_that_is_one_expansion_is_the_object_itself(line):
    (word,) = expand_line(line, dict(NAMES))
    assert isinstance(word, ObjectToken)
    assert word.name == "data"
    assert word.value is NAMES["layers"]


def test_a_word_that_is_one_expansion_is_the_object_itself():
    words = expand_line("{layers} --restart={layers}", dict(NAMES))
    assert [token_value(word) for word in words] == [NAMES["layers"], "--restart", NAMES["layers"]]


def test_a_quoted_expansion_is_text():
    (word,) = expand_line('n="{n}"', dict(NAMES))
    assert word == "n=3"
    assert not isinstance(word, ObjectToken)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("lr={rate * 2}", "cannot expand '{rate * 2}': name 'rate' is not defined; define what it needs, or write"),
        ("lr=$rate", "cannot expand '$rate': name 'rate' is not defined; define what it needs, or write \\$ for"),
        ("lr={1 / 0}", "cannot expand '{1 / 0}': ZeroDivisionError: division by zero"),
        ("--label 'open", "no closing ' in \"'open\""),
    ],
)
def test_what_cannot_be_expanded_is_one_line(line, message):
    with pytest.raises(UsageError) as failure:
        expand_line(line, {})
    assert str(failure.value).startswith(message)
    assert "\n" not in str(failure.value)


def test_comprehensions_see_the_notebook():
    (word,) = expand_line("x={[n * i for i in layers]}", dict(NAMES))
    assert token_value(word) == [192, 96]


@given(st.lists(st.text()))
def test_quoted_words_come_back_as_they_are(words):
    assert expand_line(" ".join(map(shlex.quote, words)), {}) == words


def outcome(line):
    """Give the words of a line, or its error as one."""
    try:
        return expand_line(line, {"__builtins__": {}})
    except UsageError as error:
        return [str(error)] if len(str(error).splitlines()) == 1 else None


@given(st.text())
def test_any_line_gives_words_or_an_error_of_one_line(line):
    assert isinstance(outcome(line), list)


@pytest.mark.parametrize("line", ["${lr}", "rate-${lr}-x", "${lr|%.2f}", "${no_such_name}"])
def test_what_a_label_is_filled_with_stays_as_it_is(line):
    assert expand_line(line, {"lr": 5}) == [line]
    assert expand_line(f'--label "{line} of $lr"', {"lr": 5}) == ["--label", f"{line} of 5"]
