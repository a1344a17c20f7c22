"""What a run gets of the files around it, and what it says of those that it does not get."""

import os
import subprocess
from pathlib import Path

import pytest

import guild_ipy
from guild_ipy.domain.status import RunStatus
from guild_ipy.errors import UsageError
from guild_ipy.launching.launch import LaunchOptions
from guild_ipy.launching.new_run import RunRequest
from guild_ipy.launching.new_run import run as run_request
from guild_ipy.launching.restart import Change, restart, start
from guild_ipy.operations.spec_options import SpecOptions
from guild_ipy.session.viewer import SilentViewer
from guild_ipy.store.used_runs.manifest import read_manifest
from guild_ipy.verbs.looking.diff import diff
from guild_ipy.view.live import StreamViewer
from tests.notebook_files import read_code, write_notebook


@pytest.fixture
def project(notebook):
    """A notebook in a project with data."""
    Path("data/deep").mkdir(parents=True)
    Path("data/deep/x.bin").write_bytes(b"\0")
    Path("y.bin").write_bytes(b"\1")
    Path("read.py").write_text("print(open('data/deep/x.bin', 'rb').read(), open('y.bin', 'rb').read())\n")
    notebook.cell("def read():\n    return open('data/deep/x.bin', 'rb').read() + open('y.bin', 'rb').read()")
    return notebook


def with_files(*paths, **request):
    return {"spec": SpecOptions(files=paths), **request}


class TestFilesThatAreBroughtAlong:
    def test_a_function_finds_them_at_the_same_path(self, project):
        run = project.run("read", request=with_files("data", "./y.bin"))
        assert run.result == b"\0\1"
        assert [e.path for e in read_manifest(run.dir) if e.kind == "d"] == ["data/deep/x.bin", "y.bin"]
        assert dict(run.flags) == {}

    @pytest.mark.parametrize("path", ["data", "data/deep", "data/deep/x.bin", "{}/data"])
    def test_a_script_finds_them_however_they_are_named(self, project, path):
        run = project.run("read.py", request=with_files(path.format(os.getcwd()), "y.bin"))
        assert run.output == "b'\\x00' b'\\x01'\n"

    def test_what_lies_elsewhere_comes_to_the_top(self, project, tmp_path):
        (tmp_path / "elsewhere.zip").write_bytes(b"\0")
        run = project.run("read", request=with_files("data", "y.bin", "../elsewhere.zip"))
        assert os.path.isfile(f"{run.path}/elsewhere.zip")

    def test_they_are_copies(self, project):
        project.cell("def write():\n    open('y.bin', 'w').write('changed')")
        project.run("write", request=with_files("y.bin"))
        assert Path("y.bin").read_bytes() == b"\1"

    def test_a_restart_and_a_staged_run_have_them(self, project):
        run = project.run("read", request=with_files("data", "y.bin", stage=True))
        start(project.context, run, LaunchOptions(), SilentViewer())
        restart(project.context, run, Change(), LaunchOptions(), SilentViewer())
        assert (run.status, run.result) == (RunStatus.COMPLETED, b"\0\1")

    def test_nothing_is_said_of_data_that_is_brought_along(self, project, capsys):
        request = RunRequest(operation="read.py", spec=SpecOptions(files=("data", "y.bin")))
        run_request(project.context, request, StreamViewer(""))
        assert "note:" not in capsys.readouterr().out

    @pytest.mark.parametrize(("path", "why"), [("nowhere", "there is no file 'nowhere' in"), (".", "whole project")])
    def test_what_is_not_there_is_refused_and_nothing_is_made(self, project, path, why):
        with pytest.raises(UsageError, match=why):
            project.run("read", request=with_files(path))
        assert os.listdir(project.context.home.runs) == []

    @pytest.mark.usefixtures("extension")
    def test_magic_and_python_take_them(self, project):
        project.cell("import guild_ipy, pathlib")
        assert project.cell("r = %guild_run read --file data --file y.bin\nr.result") == b"\0\1"
        assert project.cell("guild_ipy.run(read, _files=['data', pathlib.Path('y.bin')]).result") == b"\0\1"
        project.cell("%%guild_run look --file data\nprint(open('data/deep/x.bin', 'rb').read())")
        project.cell("where = pathlib.Path('data')")
        assert project.cell("r = %guild_run read --file {where} --file y.bin\nr.result") == b"\0\1"

    def test_a_pipeline_has_none(self, project):
        Path("guild.yml").write_text("all:\n  steps: [one]\none:\n  main: read\n")
        with pytest.raises(UsageError, match="a pipeline has a run for each step"):
            project.run("all", request=with_files("data"))
        assert project.run("one", request=with_files("data", "y.bin")).status is RunStatus.COMPLETED


class TestSecrets:
    @pytest.fixture
    def secretive(self, notebook):
        """A project with secrets."""
        Path(".env").write_text("KEY=s3cret\n")
        Path("sub").mkdir()
        Path("sub/server.pem").write_text("s3cret\n")
        Path("sub/secrets").mkdir()
        Path("sub/secrets/plain.txt").write_text("s3cret\n")
        Path(".aws").mkdir()
        Path(".aws/credentials").write_text("s3cret\n")
        Path("use.py").write_text(
            "made = open('made.txt', 'w').write('1')\n"
            "print([len(open(path).read()) for path in ('.env', 'sub/server.pem', '.aws/credentials')])\n"
        )
        notebook.cell("def use():\n    return 1")
        return notebook

    @pytest.mark.parametrize("operation", ["use.py", "use"])
    def test_no_record_has_them(self, secretive, operation):
        run = secretive.run(operation)
        found = subprocess.run(["grep", "-rl", "s3cret", run.path], capture_output=True, text=True, check=False)
        assert found.stdout == ""
        Path(".env").write_text("KEY=s3cret2\n")
        other = secretive.run(operation)
        assert other.get("sourcecode_digest") == run.get("sourcecode_digest")
        assert "s3cret" not in str(diff([run, other]))

    def test_a_run_finds_them(self, secretive):
        run = secretive.run("use.py")
        assert run.output == "[11, 7, 7]\n"
        assert {entry.path for entry in read_manifest(run.dir) if entry.kind == "i"} == {
            ".aws",
            ".env",
            "sub/secrets",
            "sub/server.pem",
        }

    @pytest.mark.parametrize("select", [None, ".*", "sub", "made.*"])
    def test_they_are_no_product_of_the_run(self, secretive, select):
        secretive.run("use.py")
        requires = {"operation": "use.py"} | ({"select": select} if select else {})
        secretive.cell(f"""
            import glob, guild_ipy
            @guild_ipy.operation(requires={requires})
            def after():
                return sorted(glob.glob("*", include_hidden=True))
        """)
        assert {".env", ".aws"}.isdisjoint(secretive.run("after").result)

    @pytest.mark.parametrize("path", [".env", "sub", ".aws", ".aws/credentials", "sub/secrets/plain.txt"])
    def test_one_that_is_brought_along_or_required_is_linked(self, secretive, path):
        secretive.cell(f"""
            import guild_ipy
            @guild_ipy.operation(requires="file:{path}")
            def need():
                return 1
        """)
        for run in secretive.run("use", request=with_files(path)), secretive.run("need"):
            assert subprocess.run(["grep", "-rl", "s3cret", run.path], check=False).returncode == 1

    def test_one_that_is_said_to_be_copied_is_copied(self, secretive):
        secretive.cell("""
            import guild_ipy, os
            @guild_ipy.operation(requires={"file": ".env", "target-type": "copy"})
            def need():
                return os.path.islink(".env")
        """)
        assert secretive.run("need").result is False


class TestNotes:
    @pytest.fixture
    def large(self, notebook):
        """A project with files that are not copied."""
        Path("train.csv").write_text("1," * 2**20)
        Path("r.py").write_text("x = 1\n")
        Path("guild.yml").write_text("all:\n  steps:\n    - one\none:\n  main: r\n")
        return notebook

    NOTE = "note: larger than 1 MiB, not copied: 'train.csv'\n"

    @pytest.mark.parametrize("request_", [{}, {"stage": True}, {"launch": LaunchOptions(background=True)}])
    def test_what_is_left_out_is_said_in_python(self, large, capsys, request_):
        made = run_request(large.context, RunRequest(operation="r.py", **request_), StreamViewer(""))
        assert capsys.readouterr().out.startswith(self.NOTE)
        made.wait(30) if made.status is not RunStatus.STAGED else None

    def test_the_output_of_a_pipeline_has_it(self, large):
        assert self.NOTE in large.run("all").output


class TestNotebooksInFolders:
    @pytest.fixture
    def lab(self, notebook):
        """A notebook in a folder of the project, with files beside it and above it."""
        Path("notebooks/data").mkdir(parents=True)
        Path("notebooks/data/y.txt").write_text("y")
        Path("notebooks/local.txt").write_text("beside")
        Path("notebooks/helper.py").write_text("V = 5\n")
        Path("data").mkdir()
        Path("data/x.txt").write_text("x")
        Path("above.txt").write_text("above")
        Path("guild.yml").write_text("declared:\n  notebook: notebooks/a.ipynb\n")
        write_notebook(
            "notebooks/a.ipynb",
            "n = 1",
            "import glob, os, helper\nprint(open('local.txt').read(), helper.V, n, sorted(glob.glob('data/*')))",
            "print(os.getcwd() == os.environ['RUN_DIR'], sorted(glob.glob('*.txt')))",
        )
        return notebook

    @pytest.mark.parametrize("word", ["notebooks/a.ipynb", "./notebooks/a.ipynb", "a.ipynb", "../notebooks/a.ipynb"])
    def test_it_finds_what_lies_beside_it_from_wherever_it_is_run(self, lab, word, monkeypatch):
        if "notebooks" not in word or word.startswith(".."):
            monkeypatch.chdir("notebooks" if word == "a.ipynb" else "data")
        run = lab.run(word, n=3)
        assert run.output == "beside 5 3 ['data/y.txt']\nTrue ['local.txt']\n"
        assert read_code(f"{run.path}/{run.operation}")[0].source == "n = 3"

    def test_that_of_a_guild_file_finds_both(self, lab):
        run = lab.run("declared")
        assert run.output == "beside 5 1 ['data/y.txt']\nTrue ['above.txt', 'local.txt']\n"
        assert read_code(f"{run.path}/notebooks/a.ipynb")[1].outputs
        assert Path(f"{run.path}/.guild/sourcecode/data/x.txt").read_text() == "x"

    def test_a_restart_finds_it_too(self, lab):
        run = lab.run("notebooks/a.ipynb")
        restart(lab.context, run, Change(flags={"n": 2}), LaunchOptions(), SilentViewer())
        assert run.output.startswith("beside 5 2 ")

    @pytest.mark.parametrize("word", ["notebooks/b.ipynb", "declared-b"])
    def test_what_is_not_copied_is_brought_along_to_the_same_place(self, lab, word):
        Path("guild.yml").write_text("declared-b:\n  notebook: notebooks/b.ipynb\n")
        Path("notebooks/data/z.bin").write_bytes(b"\0")
        write_notebook("notebooks/b.ipynb", "print(open('data/z.bin', 'rb').read())")
        told = lab.fail(word).run.output
        assert "--file notebooks/data (_files='notebooks/data' in Python), or open its" in told
        assert lab.run(word, request=with_files("notebooks/data")).output == "b'\\x00'\n"

    def test_what_it_requires_is_there_as_well(self, lab):
        Path("above.bin").write_bytes(b"\0")
        write_notebook("notebooks/b.ipynb", "print(open('above.bin', 'rb').read(), open('local.txt').read())")
        run = lab.run("notebooks/b.ipynb", request=with_files("above.bin"))
        assert run.output == "b'\\x00' beside\n"


class TestProjectDir:
    def test_it_is_the_folder_of_the_notebook(self, notebook):
        assert guild_ipy.project_dir() == Path.cwd()

    @pytest.mark.parametrize("isolation", ["fork", "fresh", "inline"])
    def test_in_a_run_it_is_that_of_the_project(self, project, isolation):
        project.cell("import guild_ipy\ndef ask():\n    return guild_ipy.project_dir() / 'data'")
        run = project.run("ask", request={"launch": LaunchOptions(isolation=isolation)})
        assert run.result == Path.cwd() / "data"

    def test_scripts_and_notebook_files_have_it_at_a_restart_too(self, project, monkeypatch):
        Path("s.py").write_text("import guild_ipy\nprint(guild_ipy.project_dir())\n")
        write_notebook("n.ipynb", "import guild_ipy\nprint(guild_ipy.project_dir())")
        runs = [project.run("s.py"), project.run("n.ipynb")]
        expected = f"{os.getcwd()}\n"
        monkeypatch.chdir("data")
        for run in runs:
            assert run.output == expected
            restart(project.context, run, Change(), LaunchOptions(), SilentViewer())
            assert run.output == expected
