"""Operations by name, by wildcards and by regular expressions."""

import re

import pytest

from guild_ipy.domain.choosing.operation_name import check_operation_name, is_operation_named, required_name
from guild_ipy.domain.choosing.run_filter import RunFilter
from guild_ipy.errors import UsageError

LISTED = ["train()", "pretrain()", "train_v2()", "net:train", "net:evaluate", "mnist:test", "src/train.py", "train.py+"]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("train", ["train()", "net:train"]),
        ("train()", ["train()"]),
        ("net:train", ["net:train"]),
        (":train", ["train()", "net:train"]),
        ("train.py", ["src/train.py"]),
        ("src/train.py", ["src/train.py"]),
        ("./src/train.py", ["src/train.py"]),
        ("train.py+", ["train.py+"]),
        ("net:pretrain", []),
        ("rain", []),
        ("tra", []),
        ("Train", []),
        ("", []),
        ("net", []),
        ("t.*n", []),
    ],
)
def test_a_name_means_the_operation_of_that_name_and_no_other(name, meant):
    assert [each for each in LISTED if is_operation_named(each, [name])] == meant


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("train*", ["train()", "train_v2()", "net:train", "src/train.py", "train.py+"]),
        ("*train", ["train()", "pretrain()", "net:train"]),
        ("*train()", ["train()", "pretrain()"]),
        ("train_v?", ["train_v2()"]),
        ("net:*", ["net:train", "net:evaluate"]),
        ("n?t:t*", ["net:train"]),
        ("src/*", ["src/train.py"]),
        ("*.py", ["src/train.py"]),
        ("[a-z]rain*", []),
    ],
)
def test_stars_and_question_marks_are_wildcards(name, meant):
    assert [each for each in LISTED if is_operation_named(each, [name])] == meant


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("^mnist:", ["mnist:test"]),
        (":(evaluate|test)$", ["net:evaluate", "mnist:test"]),
        ("^train", ["train()", "train_v2()", "train.py+"]),
        (r"^(pre)?train\(\)$", ["train()", "pretrain()"]),
    ],
)
def test_what_begins_or_ends_as_a_regular_expression_is_one(name, meant):
    assert [each for each in LISTED if is_operation_named(each, [name])] == meant


def test_several_names_are_alternatives():
    assert [each for each in LISTED if is_operation_named(each, ["test", "pretrain"])] == ["pretrain()", "mnist:test"]


@pytest.mark.parametrize("name", ["^(", "[a$", "*a$"])
def test_a_regular_expression_that_is_none_is_refused(name):
    with pytest.raises(ValueError, match=re.escape(f"{name!r} is not a regular expression: ")):
        check_operation_name(name)
    with pytest.raises(UsageError, match=r"^operation '"):
        RunFilter(operations=("train", name))


@pytest.mark.parametrize(
    ("required", "meant"),
    [
        ("train", ["train()", "net:train"]),
        ("train()", ["train()", "net:train"]),
        ("pkg/net:train", ["net:train"]),
        ("tr.*", ["train()", "train_v2()", "net:train", "train.py+"]),
        ("train|test", ["train()", "net:train", "mnist:test"]),
        ("n.*:train", ["net:train"]),
        ("net:train$", ["net:train"]),
        (r"(?:pre)?train", ["train()", "pretrain()", "net:train"]),
        ("*:test", ["mnist:test"]),
        (r"src/train\.py", ["src/train.py"]),
    ],
)
def test_a_dependency_asks_by_name_or_as_guild_does_by_a_regular_expression(required, meant):
    assert [each for each in LISTED if is_operation_named(each, [required_name(required)])] == meant
