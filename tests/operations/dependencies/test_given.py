from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from guild_ipy.domain.declarations.dependency import SourceKind
from guild_ipy.errors import FlagError, UsageError
from guild_ipy.operations.dependencies.given_dependencies import naming_dependencies, parse_given, split_given
from guild_ipy.operations.flag_values.typed_text import FlagText
from guild_ipy.session.run_handle import Run
from tests.required import file_of, need, run_of, runs_of

NONE = frozenset()


@pytest.mark.parametrize(
    ("value", "refs"),
    [
        ("abcd1234", ("abcd1234",)),
        (FlagText("00e12345"), ("00e12345",)),
        ("abcd1234 defa5678 bcde9012", ("abcd1234", "defa5678", "bcde9012")),
        ("abcd1234,defa5678, bcde9012 ,", ("abcd1234", "defa5678", "bcde9012")),
        ("[abcd1234, defa5678]", ("abcd1234", "defa5678")),
        ("  ", ()),
        ("/my runs/a b", ("/my runs/a b",)),
        ("/my runs/a, /my runs/b", ("/my runs/a", "/my runs/b")),
        (Path("/my runs/a, b"), ("/my runs/a, b",)),
        (1, ("1",)),
        (["abcd1234", "defa5678 bcde9012"], ("abcd1234", "defa5678", "bcde9012")),
        (("abcd1234", 2), ("abcd1234", "2")),
        (pd.DataFrame({"run": ["abcd1234", "defa5678"], "loss": [1, 2]}), ("abcd1234", "defa5678")),
        (pd.DataFrame({"run": ["abcd1234"], "loss": [1]}).iloc[0], ("abcd1234",)),
        (pd.Series(["abcd1234", "defa5678"]), ("abcd1234", "defa5678")),
        (np.int64(2), ("2",)),
        (np.array(["abcd1234"]), ("abcd1234",)),
    ],
)
def test_runs_are_named_in_many_ways(value, refs):
    assert parse_given(value).refs == refs


def test_runs_are_given_as_they_are(make_run):
    one, two = Run(make_run()), Run(make_run())
    assert parse_given(one).refs == (one.id,)
    assert parse_given([one, two]).refs == (one.id, two.id)


@pytest.mark.parametrize("value", ["where marked and lr < 1", "  WHERE\tmarked and lr < 1 "])
def test_what_begins_with_where_is_an_expression(value):
    assert (parse_given(value).expression, parse_given(value).refs) == ("marked and lr < 1", ())


def test_a_label_that_begins_like_where_is_no_expression():
    assert parse_given("whereabouts").refs == ("whereabouts",)


@pytest.mark.parametrize("value", [True, 0.5, None, {"a": 1}, [None], pd.DataFrame({"x": [1]})])
def test_what_names_no_run_is_refused(value):
    with pytest.raises(UsageError, match="a run is given as an id, an index, a label, a path or a run, not"):
        parse_given(value)


@pytest.mark.parametrize("name", ["train", "operation:train"])
def test_a_dependency_is_given_by_its_operation_or_its_uri(name):
    dependency = run_of("train")
    assert split_given([dependency], {name: "abcd", "lr": 1}, NONE) == ({dependency.sources[0]: "abcd"}, {"lr": 1})


def test_a_dependency_with_a_name_is_given_by_it():
    dependency = need(SourceKind.MULTI_RUN, "lr < 1", name="models", is_multi=True)
    assert split_given([dependency], {"models": "abcd"}, NONE) == ({dependency.sources[0]: "abcd"}, {})


def test_a_source_with_a_flag_name_is_given_by_it():
    dependency = file_of("data.csv", flag_name="data")
    assert split_given([dependency], {"data": "other.csv"}, NONE)[0] == {dependency.sources[0]: "other.csv"}


def test_a_flag_of_the_operation_is_a_flag_whatever_a_dependency_is_called():
    dependency = run_of("train")
    given, flags = split_given([dependency], {"train": 0.5, "operation:train": "abcd"}, frozenset({"train"}))
    assert (given, flags) == ({dependency.sources[0]: "abcd"}, {"train": 0.5})


def test_a_dependency_whose_name_is_taken_by_a_flag_is_given_by_what_it_asks_for():
    dependency = run_of("train", name="n")
    given, flags = split_given([dependency], {"n": 3, "operation:train": "abcd"}, frozenset({"n"}))
    assert (given, flags) == ({dependency.sources[0]: "abcd"}, {"n": 3})


def test_an_unknown_name_is_refused_with_those_of_dependencies():
    with pytest.raises(FlagError) as caught, naming_dependencies([run_of("train"), file_of("x", flag_name="data")]):
        raise FlagError.unknown("trian", operation="serve()", known=["port"])
    assert str(caught.value) == ("unknown flag 'trian' for serve() (did you mean 'train'?); it takes port, train, data")


def test_a_name_stands_for_all_sources_about_that_operation():
    one, all_of_them = run_of("train"), runs_of("train", target_path="all")
    given, _ = split_given([one, all_of_them], {"train": "abcd"}, NONE)
    assert set(given) == {one.sources[0], all_of_them.sources[0]}


def test_what_is_given_twice_is_refused():
    with pytest.raises(UsageError, match=r"'train' is given twice, once as 'operation:train'"):
        split_given([run_of("train")], {"train": "a", "operation:train": "b"}, NONE)
