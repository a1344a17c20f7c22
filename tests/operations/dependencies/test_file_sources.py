"""Files, configuration and modules."""

import configparser
import hashlib
import json
import os
import shutil

import pytest
import yaml

from guild_ipy.domain.declarations.dependency import SourceKind
from guild_ipy.errors import DependencyError
from guild_ipy.operations.dependencies.resolve import resolve_dependencies
from tests.bare_runs import touch
from tests.required import file_of, need, pattern


@pytest.fixture
def project(tmp_path):
    folder = tmp_path / "a project"
    folder.mkdir()
    return folder


@pytest.fixture
def resolve(needs, project):
    """Resolve a source of the project; what is taken."""

    def resolve(kind, value, *, flags=None, given=None, **source):
        dependency = need(kind, value, location=str(project), **source)
        by_source = {} if given is None else {dependency.sources[0]: given}
        resolution = resolve_dependencies([dependency], needs(flags=flags, given=by_source))
        return resolution.dependencies[0].sources[0].files

    return resolve


class TestFile:
    @pytest.mark.timeout(10)
    @pytest.mark.parametrize("kind", [SourceKind.FILE, SourceKind.CONFIG])
    @pytest.mark.parametrize("make", [os.mkfifo, lambda path: os.symlink("/dev/zero", path)])
    def test_a_pipe_and_a_device_are_refused_at_once(self, resolve, project, kind, make):
        make(f"{project}/odd.yml")
        with pytest.raises(DependencyError, match="is a pipe, socket or device; a file or folder can be used"):
            resolve(kind, "odd.yml")

    def test_a_file_of_the_project_is_taken_by_its_name(self, resolve, project):
        touch(f"{project}/data/a.csv")
        (file,) = resolve(SourceKind.FILE, "data/a.csv")
        assert (file.path, file.origin, file.word) == ("a.csv", f"{project}/data/a.csv", "data/a.csv")

    def test_a_folder_is_taken_as_a_whole(self, resolve, project):
        touch(f"{project}/data/deep/a.csv")
        (file,) = resolve(SourceKind.FILE, "data")
        assert (file.path, file.origin) == ("data", f"{project}/data")

    def test_of_a_folder_what_is_selected(self, resolve, project):
        touch(f"{project}/data/deep/a.csv")
        touch(f"{project}/data/b.txt")
        files = resolve(SourceKind.FILE, "data", select=(pattern(r".*\.csv"),))
        assert [file.path for file in files] == ["a.csv"]

    def test_it_can_be_anywhere(self, resolve, tmp_path):
        touch(f"{tmp_path}/elsewhere/a.csv")
        (file,) = resolve(SourceKind.FILE, "../elsewhere/a.csv")
        assert (file.path, file.origin) == ("a.csv", f"{tmp_path}/elsewhere/a.csv")

    def test_its_path_is_kept_where_that_is_asked(self, resolve, project):
        touch(f"{project}/data/deep/a.csv")
        (file,) = resolve(SourceKind.FILE, "data/deep/a.csv", preserve_path=True)
        assert file.path == "data/deep/a.csv"

    def test_flags_are_put_into_its_name(self, resolve, project):
        touch(f"{project}/data-2.csv")
        (file,) = resolve(SourceKind.FILE, "data-${n}.csv", flags={"n": 2})
        assert file.path == "data-2.csv"

    def test_another_one_can_be_given(self, resolve, project):
        touch(f"{project}/other.csv")
        (file,) = resolve(SourceKind.FILE, "data.csv", given="other.csv")
        assert file.path == "other.csv"

    def test_one_that_is_not_there_is_an_error(self, resolve, project):
        with pytest.raises(DependencyError) as caught:
            resolve(SourceKind.FILE, "data.csv")
        path = f"{project}/data.csv"
        assert str(caught.value) == (
            f"could not resolve 'file:data.csv' in data.csv resource: there is no file {path!r}"
        )

    def test_one_that_is_optional_is_left_out(self, needs, project):
        resolution = resolve_dependencies([file_of("data.csv", location=str(project), optional=True)], needs())
        assert resolution.dependencies[0].sources[0].files == ()
        assert resolution.notes[0].startswith("file:data.csv of data.csv is left out: there is no file")

    def test_its_digest_must_be_the_one_that_is_told(self, resolve, project):
        touch(f"{project}/data.csv", b"1,2")
        digest = hashlib.sha256(b"1,2").hexdigest()
        assert resolve(SourceKind.FILE, "data.csv", sha256=digest.upper())
        with pytest.raises(DependencyError, match=f"has the SHA-256 {digest}, not abc"):
            resolve(SourceKind.FILE, "data.csv", sha256="abc")


class TestModule:
    @pytest.mark.parametrize("name", ["json", "os.path", "numpy.random"])
    def test_one_that_is_there_is_all_that_is_needed(self, resolve, name):
        assert resolve(SourceKind.MODULE, name) == ()

    @pytest.mark.parametrize("name", ["no_such_module", "no_such_package.module", ""])
    def test_one_that_is_not_there_is_an_error(self, resolve, name):
        with pytest.raises(DependencyError, match=f"no Python module {name!r}; install what has it"):
            resolve(SourceKind.MODULE, name)


class TestConfig:
    @pytest.mark.parametrize(
        ("name", "written", "read"),
        [
            ("c.yml", "lr: 1\nopt: {name: sgd}\n", yaml.safe_load),
            ("c.yaml", "lr: 1\nopt: {name: sgd}\n", yaml.safe_load),
            ("c.json", '{"lr": 1, "opt": {"name": "sgd"}}', json.loads),
        ],
    )
    def test_flags_and_parameters_are_in_it(self, resolve, project, name, written, read):
        touch(f"{project}/{name}", written.encode())
        flags = {"lr": 0.5, "opt.name": "adam", "deep.er.n": 3, "left": None}
        (file,) = resolve(SourceKind.CONFIG, name, flags=flags, params={"lr": 9, "seed": 7})
        assert (file.path, file.origin) == (name, "")
        assert read(file.content) == {"lr": 0.5, "opt": {"name": "adam"}, "deep": {"er": {"n": 3}}, "seed": 7}

    def test_a_value_gives_way_to_a_map(self, resolve, project):
        touch(f"{project}/c.yml", b"opt: sgd\n")
        (file,) = resolve(SourceKind.CONFIG, "c.yml", flags={"opt.name": "adam"})
        assert yaml.safe_load(file.content) == {"opt": {"name": "adam"}}

    @pytest.mark.parametrize("name", ["c.cfg", "c.ini"])
    def test_sections_are_maps(self, resolve, project, name):
        touch(f"{project}/{name}", b"[DEFAULT]\nbase = 1\nLR = 1\n[opt]\nname = sgd\nrate = 100%\n")
        (file,) = resolve(SourceKind.CONFIG, name, flags={"lr": 0.5, "opt.name": "adam", "new.n": True})
        parser = configparser.ConfigParser(interpolation=None)
        parser.read_string(file.content.decode())
        assert dict(parser.defaults()) == {"base": "1", "lr": "0.5"}
        assert dict(parser["opt"]) == {"name": "adam", "rate": "100%", "base": "1", "lr": "0.5"}
        assert parser["new"]["n"] == "True"

    def test_names_that_differ_in_case_are_one_for_readers_of_sections(self, resolve, project):
        touch(f"{project}/c.cfg", b"[opt]\nlr = 1\n")
        (file,) = resolve(SourceKind.CONFIG, "c.cfg", flags={"opt.LR": 2, "TOP": 3})
        parser = configparser.ConfigParser()
        parser.read_string(file.content.decode())
        assert (parser["opt"]["lr"], parser.defaults()["top"]) == ("2", "3")

    def test_a_template_loses_its_ending(self, resolve, project):
        touch(f"{project}/conf/c.yml.in", b"lr: 1\n")
        (file,) = resolve(SourceKind.CONFIG, "conf/c.yml.in", target_path="in")
        assert (file.path, file.content) == ("in/c.yml", b"lr: 1\n")

    @pytest.mark.parametrize(
        ("name", "written", "why"),
        [
            ("c.txt", b"", "is no .yml, .yaml, .json, .cfg or .ini file"),
            ("c.yml", b"a: [", "cannot be read: "),
            ("c.json", b"{", "cannot be read: "),
            ("c.cfg", b"lr = 1\n", "cannot be read: "),
            ("c.yml", b"- 1\n", "holds no map at its top"),
            ("c.json", b"\xff", "cannot be read: "),
        ],
    )
    def test_what_is_no_configuration_is_an_error_of_one_line(self, resolve, project, name, written, why):
        touch(f"{project}/{name}", written)
        with pytest.raises(DependencyError, match=f"'{project}/{name}' {why}") as caught:
            resolve(SourceKind.CONFIG, name)
        assert "\n" not in str(caught.value)

    def test_what_a_format_cannot_say_is_an_error(self, resolve, project):
        touch(f"{project}/c.cfg", b"")
        with pytest.raises(DependencyError, match="cannot be written with these flags"):
            resolve(SourceKind.CONFIG, "c.cfg", flags={"text": "\ud800"})


def test_an_archive_is_unpacked_unless_it_is_said_otherwise(resolve, project, tmp_path):
    touch(f"{tmp_path}/in/a.csv", b"1")
    shutil.make_archive(f"{project}/data", "gztar", f"{tmp_path}/in", "a.csv")
    assert [file.path for file in resolve(SourceKind.FILE, "data.tar.gz")] == ["a.csv"]
    assert [file.path for file in resolve(SourceKind.FILE, "data.tar.gz", unpack=False)] == ["data.tar.gz"]
