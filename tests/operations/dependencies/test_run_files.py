"""Which files of a run are taken, and where they go."""

import os

import pytest

from guild_ipy.domain.declarations.dependency import Rename, TargetType
from guild_ipy.errors import DependencyError
from guild_ipy.operations.dependencies.resolve import resolve_dependencies
from guild_ipy.operations.dependencies.run_files import generated_names, inner_path, selected_paths
from tests.bare_runs import touch
from tests.required import pattern, run_of


@pytest.fixture
def take(needs):
    """Give where the files of the latest run go, by the path that they have in it."""

    def take(dependency=None, **source):
        dependency = dependency or run_of("train", **source)
        resolution = resolve_dependencies([dependency], needs(flags={"n": 3, "name": "x"}))
        return {file.word: file.path for file in resolution.dependencies[0].sources[0].files}

    return take


class TestGenerated:
    def test_what_the_run_made_is_taken_and_its_source_is_not(self, take, add):
        add("aa", files=["model", "data.csv"], source=["train.py", "lib/a.py"])
        assert take() == {"data.csv": "data.csv", "model": "model"}

    def test_a_folder_is_taken_as_a_whole_if_the_run_made_something_in_it(self, take, add):
        add("aa", files=["out/deep/model", "mixed/new"], source=["mixed/old", "lib/a.py"])
        assert take() == {"mixed": "mixed", "out": "out"}

    def test_an_empty_folder_is_taken(self, take, add):
        os.mkdir(f"{add('aa').path}/empty")
        assert take() == {"empty": "empty"}

    def test_what_the_run_was_given_itself_is_not_taken(self, take, add):
        made = add("aa", files=["model", "given/data"])
        touch(made.manifest, b"d given/data - operation:prepare data\n")
        assert take() == {"model": "model"}

    def test_a_link_to_another_run_is_not_taken(self, add):
        step, made = add("aa", files=["model"]), add("bb", files=["report"])
        os.symlink(f"../{step.id}", f"{made.path}/train")
        assert generated_names(made) == ["report"]

    def test_pipes_are_no_files(self, add):
        made = add("aa", files=["model"])
        os.mkfifo(f"{made.path}/pipe")
        assert generated_names(made) == ["model"]

    def test_a_run_without_a_manifest_made_all_that_is_there(self, add):
        made = add("aa", files=["model"], source=["train.py"])
        os.unlink(made.manifest)
        assert generated_names(made) == ["model", "train.py"]


class TestSelect:
    @pytest.fixture(autouse=True)
    def _run(self, add):
        add("aa", files=["model-1.h5", "model-2.h5", "model-10.h5", "notes.txt", "deep/model-3.h5"], source=["a.py"])

    @pytest.mark.parametrize(
        ("patterns", "paths"),
        [
            ([pattern(r"model-\d+\.h5")], ["model-1.h5", "model-10.h5", "model-2.h5"]),
            ([pattern(r".*-(\d+)\.h5", "max")], ["model-10.h5"]),
            ([pattern(r".*-(\d+)\.h5", "min")], ["model-1.h5"]),
            ([pattern(r"deep/.*"), pattern("notes.*")], ["deep/model-3.h5", "notes.txt"]),
            ([pattern("deep")], ["deep"]),
            ([pattern("model")], []),
            ([pattern(r"notes(\.txt)", "max")], []),
            ([pattern(r"a\.py")], ["a.py"]),
            ([pattern(r"\.guild/attrs/id")], [".guild/attrs/id"]),
            ([pattern("^.guild/attrs/[h-i].$")], [".guild/attrs/id"]),
            ([pattern(r".*/id")], []),
        ],
    )
    def test_patterns_match_whole_paths(self, take, patterns, paths):
        assert list(take(select=tuple(patterns))) == paths

    def test_a_wrong_pattern_is_refused(self, take):
        with pytest.raises(DependencyError, match=r"select '\(' is no regular expression"):
            take(select=(pattern("("),))

    def test_nothing_that_matches_is_noted_or_an_error(self, needs, take):
        resolution = resolve_dependencies([run_of("train", select=(pattern("x"),))], needs())
        assert resolution.notes == ("no file of operation:train is taken: none matches 'x'",)
        with pytest.raises(DependencyError, match="no file of operation:train is taken: none matches 'x'"):
            take(select=(pattern("x"),), fail_if_empty=True)
        quiet = run_of("train", select=(pattern("x"),), warn_if_empty=False)
        assert resolve_dependencies([quiet], needs()).notes == ()


class TestPlaces:
    @pytest.fixture(autouse=True)
    def _run(self, add):
        add("aa", files=["sub/model.h5"])

    @pytest.mark.parametrize(
        ("source", "place"),
        [
            ({}, "model.h5"),
            ({"target_path": "in"}, "in/model.h5"),
            ({"target_path": "./in/"}, "in/model.h5"),
            ({"target_path": "in/${n}-${name}"}, "in/3-x/model.h5"),
            ({"preserve_path": True}, "sub/model.h5"),
            ({"preserve_path": True, "target_path": "in"}, "sub/model.h5"),
            ({"rename": (Rename(pattern=r"(.+)\.h5", replacement=r"best-\1"),)}, "best-model"),
            ({"rename": (Rename(pattern="h5", replacement="${name}"),)}, "model.x"),
            ({"rename": (Rename(pattern="x", replacement="y"), Rename(pattern="m", replacement="M"))}, "Model.h5"),
            ({"rename": (Rename(pattern=".*", replacement="deep/name"),)}, "deep/name"),
        ],
    )
    def test_files_go_where_the_source_says(self, take, source, place):
        assert take(select=(pattern(r"sub/.*"),), **source) == {"sub/model.h5": place}

    @pytest.mark.parametrize(
        ("source", "what"),
        [
            ({"target_path": "../up"}, "target-path '../up'"),
            ({"target_path": "/etc"}, "target-path '/etc'"),
            ({"target_path": ".guild/attrs"}, "target-path '.guild/attrs'"),
            ({"target_path": "in/../../up"}, "target-path 'in/../../up'"),
            ({"rename": (Rename(pattern=".*", replacement="../../up"),)}, "renamed file '../../up'"),
            ({"rename": (Rename(pattern=".*", replacement=".guild"),)}, "renamed file '.guild'"),
        ],
    )
    def test_no_place_is_outside_the_run(self, take, source, what):
        with pytest.raises(DependencyError, match=f"{what} is not within the run directory; give a relative path"):
            take(select=(pattern(r"sub/.*"),), **source)

    @pytest.mark.parametrize(
        "source",
        [
            {"rename": (Rename(pattern="model", replacement="${nam}"),)},
            {"rename": (Rename(pattern="${nam}", replacement="x"),)},
            {"target_path": "in/${nam}"},
        ],
    )
    def test_a_reference_to_no_flag_is_refused(self, take, source):
        with pytest.raises(DependencyError, match=r"'\$\{nam\}' in .* is no flag of this operation .*mean 'name'"):
            take(select=(pattern("sub/.*"),), **source)

    def test_the_private_folder_of_a_run_goes_where_it_replaces_none(self, take):
        assert take(select=(pattern(".guild"),), target_path="up") == {".guild": "up/.guild"}
        with pytest.raises(DependencyError, match=r"take the place of the run's own '\.guild'; give a target-path"):
            take(select=(pattern(".guild"),))

    @pytest.mark.parametrize("replacement", [r"\9", r"\g<x>"])
    def test_a_wrong_replacement_is_refused(self, take, replacement):
        with pytest.raises(DependencyError, match=r"rename 's' to .* cannot be done"):
            take(rename=(Rename(pattern="s", replacement=replacement),))

    def test_how_they_come_is_told_by_the_source_or_the_dependency(self, needs):
        dependency = run_of("train", target_type=TargetType.LINK)
        (file,) = resolve_dependencies([dependency], needs()).dependencies[0].sources[0].files
        assert file.how is TargetType.LINK


class TestWaysOut:
    @pytest.mark.parametrize("target", ["/etc/passwd", "../bb", "sub/../../x"])
    def test_a_link_that_leads_out_is_refused(self, take, add, target):
        made = add("aa")
        os.symlink(target, f"{made.path}/link")
        with pytest.raises(DependencyError, match=r"'link' leads out of 'aa0+', to '.*'; it is not taken, select "):
            take()

    def test_a_link_to_a_file_of_the_run_is_taken(self, take, add):
        made = add("aa", files=["model"])
        os.symlink("model", f"{made.path}/best")
        assert take() == {"best": "best", "model": "model"}

    def test_a_file_behind_a_folder_that_leads_out_is_not_found(self, take, add, tmp_path):
        made = add("aa", files=["model"])
        touch(f"{tmp_path}/outside/secret")
        os.symlink(f"{tmp_path}/outside", f"{made.path}/link")
        assert take(select=(pattern(".*secret"),)) == {}

    def test_paths_are_those_below_the_folder(self, tmp_path):
        touch(f"{tmp_path}/a/b/c")
        assert selected_paths(str(tmp_path), [pattern(".*")]) == ["a", "a/b", "a/b/c"]

    @pytest.mark.parametrize(("path", "plain"), [("", ""), (".", ""), ("a/", "a"), ("a/../b", "b"), ("..a", "..a")])
    def test_a_place_has_one_form(self, path, plain):
        assert inner_path(path, "path") == plain
