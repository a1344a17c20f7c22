"""Which runs are used: explicit, marked, latest, and sets."""

import json
import os

import pytest

from guild_ipy.domain.declarations.dependency import SourceKind
from guild_ipy.errors import DependencyError, SelectError
from guild_ipy.operations.dependencies.given_dependencies import GivenDependency, parse_given
from guild_ipy.operations.dependencies.resolve import resolve_dependencies
from guild_ipy.store.state.marks import MarkEntry, write_mark
from tests.bare_runs import touch
from tests.operations.dependencies.conftest import MINUTE, NOON
from tests.required import need, pattern, run_of, runs_of


@pytest.fixture
def choose(needs):
    """Resolve one dependency; the beginnings of the ids that are used, and why."""

    def choose(dependency, given=None, **fields):
        by_source = {} if given is None else {dependency.sources[0]: given}
        resolution = resolve_dependencies([dependency], needs(given=by_source, **fields))
        (resolved,) = resolution.dependencies[0].sources
        return [each[:2] for each in resolved.runs], resolved.reason, resolution

    return choose


@pytest.fixture
def refuse(choose):
    """Resolve what cannot be resolved; why it cannot."""

    def refuse(dependency, given=None, **fields):
        with pytest.raises(DependencyError) as caught:
            choose(dependency, given, **fields)
        assert "\n" not in str(caught.value)
        return caught.value.why

    return refuse


class TestOne:
    def test_the_latest_is_used(self, choose, add):
        add("aa")
        add("bb")
        assert choose(run_of("train"))[:2] == (["bb"], "latest")

    def test_a_marked_one_is_used_before_a_newer_one(self, choose, add):
        add("aa", marked=True)
        add("bb")
        assert choose(run_of("train"))[:2] == (["aa"], "marked")

    @pytest.mark.parametrize("order", [["aa", "bb"], ["bb", "aa"], ["bb", "aa", "bb"]])
    def test_of_several_marked_ones_the_one_marked_last_is_used(self, choose, add, order):
        runs = {beginning: add(beginning) for beginning in ("aa", "bb", "cc")}
        for minute, beginning in enumerate(order):
            write_mark(runs[beginning], MarkEntry(when=NOON + minute * MINUTE, marked=True))
        assert choose(run_of("train"))[:2] == ([order[-1]], "marked")

    def test_of_those_marked_at_once_the_newest_is_used(self, choose, add):
        for beginning in ("aa", "bb", "cc"):
            write_mark(add(beginning), MarkEntry(when=NOON, marked=beginning != "cc"))
        assert choose(run_of("train"))[:2] == (["bb"], "marked")

    def test_of_several_marked_ones_the_last_that_can_be_used_is_used(self, choose, add):
        for minute, (beginning, status) in enumerate([("aa", "completed"), ("bb", "completed"), ("cc", "error")]):
            write_mark(add(beginning, status=status), MarkEntry(when=NOON - minute * MINUTE, marked=True))
        write_mark(add("dd", status="staged"), MarkEntry(when=NOON + MINUTE, marked=True))
        used, _, resolution = choose(run_of("train"))
        assert used == ["aa"]
        assert resolution.notes[:-1] == ("the marked run dd000000 of train is staged, so not used",)

    def test_a_marked_run_of_another_operation_does_not_count(self, choose, add):
        add("aa")
        add("bb", "prepare", marked=True)
        assert choose(run_of("train"))[:2] == (["aa"], "latest")

    @pytest.mark.parametrize("status", ["error", "staged", "pending"])
    def test_a_marked_run_that_cannot_be_used_is_named(self, choose, add, status):
        add("aa")
        add("bb", marked=True, status=status)
        used, reason, resolution = choose(run_of("train"))
        assert (used, reason) == (["aa"], "latest")
        assert f"the marked run bb000000 of train is {status}, so not used" in resolution.notes

    @pytest.mark.parametrize("status", ["error", "staged", "pending"])
    def test_a_run_with_nothing_to_use_is_never_chosen(self, choose, refuse, add, status):
        add("bb", status=status)
        assert refuse(run_of("train")) == "no suitable run for train"
        add("aa", status="terminated")
        assert choose(run_of("train"))[:2] == (["aa"], "latest")

    @pytest.mark.parametrize("expression", ["not completed", "status != completed", "staged or failed"])
    def test_no_expression_chooses_a_run_that_has_not_begun(self, choose, add, expression):
        add("aa", status="error")
        add("bb", status="staged")
        add("cc", status="pending")
        assert choose(need(SourceKind.RUN, expression))[0] == ["aa"]

    def test_a_running_run_is_used_as_far_as_it_is(self, choose, make_run, hold):
        hold(make_run(id="aa".ljust(32, "0"), started=1))
        used, _, resolution = choose(run_of("train"))
        assert used == ["aa"]
        assert "run aa000000 is running; what it has made by now is taken" in resolution.notes

    def test_where_there_is_none_the_message_says_so(self, refuse, add):
        add("aa", "prepare")
        assert refuse(run_of("train")) == "no suitable run for train"

    def test_where_only_a_marked_one_is_there_that_cannot_be_used_the_message_names_it(self, refuse, add):
        add("bb", status="error", marked=True)
        assert refuse(run_of("train")) == "no suitable run for train; the marked run bb000000 is error"

    def test_the_whole_message_is_that_of_the_specification(self, choose):
        with pytest.raises(DependencyError) as caught:
            choose(run_of("train"))
        expected = "could not resolve 'operation:train' in train resource: no suitable run for train"
        assert str(caught.value) == expected

    def test_help_stands_behind_it(self, choose):
        with pytest.raises(DependencyError, match=r"no suitable run for train; run train first, please$"):
            choose(run_of("train", help="run train\n  first, please"))

    def test_an_expression_selects_among_all_operations(self, choose, add):
        add("aa", "prepare", flags={"lr": 0.1})
        add("bb", "train", flags={"lr": 5})
        assert choose(need(SourceKind.RUN, "lr < 1"))[:2] == (["aa"], "latest")

    def test_a_run_of_the_same_pipeline_comes_before_a_marked_one(self, choose, add):
        made = add("aa")
        add("bb", marked=True)
        assert choose(run_of("train"), preferred=(made.id,))[:2] == (["aa"], "pipeline")

    def test_an_optional_source_is_left_out_and_named(self, choose):
        used, _, resolution = choose(run_of("train", optional=True))
        assert used == []
        assert resolution.notes == ("operation:train of train is left out: no suitable run for train",)


class TestNamed:
    @pytest.fixture(autouse=True)
    def _runs(self, add):
        add("aa11", label="the best one")
        add("ab22", label="bad", marked=True)
        add("cc33", "prepare")
        add("dd44", status="error")

    @pytest.mark.parametrize(
        "given", ["aa11".ljust(32, "0"), "aa11", "aa", "aa110000", 2, "2", "the best one", " the best one "]
    )
    def test_it_is_found_by_id_beginning_index_and_label(self, choose, given):
        assert choose(run_of("train"), given)[:2] == (["aa"], "explicit")

    @pytest.mark.parametrize("above", ["", "../runs/", "./"])
    def test_it_is_found_by_its_path(self, choose, home, above):
        assert choose(run_of("train"), f"{home.runs}/{above}{'aa11'.ljust(32, '0')}")[:2] == (["aa"], "explicit")

    def test_it_is_found_by_its_path_from_the_current_folder(self, choose, home, monkeypatch):
        monkeypatch.chdir(home.path)
        assert choose(run_of("train"), f"runs/{'aa11'.ljust(32, '0')}")[0] == ["aa"]

    def test_a_label_can_look_like_the_beginning_of_an_id(self, choose):
        assert choose(run_of("train"), "bad")[0] == ["ab"]

    def test_several_ids_that_begin_so_are_refused(self, refuse):
        assert refuse(run_of("train"), "a") == "'a' is the beginning of several ids; write more of it"

    def test_one_of_another_operation_is_refused(self, refuse):
        why = "run cc330000 (prepare()) is no run of train; --force-deps uses it all the same"
        assert refuse(run_of("train"), "cc33".ljust(32, "0")) == refuse(run_of("train"), "cc") == why

    def test_one_that_failed_is_refused(self, refuse):
        why = "run dd440000 is error, not completed, running or terminated; --force-deps uses it all the same"
        assert refuse(run_of("train"), "dd").replace(" (train())", "") == why

    @pytest.mark.parametrize("given", ["cc", "dd"])
    def test_force_takes_whatever_is_named(self, choose, given):
        assert choose(run_of("train"), given, force=True)[:2] == ([given], "explicit")

    def test_what_is_not_there_is_refused(self, refuse):
        why = "no run has the id or, of train, the label 'ffff'"
        assert refuse(run_of("train"), "ffff") == why
        assert refuse(run_of("train"), "9") == "train has 2 suitable runs, not 9"

    def test_what_is_not_there_is_refused_where_the_source_is_optional_too(self, refuse):
        assert "no run has the id" in refuse(run_of("train", optional=True), "ffff")

    @pytest.mark.parametrize("given", ["aa11 ab22", ["aa11", "ab22"], "aa11,ab22"])
    def test_one_run_is_taken_and_not_two(self, refuse, given):
        assert refuse(run_of("train"), given) == "it takes one run, not 2; give one id"

    def test_nothing_is_no_run(self, refuse):
        assert refuse(run_of("train"), " ") == "no run is named; give an id, or leave it out"

    def test_where_chooses_as_the_declaration_would(self, choose):
        assert choose(run_of("train"), "where label contains best")[:2] == (["aa"], "label contains best")
        assert choose(run_of("train"), "where failed")[0] == ["dd"]

    def test_a_wrong_expression_points_at_the_place(self, choose):
        with pytest.raises(SelectError) as caught:
            choose(run_of("train"), "where label contains")
        assert caught.value.caret

    def test_an_expression_that_is_declared_wrongly_is_a_dependency_that_is_not_met(self, refuse):
        assert "column" in refuse(need(SourceKind.RUN, "label contains"))

    def test_one_named_for_an_expression_must_be_selected_by_it(self, choose, refuse):
        assert choose(need(SourceKind.RUN, "label contains best"), "aa")[0] == ["aa"]
        assert "is no run of label contains best" in refuse(need(SourceKind.RUN, "label contains best"), "ab")

    def test_one_named_for_an_operation_need_not_be_selected_by_the_declaration(self, choose):
        assert choose(run_of("train", expression="label contains best"), "ab")[0] == ["ab"]

    def test_one_that_was_used_before_is_used_again_whatever_it_is_now(self, choose):
        given = GivenDependency(text="", refs=("dd44".ljust(32, "0"),), recorded="latest")
        assert choose(run_of("train"), given)[:2] == (["dd"], "latest")

    def test_one_that_was_used_before_and_is_gone_is_named(self, refuse):
        given = GivenDependency(text="", refs=("e" * 32,), recorded="latest")
        assert refuse(run_of("train"), given) == (
            "run eeeeeeee, which it used the last time, is deleted; restore it, or choose anew with --reselect"
        )


class TestFolder:
    def test_a_folder_stands_for_a_run(self, choose, tmp_path):
        touch(f"{tmp_path}/a model/weights", b"x")
        used, reason, resolution = choose(run_of("train"), f"{tmp_path}/a model")
        (resolved,) = resolution.dependencies[0].sources
        assert (used, reason, resolved.value) == ([], "explicit", f"{tmp_path}/a model")
        assert [(file.path, file.origin) for file in resolved.files] == [("weights", f"{tmp_path}/a model/weights")]

    def test_a_run_of_another_home_gives_what_it_made(self, choose, add, home, tmp_path):
        made = add("aa", files=["model"], source=["train.py"])
        os.rename(made.path, f"{tmp_path}/elsewhere")
        _, _, resolution = choose(run_of("train"), f"{tmp_path}/elsewhere")
        assert [file.path for file in resolution.dependencies[0].sources[0].files] == ["model"]

    def test_a_run_that_is_not_there_is_no_folder(self, refuse, home):
        path = f"{home.runs}/{'f' * 32}"
        assert refuse(run_of("train"), path) == f"{path!r} is no run of {home.path!r}"

    def test_a_folder_is_no_member_of_a_set(self, refuse, tmp_path, home):
        assert refuse(runs_of("train"), str(tmp_path)) == f"{str(tmp_path)!r} is no run of {home.path!r}"


class TestSets:
    @pytest.fixture(autouse=True)
    def _runs(self, add):
        add("aa11", flags={"lr": 0.1}, label="red")
        add("ab22", flags={"lr": 0.2})
        add("cc33", "prepare")
        add("dd44", status="error", label="red")
        add("ee55", flags={"lr": 0.5}, marked=True)

    def test_all_are_used_the_newest_first(self, choose):
        assert choose(runs_of("train"))[:2] == (["ee", "ab", "aa"], "train")

    def test_select_says_which(self, choose):
        assert choose(runs_of("train", expression="lr < 0.3"))[:2] == (["ab", "aa"], "lr < 0.3")

    @pytest.mark.parametrize(
        ("given", "used"),
        [
            ("where label contains 'red' and complete", ["aa"]),
            ("where label contains 'red' and (complete or failed)", ["dd", "aa"]),
            ("where lr > 0.15", ["ee", "ab"]),
        ],
    )
    def test_where_takes_the_place_of_select(self, choose, given, used):
        found, reason, _ = choose(runs_of("train", expression="lr < 0.3"), given)
        assert (found, reason) == (used, given.removeprefix("where "))

    @pytest.mark.parametrize("given", ["aa11 ab22", "aa,ab", ["aa11", "ab22"], "aa11, ab22", "3 2", "red ab"])
    def test_they_are_named_in_that_order(self, choose, given):
        assert choose(runs_of("train"), given)[:2] == (["aa", "ab"], "explicit")

    def test_of_several_beginnings_one_that_is_not_enough_is_named(self, refuse):
        assert refuse(runs_of("train"), "a ee") == "'a' is the beginning of several ids; write more of it"

    def test_each_is_taken_once(self, choose):
        assert choose(runs_of("train"), "aa aa11 aa")[0] == ["aa"]

    @pytest.mark.parametrize("given", ["aa11 cc33", "dd44 aa11"])
    def test_each_must_be_of_the_operation_and_usable(self, refuse, choose, given):
        assert "--force-deps uses it all the same" in refuse(runs_of("train"), given)
        assert len(choose(runs_of("train"), given, force=True)[0]) == 2

    @pytest.mark.parametrize(
        ("dependency", "given", "why"),
        [
            (runs_of("tune"), None, "no suitable run for tune"),
            (runs_of("train"), "where lr > 9", "no suitable run for train lr > 9"),
            (need(SourceKind.MULTI_RUN, "lr > 9", is_multi=True), None, "no suitable run for lr > 9"),
            (runs_of("train"), "", "no run is named; give an id, or leave it out"),
        ],
    )
    def test_an_empty_set_is_an_error(self, refuse, dependency, given, why):
        assert refuse(dependency, given) == why

    def test_links_are_named_by_the_full_id_beside_a_file_that_describes_them(self, choose, home):
        _, _, resolution = choose(runs_of("train", target_path="in/${n}", expression="lr < 0.15"), flags={"n": 3})
        link, described = resolution.dependencies[0].sources[0].files
        id = "aa11".ljust(32, "0")  # noqa: A001 - the word of the field
        assert (link.path, link.origin) == (f"in/3/{id}", f"{home.runs}/{id}")
        assert described.path == "in/3/guild-runs.json"
        (run,) = json.loads(described.content)
        assert (run["id"], run["dir"], run["status"]) == (id, f"./{id}", "completed")
        assert (run["flags"], run["scalars"], run["label"]) == ({"lr": 0.1}, {}, "red")

    def test_a_large_set_of_the_last_time_is_found_at_once(self, choose):
        given = parse_given(" ".join(f"{number:032x}" for number in range(2500)))
        with pytest.raises(DependencyError, match="no run has the id or, of train, the label '0000"):
            choose(runs_of("train"), given)


def test_files_of_a_set_are_not_taken(choose, add):
    add("aa", files=["model"])
    _, _, resolution = choose(runs_of("train", select=(pattern("model"),)))
    assert [os.path.basename(file.path) for file in resolution.dependencies[0].sources[0].files] == [
        "aa".ljust(32, "0"),
        "guild-runs.json",
    ]
