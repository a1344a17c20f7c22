"""``run.path`` and ``run.files``."""

import os
import zlib
from pathlib import Path

import pytest

from guild_ipy.errors import UsageError
from guild_ipy.session.file_list import read_files

PNG = b"\x89PNG\r\n\x1a\n" + zlib.compress(b"no real image")
HOSTILE = "<img src=x onerror=alert(1)>\x1b[2J.txt"


@pytest.fixture
def run_dir(home):
    """A run with files of several kinds."""
    run_dir = home.run_dir("0123456789abcdef" * 2)
    os.makedirs(f"{run_dir.path}/figures")
    os.makedirs(run_dir.attrs)
    for name, content in {
        "figures/one.png": PNG,
        "model.pt": b"PK\x03\x04" + b"\0" * 5000,
        "scores.csv": b"a,b\n1,2\n",
        "page.svg": b"<svg onload='alert(1)'/>",
        HOSTILE: b"text",
    }.items():
        with open(f"{run_dir.path}/{name}", "wb") as file:
            file.write(content)
    return run_dir


def test_the_path_of_a_run_is_a_path(train):
    run = train.run("train")
    assert (run.path / ".guild" / "opref").read_text().startswith("func:")
    assert os.fspath(run.path) == run.dir.path
    assert isinstance(run.path, Path)


def test_files_are_a_sequence_of_paths_with_names(run_dir):
    files = read_files(run_dir)
    assert len(files) == 5
    assert [path.name for path in files[1:3]] == ["one.png", "model.pt"]
    assert files["figures/one.png"] == files[1] == Path(run_dir.path) / "figures/one.png"
    assert files["model.pt"].stat().st_size == 5004
    assert "model.pt" in files
    assert files[0] in files
    assert "other" not in files


def test_a_name_that_is_none_of_them_has_a_suggestion(run_dir):
    with pytest.raises(UsageError, match=r"has no file 'modl.pt' \(did you mean 'model.pt'\?\)"):
        read_files(run_dir)["modl.pt"]


def test_as_text_each_has_its_size(run_dir):
    assert repr(read_files(run_dir)).splitlines() == [
        "5 files of run 01234567",
        "   4 bytes  <img src=x onerror=alert(1)>\\x1b[2J.txt",
        f"  {len(PNG)} bytes  figures/one.png",
        "    5.0 kB  model.pt",
        "  24 bytes  page.svg",
        "   8 bytes  scores.csv",
    ]


def test_as_a_page_images_are_small_pictures_and_names_are_escaped(run_dir):
    page = read_files(run_dir)._repr_html_()
    assert page.count("<img alt='' ") == 2
    assert "data:image/png;base64," in page
    assert "data:image/svg+xml;base64," in page
    assert "&lt;img src=x onerror=alert(1)&gt;" in page
    assert "ZIP archive" in page
    assert "alert(1)'" not in page


def test_large_images_are_no_pictures_and_many_files_are_counted(run_dir):
    with open(f"{run_dir.path}/figures/one.png", "ab") as file:
        file.truncate(10**6)
    for number in range(300):
        Path(f"{run_dir.path}/z{number:03}").touch()
    page = read_files(run_dir)._repr_html_()
    assert "image/png;base64" not in page
    assert "and 105 more" in page
    assert repr(read_files(run_dir)).endswith("\nand 105 more")


def test_links_that_lead_out_and_pipes_are_named_and_not_read(run_dir):
    os.symlink("/etc/passwd", f"{run_dir.path}/link")
    os.mkfifo(f"{run_dir.path}/pipe")
    types = {each.name: each.type.name for each in read_files(run_dir).describe()}
    assert (types["link"], types["pipe"]) == ("link", "not a file")


def test_a_run_without_files(home):
    run_dir = home.run_dir("a" * 32)
    os.makedirs(run_dir.attrs)
    assert repr(read_files(run_dir)) == "0 files of run aaaaaaaa"
