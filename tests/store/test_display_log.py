"""The log of displays, as others may have written it."""

import json
import os
import stat

import pytest

from guild_ipy.store.displays.display import Display, DisplayKind
from guild_ipy.store.displays.display_log import DisplayReader, DisplayWriter, read_displays
from guild_ipy.store.displays.signing_key import find_key, sign

SCRIPT = "<script>alert(1)</script>"
#: A picture of no pixels.
PNG = "iVBORw0KGgo="


@pytest.fixture
def run_dir(home):
    run_dir = home.run_dir("0123456789abcdef" * 2)
    os.makedirs(run_dir.guild)
    return run_dir


def display(**fields):
    bundle = {"text/plain": "text", "text/html": SCRIPT, "image/png": PNG, "image/svg+xml": f"<svg>{SCRIPT}</svg>"}
    return Display(**{"kind": DisplayKind.DISPLAY, "data": bundle, "metadata": {"a": 1}, **STATIC, **fields})


STATIC = {"display_id": None, "wait": False, "is_trusted": True}


def write_line(run_dir, entry, signature=b""):
    os.makedirs(run_dir.displays, exist_ok=True)
    with open(run_dir.display_log, "ab") as file:
        file.write(entry + b"\t" + signature + b"\n")


def log_entry(**fields):
    entry = {"id": "1-1", "kind": "display_data", "at": 0, "length": 0, "data": {}, "metadata": {}}
    return json.dumps({**entry, "display_id": None, "wait": False, **fields}).encode()


def test_what_this_user_wrote_is_shown_whole(run_dir):
    DisplayWriter(run_dir).add(display())
    (found,) = read_displays(run_dir)
    assert found.is_trusted
    assert found.shown_data == display().data
    assert found.metadata == {"a": 1}
    assert found.hidden_types == ()


def test_of_a_display_by_others_text_and_pictures_are_shown(run_dir, monkeypatch, tmp_path):
    DisplayWriter(run_dir).add(display())
    monkeypatch.setenv("XDG_DATA_HOME", f"{tmp_path}/somebody else")
    (found,) = read_displays(run_dir)
    assert found.shown_data == {"text/plain": "text", "image/png": PNG}
    assert found.hidden_types == ("image/svg+xml", "text/html")
    assert found.metadata == {}


def test_a_picture_of_others_that_is_none_is_not_shown(run_dir, monkeypatch, tmp_path):
    DisplayWriter(run_dir).add(display(data={"image/png": "AAAA' onerror='alert(1)", "image/gif": "AAAA"}))
    monkeypatch.setenv("XDG_DATA_HOME", f"{tmp_path}/somebody else")
    assert read_displays(run_dir)[0].shown_data == {"image/gif": "AAAA"}


def test_a_signature_is_for_one_run_only(run_dir, home):
    DisplayWriter(run_dir).add(display())
    other = home.run_dir("f" * 32)
    os.makedirs(other.guild)
    os.rename(run_dir.displays, other.displays)
    assert not read_displays(other)[0].is_trusted


def test_a_changed_entry_is_not_trusted(run_dir):
    DisplayWriter(run_dir).add(display())
    with open(run_dir.display_log) as file:
        text = file.read()
    with open(run_dir.display_log, "w") as file:
        file.write(text.replace("alert(1)", "alert(2)"))
    assert not read_displays(run_dir)[0].is_trusted


def test_a_changed_file_is_not_shown(run_dir):
    DisplayWriter(run_dir).add(display(data={"text/plain": "text", "text/html": SCRIPT * 1000}))
    (name,) = [each for each in os.listdir(run_dir.displays) if each != "log"]
    with open(f"{run_dir.displays}/{name}", "w") as file:
        file.write("<script>other</script>")
    assert read_displays(run_dir)[0].data == {"text/plain": "text"}


@pytest.mark.parametrize("name", ["../../opref", "/etc/passwd", "1-1-0.txt/../log", "", "1-1-0.html\n", 7, None])
def test_a_file_is_one_of_the_folder(run_dir, name):
    write_line(run_dir, log_entry(data={"text/html": {"file": name, "sha256": "0"}, "text/plain": {"value": "a"}}))
    assert read_displays(run_dir)[0].data == {"text/plain": "a"}


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b"[" * 100_000,
        log_entry(kind="error"),
        log_entry(at="x"),
        log_entry(at=None),
        log_entry(data=[]),
        log_entry(data={"text/plain": "bare"}),
        json.dumps({"id": "1-1"}).encode(),
        json.dumps({"id": "1-1", "moved": "far"}).encode(),
    ],
)
def test_a_line_that_is_no_entry_is_left_out(run_dir, line):
    write_line(run_dir, line)
    write_line(run_dir, log_entry(id="2-1"))
    assert [each.id for each in read_displays(run_dir)] == ["2-1"]


def test_a_line_that_is_being_written_is_read_when_it_is_whole(run_dir):
    os.makedirs(run_dir.displays)
    reader, line = DisplayReader(run_dir), log_entry() + b"\t\n"
    found = []
    for part in (line[:10], line[10:]):
        with open(run_dir.display_log, "ab") as file:
            file.write(part)
        found.append(len(list(reader.read_new())))
    assert found == [0, 1]


def test_a_moved_display_is_at_its_new_place(run_dir):
    writer = DisplayWriter(run_dir)
    writer.move(writer.add(display(at=3)).id, 7)
    assert read_displays(run_dir)[0].at == 7


def test_a_log_that_is_no_file_has_no_displays(run_dir):
    os.makedirs(run_dir.display_log)
    assert read_displays(run_dir) == []


def test_the_key_is_readable_by_its_user_alone(run_dir, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_DATA_HOME", f"{tmp_path}/new")
    assert find_key(makes=False) is None
    key = find_key(makes=True)
    assert find_key(makes=True) == find_key(makes=False) == key
    path = f"{tmp_path}/new/guild_ipy/display.key"
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    assert os.listdir(os.path.dirname(path)) == ["display.key"]


def test_without_a_place_for_the_key_displays_are_kept_unsigned(run_dir, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_DATA_HOME", f"{tmp_path}/file")
    DisplayWriter(run_dir).add(display())
    assert not read_displays(run_dir)[0].is_trusted


def test_a_signature_is_of_the_line(run_dir):
    key, line = find_key(makes=True), log_entry()
    write_line(run_dir, line, sign(key, run_dir, line))
    assert read_displays(run_dir)[0].is_trusted
