import pytest

from guild_ipy.domain.choosing.run_filter import RunFilter
from guild_ipy.domain.declarations.dependency import Source, SourceKind
from guild_ipy.errors import SelectError
from guild_ipy.operations.dependencies.run_query import is_operation_alone, make_query

USUAL = "(completed or running or terminated)"


def query(kind, value, **source):
    return make_query(Source(kind=kind, value=value, **source))


@pytest.mark.parametrize(
    ("value", "clause"),
    [
        ("train", 'operation = "train"'),
        ("train()", 'operation = "train"'),
        ("train.py", 'operation = "train.py"'),
        ("mnist:train", 'operation = "mnist:train"'),
        ("pkg/mnist:train", 'operation = "mnist:train"'),
        (":train", 'operation = "train"'),
        ("train, prepare", 'operation in ["train", "prepare"]'),
        ("train*", 'operation = "train*"'),
        ("train.*", r'operation = "^(?:[^:]*:)?(?:train.*)(?:\\(\\))?$"'),
        ('a"b', r'operation = "a\"b"'),
    ],
)
def test_names_of_operations_are_a_clause_on_the_operation(value, clause):
    assert query(SourceKind.OPERATION, value).expression == f"{clause} and {USUAL}"


@pytest.mark.parametrize("value", ["train", "mnist:train", "train-2", "_x"])
def test_a_bare_name_is_short_for_the_operation(value):
    assert is_operation_alone(value)
    assert query(SourceKind.RUN, value) == query(SourceKind.OPERATION, value)


@pytest.mark.parametrize("value", ["completed", "complete", "marked", "true", "Failed", "op = train", "lr<1", "1a", ""])
def test_words_of_the_language_are_no_names_of_operations(value):
    assert not is_operation_alone(value)


def test_an_expression_stands_for_itself():
    assert query(SourceKind.MULTI_RUN, "lr < 1 or lr > 5").expression == f"(lr < 1 or lr > 5) and {USUAL}"


def test_select_narrows_the_operation():
    found = query(SourceKind.OPERATION, "train", is_multi=True, expression="label contains 'red' or lr < 1")
    assert found.expression == f"operation = \"train\" and (label contains 'red' or lr < 1) and {USUAL}"
    assert found.wanted == "train"


@pytest.mark.parametrize("expression", ["failed", "complete", "status = error", "not completed", "status in [error]"])
def test_an_expression_that_tests_the_status_lets_all_pass_that_have_begun(expression):
    found = query(SourceKind.MULTI_RUN, expression)
    assert found.expression == f"({expression}) and (completed or running or terminated or error)"


def test_a_flag_that_is_called_status_is_no_test_of_the_status():
    assert query(SourceKind.RUN, "flag:status = 3").expression == f"(flag:status = 3) and {USUAL}"


def test_an_expression_given_by_the_user_takes_the_place_of_the_declared_one():
    declared = query(SourceKind.OPERATION, "train", expression="lr < 1")
    assert declared.with_expression("marked", None).expression == f'operation = "train" and (marked) and {USUAL}'


@pytest.mark.parametrize("expression", ["lr <", "nonsense words", "(a = 1"])
def test_what_is_no_expression_is_an_error(expression):
    with pytest.raises(SelectError):
        query(SourceKind.MULTI_RUN, expression)


@pytest.mark.parametrize("name", ["train", "train()"])
def test_functions_are_found_with_and_without_their_parentheses(index, add, name):
    made = add("aa", "train")
    wanted = query(SourceKind.OPERATION, name).expression
    assert index.ids(RunFilter(where=wanted)) == [made.id]


def test_a_pattern_matches_names_as_a_whole(index, add):
    for start, operation in {"aa": "train-a", "bb": "train-b", "cc": "retrain-a"}.items():
        add(start, operation)
    found = index.ids(RunFilter(where=query(SourceKind.OPERATION, "train-.*").expression))
    assert [each[:2] for each in found] == ["bb", "aa"]
