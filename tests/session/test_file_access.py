import os

import pytest

from guild_ipy.errors import UsageError
from guild_ipy.session.file_access import list_files, open_file


@pytest.fixture
def run(notebook):
    notebook.cell("""
        import os
        def train():
            os.makedirs("out/deep")
            for path in ("model.txt", "out/a b.txt", "out/deep/ñ"):
                with open(path, "w") as file:
                    file.write(path)
    """)
    return notebook.run("train")


def read(run, path):
    with open_file(run.dir, path) as file:
        return file.read().decode()


def test_files_of_the_user_are_listed_sorted(run):
    assert list_files(run.dir) == ["model.txt", "out/a b.txt", "out/deep/ñ"]


def test_private_files_are_listed_when_asked(run):
    found = list_files(run.dir, everything=True)
    assert {"model.txt", ".guild/opref", ".guild/attrs/id", ".guild/job/main.py"} <= set(found)


def test_links_are_listed_and_not_followed(run):
    os.symlink("/etc", f"{run.path}/folder link")
    os.symlink("/etc/passwd", f"{run.path}/file link")
    assert list_files(run.dir) == ["file link", "folder link", "model.txt", "out/a b.txt", "out/deep/ñ"]


@pytest.mark.parametrize("path", ["model.txt", "out/a b.txt", "./out/deep/../deep/ñ", "out//deep/ñ"])
def test_files_are_read(run, path):
    assert read(run, path) == os.path.normpath(path)


def test_a_link_within_the_run_is_followed(run):
    os.symlink("out/deep", f"{run.path}/link")
    assert read(run, "link/ñ") == "out/deep/ñ"


@pytest.mark.parametrize("path", ["/etc/passwd", "../../runs", "..", "out/../../x", "~/x/../../.."])
def test_paths_that_lead_out_are_refused(run, path):
    with pytest.raises(UsageError):
        read(run, path)


@pytest.mark.parametrize(("target", "path"), [("/etc/passwd", "link"), ("/etc", "link/passwd"), ("..", "link/x")])
def test_links_that_lead_out_are_refused(run, target, path):
    os.symlink(target, f"{run.path}/link")
    with pytest.raises(UsageError, match=f"'{path}' leads out of run {run.short_id}"):
        read(run, path)


def test_a_folder_beside_the_run_with_a_longer_name_is_outside(run):
    os.mkdir(run.dir.path + "-old")
    with open(run.dir.path + "-old/secret", "w"):
        pass
    with pytest.raises(UsageError, match="leads out of run"):
        read(run, f"../{run.id}-old/secret")


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("not there", "has no file 'not there'; its files are listed by ls"),
        ("model.txt/x", "has no file 'model.txt/x'"),
        ("out", "'out' is a folder; name a file of it"),
        ("", "is a folder"),
        ("pipe", "cannot read 'pipe' of run .*: it is not a regular file"),
    ],
)
def test_what_is_no_file_is_said_in_one_line(run, path, message):
    os.mkfifo(f"{run.path}/pipe")
    with pytest.raises(UsageError, match=message) as caught:
        read(run, path)
    assert "\n" not in str(caught.value)


def test_what_is_private_of_a_copied_run_directory_is_not_listed_either(run):
    os.makedirs(f"{run.path}/copy/.guild/attrs")
    for path in ("copy/.guild/opref", "copy/.guild/attrs/id", "copy/b.txt"):
        with open(f"{run.path}/{path}", "w"):
            pass
    os.symlink("/etc", f"{run.path}/out/.guild")
    assert list_files(run.dir) == ["copy/b.txt", "model.txt", "out/a b.txt", "out/deep/ñ"]
    assert {"copy/.guild/opref", "out/.guild"} <= set(list_files(run.dir, everything=True))
