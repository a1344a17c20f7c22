"""Bringing files into a run directory, and out of it again."""

import os

import pytest

from guild_ipy.domain.declarations.dependency import SourceKind, TargetType
from guild_ipy.domain.declarations.resolved_dependency import ResolvedDependency, ResolvedSource, TakenFile
from guild_ipy.engine.run_files.place_files import place_dependencies, remove_placed
from guild_ipy.errors import DependencyError, StoreError
from tests.bare_runs import touch
from tests.required import need

OTHER = "there is another '{}' in the run directory; give it another place with target-path or rename"


@pytest.fixture
def run_dir(make_run):
    return make_run()


@pytest.fixture
def origin(tmp_path):
    """A folder that files come from."""
    touch(f"{tmp_path}/origin/model", b"weights")
    touch(f"{tmp_path}/origin/tree/a", b"1")
    touch(f"{tmp_path}/origin/tree/deep/b", b"2")
    os.mkdir(f"{tmp_path}/origin/tree/empty")
    return f"{tmp_path}/origin"


@pytest.fixture
def place(run_dir):
    """Place files; the paths that the manifest names."""

    def place(*files):
        dependency = need(SourceKind.OPERATION, "train")
        resolved = ResolvedSource(source=dependency.sources[0], files=files)
        entries = place_dependencies(run_dir, [ResolvedDependency(dependency=dependency, sources=(resolved,))])
        assert all(entry.kind == "d" and entry.origin[0] == "operation:train" for entry in entries)
        place.entries = entries
        return [entry.path for entry in entries]

    return place


def names_in(run_dir):
    return sorted(
        os.path.relpath(os.path.join(root, n), run_dir.path)
        for root, fs, ns in os.walk(run_dir.path)
        for n in (*fs, *ns)
        if ".guild" not in os.path.join(root, n).split("/")
    )


def read(run_dir, path):
    with open(f"{run_dir.path}/{path}", "rb") as file:
        return file.read()


class TestCopies:
    def test_a_file_is_copied_with_its_permissions(self, place, run_dir, origin):
        os.chmod(f"{origin}/model", 0o540)
        assert place(TakenFile(path="in/model", origin=f"{origin}/model", word="model")) == ["in/model"]
        assert read(run_dir, "in/model") == b"weights"
        assert os.stat(f"{run_dir.path}/in/model").st_mode & 0o777 == 0o740
        assert not os.path.islink(f"{run_dir.path}/in/model")

    def test_a_folder_is_copied_with_all_that_is_in_it(self, place, run_dir, origin):
        assert sorted(place(TakenFile(path="t", origin=f"{origin}/tree"))) == ["t/a", "t/deep/b"]
        assert names_in(run_dir) == ["t", "t/a", "t/deep", "t/deep/b", "t/empty"]

    def test_what_is_written_is_there(self, place, run_dir):
        assert place(TakenFile(path="c.yml", content=b"a: 1\n")) == ["c.yml"]
        assert read(run_dir, "c.yml") == b"a: 1\n"

    def test_pipes_in_a_folder_are_left_out(self, place, origin):
        os.mkfifo(f"{origin}/tree/pipe")
        assert sorted(place(TakenFile(path="t", origin=f"{origin}/tree"))) == ["t/a", "t/deep/b"]

    def test_a_link_is_copied_as_what_it_leads_to(self, place, run_dir, origin):
        os.symlink("model", f"{origin}/best")
        place(TakenFile(path="best", origin=f"{origin}/best", root=origin))
        assert (read(run_dir, "best"), os.path.islink(f"{run_dir.path}/best")) == (b"weights", False)

    def test_a_file_that_has_gone_is_an_error(self, place, origin):
        with pytest.raises(DependencyError, match=f"could not resolve 'operation:train' .* '{origin}/x' is gone"):
            place(TakenFile(path="x", origin=f"{origin}/x"))

    def test_folders_of_several_sources_are_one(self, place, run_dir, origin, tmp_path):
        touch(f"{tmp_path}/more/deep/c", b"3")
        place(TakenFile(path="t", origin=f"{origin}/tree"), TakenFile(path="t", origin=f"{tmp_path}/more"))
        assert (read(run_dir, "t/deep/b"), read(run_dir, "t/deep/c")) == (b"2", b"3")


class TestLinks:
    @pytest.mark.parametrize("path", ["model", "in/deep/model"])
    def test_a_link_is_relative_and_leads_there(self, place, run_dir, origin, path):
        assert place(TakenFile(path=path, origin=f"{origin}/model", how=TargetType.LINK)) == [path]
        assert not os.path.isabs(os.readlink(f"{run_dir.path}/{path}"))
        assert os.path.samefile(f"{run_dir.path}/{path}", f"{origin}/model")

    def test_a_folder_can_be_linked(self, place, run_dir, origin):
        place(TakenFile(path="tree", origin=f"{origin}/tree", how=TargetType.LINK))
        assert os.path.islink(f"{run_dir.path}/tree")

    def test_links_within_a_copied_folder_stay_links(self, place, run_dir, origin):
        os.symlink("../a", f"{origin}/tree/deep/up")
        os.symlink("deep", f"{origin}/tree/same")
        place(TakenFile(path="t", origin=f"{origin}/tree", root=origin))
        assert (os.readlink(f"{run_dir.path}/t/deep/up"), read(run_dir, "t/deep/up")) == ("../a", b"1")
        assert os.readlink(f"{run_dir.path}/t/same") == "deep"

    def test_a_link_to_elsewhere_in_the_run_leads_to_the_same_file(self, place, run_dir, origin):
        os.symlink("../model", f"{origin}/tree/up")
        place(TakenFile(path="t", origin=f"{origin}/tree", root=origin))
        assert os.readlink(f"{run_dir.path}/t/up") == os.path.realpath(f"{origin}/model")

    @pytest.mark.parametrize("target", ["/etc/passwd", "../../../outside", "/etc"])
    def test_a_link_in_a_copied_folder_that_leads_out_is_refused(self, place, run_dir, origin, target):
        os.symlink(target, f"{origin}/tree/deep/out")
        with pytest.raises(DependencyError, match=r"'tree/deep/out' is a link to .*, outside of the run"):
            place(TakenFile(path="t", origin=f"{origin}/tree", root=origin))
        assert names_in(run_dir) == []

    def test_links_of_the_project_may_lead_anywhere(self, place, run_dir, origin, tmp_path):
        touch(f"{tmp_path}/outside", b"x")
        os.symlink("../../outside", f"{origin}/tree/out")
        place(TakenFile(path="t", origin=f"{origin}/tree"))
        assert read(run_dir, "t/out") == b"x"


class TestWhatIsThere:
    def test_the_same_file_is_left(self, place, run_dir, origin):
        touch(f"{run_dir.path}/model", b"weights")
        assert place(TakenFile(path="model", origin=f"{origin}/model")) == ["model"]

    def test_another_file_is_in_the_way(self, place, run_dir, origin):
        touch(f"{run_dir.path}/model", b"other")
        with pytest.raises(DependencyError, match=OTHER.format("model")):
            place(TakenFile(path="model", origin=f"{origin}/model"))
        assert read(run_dir, "model") == b"other"

    def test_another_file_in_a_folder_is_in_the_way(self, place, run_dir, origin):
        touch(f"{run_dir.path}/t/deep/b", b"other")
        with pytest.raises(DependencyError, match=OTHER.format("t/deep/b")):
            place(TakenFile(path="t", origin=f"{origin}/tree"))
        assert names_in(run_dir) == ["t", "t/deep", "t/deep/b"]

    @pytest.mark.parametrize("kind", ["file", "folder", "link"])
    def test_it_makes_room_where_that_is_asked(self, place, run_dir, origin, kind):
        make = {
            "file": lambda path: touch(path, b"other"),
            "folder": lambda path: touch(f"{path}/x"),
            "link": lambda path: os.symlink(f"{origin}/tree/a", path),
        }
        make[kind](f"{run_dir.path}/model")
        place(TakenFile(path="model", origin=f"{origin}/model", replaces=True))
        assert read(run_dir, "model") == b"weights"
        with open(f"{origin}/tree/a", "rb") as file:
            assert file.read() == b"1"

    def test_two_sets_in_one_folder_are_in_each_others_way(self, place):
        with pytest.raises(DependencyError, match=OTHER.format("guild-runs.json")):
            place(*[TakenFile(path="guild-runs.json", content=b"[]")] * 2)

    @pytest.mark.parametrize("path", ["sub/model", "sub/deep/model"])
    def test_nothing_is_written_through_a_link(self, place, run_dir, origin, tmp_path, path):
        os.makedirs(f"{tmp_path}/outside/deep")
        os.symlink(f"{tmp_path}/outside", f"{run_dir.path}/sub")
        for how in TargetType:
            with pytest.raises(DependencyError, match=f"{path!r} is not within the run directory"):
                place(TakenFile(path=path, origin=f"{origin}/model", how=how))
        assert os.listdir(f"{tmp_path}/outside") == ["deep"]
        assert os.listdir(f"{tmp_path}/outside/deep") == []

    def test_no_folder_is_copied_through_a_link(self, place, run_dir, origin, tmp_path):
        os.mkdir(f"{tmp_path}/outside")
        os.mkdir(f"{run_dir.path}/t")
        os.symlink(f"{tmp_path}/outside", f"{run_dir.path}/t/deep")
        with pytest.raises(DependencyError, match=OTHER.format("t/deep")):
            place(TakenFile(path="t", origin=f"{origin}/tree"))
        assert os.listdir(f"{tmp_path}/outside") == []

    @pytest.mark.parametrize("path", ["../x", "/etc/x", ".guild/opref", ".guild", ".", "", "a/../../x"])
    def test_nothing_is_written_outside_the_run(self, place, origin, path):
        with pytest.raises(DependencyError, match="is not within the run directory"):
            place(TakenFile(path=path, origin=f"{origin}/model"))


class TestTrouble:
    def test_an_error_of_the_disk_names_the_file(self, place, origin):
        with pytest.raises(StoreError, match=r"cannot place 'x+' of train: File name too long"):
            place(TakenFile(path="x" * 300, origin=f"{origin}/model"))

    def test_nothing_is_left_of_what_was_placed_before(self, place, run_dir, origin):
        touch(f"{run_dir.path}/tree/own", b"mine")
        touch(f"{run_dir.path}/model", b"weights")
        files = [
            TakenFile(path="model", origin=f"{origin}/model"),
            TakenFile(path="tree", origin=f"{origin}/tree"),
            TakenFile(path="new/link", origin=f"{origin}/model", how=TargetType.LINK),
            TakenFile(path="x", origin=f"{origin}/gone"),
        ]
        with pytest.raises(DependencyError):
            place(*files)
        assert names_in(run_dir) == ["model", "tree", "tree/own"]


class TestRemoving:
    def test_what_was_placed_is_removed_with_its_folders(self, place, run_dir, origin):
        touch(f"{run_dir.path}/own", b"mine")
        place(
            TakenFile(path="in/model", origin=f"{origin}/model", how=TargetType.LINK),
            TakenFile(path="t", origin=f"{origin}/tree"),
        )
        remove_placed(run_dir, place.entries)
        assert names_in(run_dir) == ["own"]
        assert os.path.exists(f"{origin}/model")

    def test_what_the_run_made_beside_it_stays(self, place, run_dir, origin):
        place(TakenFile(path="t", origin=f"{origin}/tree"))
        touch(f"{run_dir.path}/t/deep/made")
        remove_placed(run_dir, place.entries)
        assert names_in(run_dir) == ["t", "t/deep", "t/deep/made"]

    def test_nothing_is_removed_through_a_link(self, place, run_dir, origin, tmp_path):
        place(TakenFile(path="in/model", origin=f"{origin}/model"))
        os.rename(f"{run_dir.path}/in", f"{tmp_path}/outside")
        os.symlink(f"{tmp_path}/outside", f"{run_dir.path}/in")
        remove_placed(run_dir, place.entries)
        assert os.listdir(f"{tmp_path}/outside") == ["model"]

    def test_what_is_gone_already_is_no_error(self, place, run_dir, origin):
        place(TakenFile(path="model", origin=f"{origin}/model"))
        os.unlink(f"{run_dir.path}/model")
        remove_placed(run_dir, place.entries)
