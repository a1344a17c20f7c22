"""Which runs are stale: those that would use another run now."""

import pytest

from guild_ipy.domain.choosing.run_filter import RunFilter
from guild_ipy.session.session import set_home
from guild_ipy.session.stale import is_one_of
from guild_ipy.store.files.attrs import write_attr
from guild_ipy.store.trash import delete_run
from guild_ipy.verbs.changing.mark import mark, undo_marks
from guild_ipy.verbs.looking.info import get_info
from guild_ipy.verbs.looking.runs import list_stale
from tests.used_runs import used, whole


def note(beginning, reason, operation="train"):
    name = f"operation:{operation}"
    return [{"dependency": name, "source": name, "runs": [whole(beginning)], "reason": reason}]


@pytest.fixture
def serve(add):
    """A run of `serve` that used the latest `train`."""
    add("a1")
    return add("5e", "serve", used("train", "a1"), _dependencies=note("a1", "latest"))


def test_a_run_is_stale_once_there_is_a_later_one_to_use(bare_context, serve, add):
    assert not serve.is_stale
    add("b2")
    assert serve.is_stale
    assert list_stale(bare_context) == [serve]


def test_a_run_is_stale_once_another_run_is_marked(bare_context, add):
    old, new = add("a1"), add("b2")
    serve = add("5e", "serve", used("train", "b2"), _dependencies=note("b2", "latest"))
    mark(bare_context, [new])
    assert not serve.is_stale
    mark(bare_context, [new], clear=True)
    mark(bare_context, [old])
    assert serve.is_stale
    undo_marks(bare_context)
    assert not serve.is_stale


def test_info_names_what_has_taken_the_place(bare_context, serve, add):
    newer = add("b2")
    assert get_info(serve).lines["stale"] == "operation:train is a1000000, and b2000000 is the latest now"
    mark(bare_context, [newer])
    assert get_info(serve).lines["stale"] == "operation:train is a1000000, and b2000000 is the last one marked now"
    assert "stale" not in get_info(newer).lines


@pytest.mark.parametrize("reason", ["explicit", "loss < 1"])
def test_a_run_that_was_asked_for_makes_nothing_stale(serve, add, reason):
    write_attr(serve.dir, "_dependencies", note("a1", reason))
    add("b2")
    assert not serve.is_stale


def test_a_run_of_guild_is_stale_unless_its_user_named_the_run(add):
    add("a1")
    automatic = add("5e", "serve", used("train", "a1"))
    explicit = add("6f", "serve", used("train", "a1"), user_flags={"train": "a1"})
    add("b2")
    assert (automatic.is_stale, explicit.is_stale) == (True, False)


@pytest.mark.parametrize("attrs", [{"exit_status": 1}, {"exit_status": None}])
def test_a_run_that_cannot_be_used_makes_nothing_stale(bare_context, serve, add, attrs):
    failed = add("b2", marked=True, **attrs)
    assert str(failed.status) == "error"
    assert not serve.is_stale


def test_runs_of_other_operations_make_nothing_stale(serve, add):
    add("b2", "trainer")
    assert not serve.is_stale


def test_a_run_that_continues_one_of_its_own_operation_is_not_stale_by_itself(add):
    add("a1")
    second = add("b2", "train", used("train", "a1"))
    assert not second.is_stale


def test_a_run_whose_upstream_is_gone_is_stale_if_there_is_another(bare_context, serve, add):
    only = add("b2", "train")
    delete_run(bare_context.home, bare_context.home.run_dir(whole("a1")))
    assert serve.is_stale
    delete_run(bare_context.home, only.dir)
    assert not serve.is_stale


def test_stale_goes_with_filters_and_a_limit(bare_context, serve, add):
    other = add("6f", "report", used("train", "a1"))
    add("b2")
    assert list_stale(bare_context, RunFilter(operations=("serve",))) == [serve]
    assert list_stale(bare_context, RunFilter(limit=1)) == [other]
    assert list_stale(bare_context, RunFilter(where="op = train")) == []


def test_a_source_may_name_several_operations_or_a_plain_name_of_a_run(bare_context, add):
    add("a1")
    deps = {"m": {"run:train": {"config": whole("a1"), "paths": [], "uri": "run:train"}}}
    several = {"m": {"x": {"config": whole("a1"), "paths": [], "uri": "operation:tune,train"}}}
    first, second = add("5e", "serve", deps), add("6f", "serve", several)
    add("b2", "tune")
    assert (first.is_stale, second.is_stale) == (False, True)
    add("c3", "train")
    assert first.is_stale


@pytest.mark.parametrize(
    ("where", "stale"), [("lr < 0.5", False), ("lr > 0.5", True), ("nobody = has", False), ("lr <", False)]
)
def test_only_runs_that_the_dependency_lets_pass_take_the_place(add, where, stale):
    add("a1", flags={"lr": 0.1})
    noted = [{**note("a1", "latest")[0], "where": where}]
    serve = add("5e", "serve", used("train", "a1"), _dependencies=noted)
    add("b2", flags={"lr": 0.9})
    assert serve.is_stale is stale


@pytest.mark.parametrize(
    ("name", "fits"),
    [
        ("train", True),
        ("net:train", True),
        ("cnn:train", False),
        ("train()", True),
        ("tr.*", True),
        ("tr", False),
        ("(", False),
    ],
)
def test_operations_are_named_with_or_without_their_model_or_by_a_pattern(name, fits):
    assert is_one_of("net:train", (name,)) is fits


def test_a_run_of_another_home_asks_that_home(serve, add, tmp_path):
    add("b2")
    set_home(f"{tmp_path}/other home")
    assert serve.is_stale
