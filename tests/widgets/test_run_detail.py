"""The answers about one run: what they say, that they are bounded, and that nothing in them is more than text."""

from __future__ import annotations

import base64
import json
import os

import pytest

from guild_ipy.domain.choosing.run_filter import EVERY
from guild_ipy.store.displays.display import Display, DisplayKind
from guild_ipy.store.displays.display_log import DisplayWriter
from guild_ipy.store.files.attrs import write_attr
from guild_ipy.store.files.whole_file import write_file
from guild_ipy.store.used_runs.manifest import ManifestEntry, write_manifest
from guild_ipy.widgets.runs_requests import RunsRequests
from guild_ipy.widgets.table_runs import TableRuns
from tests.bare_runs import touch
from tests.frame.conftest import add_scalars
from tests.hostile import TEXTS, make_hostile_home
from tests.used_runs import MINUTE, NOON, used, whole
from tests.widgets.described_runs import add_source

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n and more").decode()
SVG = "<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>"


def text_of(spans):
    return "".join(text for _, text in spans)


def texts(pieces):
    return [text_of(piece["text"]) for piece in pieces if "text" in piece]


def write(run_dir, text):
    with open(run_dir.output, "ab") as file:
        file.write(text.encode())


@pytest.fixture
def display():
    """Display something at the end of the output, as the process of a run does."""
    writers = {}

    def display(run_dir, text="", *, kind=DisplayKind.DISPLAY, wait=False, display_id=None, **data):
        bundle = {name.replace("_", "/"): value for name, value in data.items()}
        at = os.path.getsize(run_dir.output) if os.path.exists(run_dir.output) else 0
        made = Display(
            kind=kind,
            at=at,
            length=len(text),
            data=bundle,
            metadata={},
            display_id=display_id,
            wait=wait,
            is_trusted=True,
        )
        writers.setdefault(run_dir.path, DisplayWriter(run_dir)).add(made)
        write(run_dir, text)

    return display


# -- overview


def test_the_overview_says_what_info_says(add, ask_about):
    run = add("2a", flags={"lr": 0.1, "name": "x"}, label="first", tags=["t"], vcs_commit="abc")
    add_scalars(run.dir, {"loss": [3.0, 1.0, 2.0]})

    found = ask_about("detail", run)

    assert (found["id"], found["operation"], found["status"], found["label"]) == (
        run.id,
        "train()",
        "completed",
        "first",
    )
    assert found["flags"] == [["lr", "0.1"], ["name", "x"]]
    loss = {"name": "loss", "last": "2", "step": 3, "least": "1", "greatest": "3", "count": 3}
    assert found["scalars"] == [loss]
    assert dict(found["facts"])["vcs commit"] == "abc"
    assert (found["status"], found["is_active"]) == ("completed", False)


def test_the_history_of_the_marks_has_the_last_one_first(add, ask_about, bare_context):
    run = add("2a")
    requests = RunsRequests(TableRuns(session=bare_context, filter=EVERY), None, lambda: None)
    requests.answer({"type": "mark", "runs": [run.short_id], "reason": "best on the test set"})
    requests.answer({"type": "undo_mark", "runs": [run.short_id]})

    (entry,) = ask_about("detail", run)["marks"]

    assert (entry["marked"], entry["by"], entry["why"]) == (True, "user", "best on the test set")
    assert entry["undone"] > ""


def test_the_overview_names_the_run_that_dependencies_use(add, ask_about):
    older = add("2a", marked=True)
    newer = add("2b")

    assert ask_about("detail", older)["in_use"]["run"] == older.id
    assert ask_about("detail", newer)["in_use"]["run"] == older.id
    assert "marked last" in ask_about("detail", newer)["in_use"]["why"]


def test_a_stale_run_says_why(add, ask_about):
    old = add("2a")
    user = add("3a", "serve", used("train", "2a"))
    add("2b")

    assert ask_about("detail", user)["stale"] == [
        f"operation:train is {old.short_id}, and {whole('2b')[:8]} is the latest now"
    ]


def test_an_error_is_told_in_a_line(add, ask_about):
    failed = add("2a", exit_status=1, error="ValueError: lr must be positive")

    assert ask_about("detail", failed)["trouble"] == "ValueError: lr must be positive"


def test_a_comment_has_its_number_and_author(add, ask_about):
    run = add("2a", comments=[{"body": "good", "user": "ada", "host": "lab", "time": NOON}])

    (comment,) = ask_about("detail", run)["comments"]

    assert (comment["number"], comment["body"], comment["is_whole"]) == (1, "good", True)
    assert "ada@lab" in comment["heading"]


def test_long_values_and_many_of_them_are_cut_with_a_note(add, ask_about):
    run = add("2a", flags={f"f{n}": "x" * 10_000 for n in range(600)})

    found = ask_about("detail", run)

    assert len(json.dumps(found)) < 2_000_000
    assert found["notes"]["flags"] == "100 of 600 are not shown"
    assert found["flags"][0][1].endswith("(8,000 more characters)")


def test_a_damaged_run_says_so_and_the_rest_is_still_there(add, ask_about):
    run = add("2a", flags={"lr": 0.1})
    touch(run.dir.attr("label"), b"{not: [yaml")
    touch(run.dir.attr("platform"), b"{not: [yaml")
    touch(run.dir.attr("pip_freeze"), b"- numpy==2.0\n")

    found = ask_about("detail", run)

    assert found["status"] == "damaged"
    assert found["trouble"].startswith("damaged: attrs/label")
    assert found["flags"] == [["lr", "0.1"]]
    environment = ask_about("environment", run)
    assert environment["packages"] == [["numpy", "2.0"]]
    assert "attrs/platform" in environment["note"]


@pytest.mark.parametrize("kind", ["detail", "source", "output", "files", "environment", "lineage", "diff"])
def test_a_run_that_is_gone_is_one_line(ask_about, kind):
    assert "dead" in ask_about(kind, "dead0000")["error"]["text"]
    assert "\n" not in ask_about(kind, "dead0000")["error"]["text"]


# -- source


def test_source_is_lines_of_words_with_their_kinds(add, ask_about):
    run = add("2a")
    add_source(run.dir, "train.py", b"def train(lr=0.1):\n    return 'x'  # why\n")

    found = ask_about("source", run)

    assert (found["files"], found["path"]) == (["train.py"], "train.py")
    first, second = found["lines"]
    assert first[:3] == [["keyword", "def"], ["", " "], ["function", "train"]]
    assert {kind for kind, _ in second} == {"", "keyword", "string", "comment"}


def test_the_file_of_the_operation_comes_first(add, ask_about):
    run = add("2a", "train")
    for name in ("a.py", "cells/01.py", "cells/02.py"):
        add_source(run.dir, name, b"1")

    assert ask_about("source", run)["path"] == "cells/02.py"
    add_source(run.dir, "train.py", b"1")
    assert ask_about("source", run)["path"] == "train.py"
    assert ask_about("source", run, path="a.py")["path"] == "a.py"
    assert "did you mean 'a.py'" in ask_about("source", run, path="b.py")["error"]["text"]


def test_long_source_is_cut_with_a_note(add, ask_about):
    run = add("2a")
    add_source(run.dir, "train.py", b"x = 1\n" * 100_000)

    found = ask_about("source", run)

    assert len(found["lines"]) == 3_000
    assert found["note"] == "only the first 3,000 lines are shown"


def test_a_link_out_of_the_run_is_not_read(add, ask_about, tmp_path):
    run = add("2a")
    touch(str(tmp_path / "secret"), b"secret")
    os.makedirs(run.dir.sourcecode)
    os.symlink(tmp_path / "secret", f"{run.dir.sourcecode}/link.py")
    os.symlink(tmp_path / "secret", f"{run.dir.path}/link.txt")
    write_manifest(run.dir, [ManifestEntry(kind="s", path="link.txt", origin=("link.txt",))])

    assert "leads out of run" in ask_about("source", run)["error"]["text"]
    assert "leads out of run" in ask_about("file", run, path="link.txt")["error"]["text"]


# -- output


def test_output_has_colours_and_its_figures_at_their_places(add, ask_about, display):
    run = add("2a")
    write(run.dir, "before \x1b[1;31mred\x1b[0m\n")
    display(run.dir, "<Figure>\n", image_png=PNG, text_plain="<Figure>")
    write(run.dir, "after\n")

    before, figure, after = ask_about("output", run)["pieces"]

    assert before["text"] == [["", "before "], ["fg1 bold", "red"], ["", "\n"]]
    assert (figure["image"], figure["data"], figure["alt"]) == ("image/png", PNG, "<Figure>")
    assert text_of(after["text"]) == "after\n"


def test_progress_bars_are_as_a_terminal_leaves_them(add, ask_about):
    run = add("2a")
    write(run.dir, "\r 1%\r 50%\r100%\nouter\n\rinner\x1b[A\router done\n")

    assert texts(ask_about("output", run)["pieces"]) == ["100%\nouter done\ninner\n"]


@pytest.mark.parametrize(
    ("code", "style"),
    [("31", "fg1"), ("92", "fg10"), ("38;5;196", "fg1"), ("38;2;0;0;160", "fg4"), ("44;37", "fg7 bg4"), ("4;9", None)],
)
def test_colours_become_those_of_a_terminal(add, ask_about, code, style):
    run = add("2a")
    write(run.dir, f"\x1b[{code}mx\x1b[0m")

    ((words, text),) = ask_about("output", run)["pieces"][0]["text"]

    assert text == "x"
    assert set(words.split()) == set((style or "underline strike").split())


def test_a_picture_that_is_not_one_is_shown_as_text(add, ask_about, display):
    run = add("2a")
    display(run.dir, "text\n", image_png="x' onerror=1 '", text_plain="text")

    (piece,) = ask_about("output", run)["pieces"]

    assert "image" not in piece


def test_html_is_shown_by_its_text_and_svg_as_a_picture(add, ask_about, display):
    run = add("2a")
    display(run.dir, "frame\n", text_html="<b>x</b>", text_plain="frame")
    display(run.dir, **{"image_svg+xml": SVG})

    first, last = ask_about("output", run)["pieces"]

    assert text_of(first["text"]) == "frame\n"
    assert (last["image"], base64.b64decode(last["data"]).decode()) == ("image/svg+xml", SVG)


def test_displays_of_others_are_inert(add, ask_about, display):
    run = add("2a")
    write(run.dir, "<IPython.core.display.HTML object>\n")
    display(run.dir, "x\n", text_html="<b>x</b>", text_plain="x")
    with open(run.dir.display_log, "rb+") as log:
        content = log.read().replace(b"<b>x</b>", b"<i>y</i>")
        log.seek(0)
        log.write(content)

    pieces = ask_about("output", run)["pieces"]

    assert all("image" not in piece for piece in pieces)
    assert pieces[-1]["note"].startswith("text/html of displays is not shown")


def test_a_display_can_be_updated_and_cleared(add, ask_about, display):
    run = add("2a")
    display(run.dir, "one\n", text_plain="one", display_id="d")
    display(run.dir, kind=DisplayKind.UPDATE, text_plain="two", display_id="d")
    assert texts(ask_about("output", run)["pieces"]) == ["two\n"]

    display(run.dir, kind=DisplayKind.CLEAR, wait=True)
    assert texts(ask_about("output", run)["pieces"]) == ["two\n"]
    write(run.dir, "three\n")
    assert texts(ask_about("output", run)["pieces"]) == ["three\n"]


def test_long_output_has_its_beginning_and_end_and_a_way_to_all(add, ask_about):
    run = add("2a")
    write(run.dir, "".join(f"line {n}\n" for n in range(60_000)))

    found = ask_about("output", run)

    assert found["is_cut"]
    assert found["can_be_whole"]
    head, note, tail = found["pieces"]
    assert text_of(head["text"]).startswith("line 0\n")
    assert "left out here" in note["note"]
    assert text_of(tail["text"]).endswith("line 59999\n")
    assert len(json.dumps(found)) < 300_000
    (all_of_it,) = ask_about("output", run, all=True)["pieces"]
    assert text_of(all_of_it["text"]).count("\n") == 60_000


def test_an_output_that_is_the_same_is_not_sent_again(add, ask_about):
    run = add("2a")
    write(run.dir, "a\n")
    stamp = ask_about("output", run)["stamp"]

    assert ask_about("output", run, stamp=stamp) == {"same": True, "stamp": stamp}
    write(run.dir, "b\n")
    assert texts(ask_about("output", run, stamp=stamp)["pieces"]) == ["a\nb\n"]


def test_a_run_that_has_not_printed_has_no_pieces(add, ask_about):
    assert ask_about("output", add("2a"))["pieces"] == []


def test_a_pipe_in_the_place_of_the_output_is_one_line(add, ask_about):
    run = add("2a")
    os.mkfifo(run.dir.output)

    assert "not a regular file" in ask_about("output", run)["error"]["text"]


# -- files


def test_files_are_shown_as_what_they_are(add, ask_about):
    run = add("2a")
    contents = {
        "a.txt": b"text",
        "b.csv": b"x,y\n1,2\n",
        "c.png": base64.b64decode(PNG),
        "d.bin": b"\0\1",
        "e.json": b'{"a":1}',
        "f.svg": SVG.encode(),
    }
    for name, content in contents.items():
        touch(f"{run.dir.path}/{name}", content)

    assert [each["name"] for each in ask_about("files", run)["files"]] == list(contents)
    assert text_of(ask_about("file", run, path="a.txt")["lines"][0]) == "text"
    assert ask_about("file", run, path="b.csv")["table"] == {"head": ["x", "y"], "rows": [["1", "2"]]}
    assert ask_about("file", run, path="c.png")["data"] == PNG
    binary = ask_about("file", run, path="d.bin")
    assert (binary["lines"], binary["image"], binary["note"]) == (None, None, "its bytes are not shown")
    assert binary["open_by"] == "guild_ipy.get_run('2a000000').files['d.bin']"
    assert len(ask_about("file", run, path="e.json")["lines"]) == 3
    assert ask_about("file", run, path="f.svg")["image"] == "image/svg+xml"
    assert "did you mean 'a.txt'" in ask_about("file", run, path="A.txt")["error"]["text"]


def test_a_name_that_is_no_text_can_still_be_opened(add, ask_about):
    run = add("2a")
    touch(f"{run.dir.path}/a\udcff.txt", b"text")

    (file,) = ask_about("files", run)["files"]

    assert text_of(ask_about("file", run, path=file["name"])["lines"][0]) == "text"


# -- environment, lineage


def test_the_environment_has_python_packages_and_the_command(add, ask_about):
    run = add("2a", platform={"python_version": "3.12.1", "cpus": 4}, pip_freeze=["numpy==2.0"], cmd=["python", "a b"])

    found = ask_about("environment", run)

    facts = dict(map(tuple, found["facts"]))
    assert (facts["Python"], facts["CPUs"], facts["command"]) == ("3.12.1", "4", "python 'a b'")
    assert found["packages"] == [["numpy", "2.0"]]


def test_lineage_has_both_sides_as_trees(add, ask_about):
    add("1a", "prepare")
    add("2a", "train", used("prepare", "1a"))
    middle = add("3a", "tune", used("train", "2a"))
    add("4a", "serve", used("tune", "3a"))
    add("2b", "train", used("prepare", "1a"))

    found = ask_about("lineage", middle)

    assert [(each["name"][:2], each["depth"]) for each in found["made_of"]] == [("2a", 1), ("1a", 2)]
    (user,) = found["used_by"]
    assert (user["id"], user["operation"], user["status"], user["stale"]) == (
        whole("4a"),
        "serve()",
        "completed",
        False,
    )
    assert ask_about("detail", middle)["stale"] != []


# -- hostile texts


def strings(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, item in value.items():
            yield name
            yield from strings(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from strings(item)


def test_hostile_texts_are_texts(bare_context, ask_about):
    make_hostile_home(bare_context.home)
    ids = bare_context.index.ids(EVERY)
    shown = set()
    for run_id in ids:
        for kind in ("detail", "source", "output", "files", "environment", "lineage", "diff"):
            content = ask_about(kind, run_id, **({"other": ids[0]} if kind == "diff" else {}))
            assert "error" not in content
            shown.update(strings(content))
        for file in ask_about("files", run_id)["files"]:
            content = ask_about("file", run_id, path=file["name"])
            assert content.get("image") in {None, "image/svg+xml"}
            shown.update(strings(content))
        assert not any(piece.get("image") for piece in ask_about("output", run_id)["pieces"])
    assert sum(any(text in each for each in shown) for text in TEXTS if "\x1b" not in text) > 300


def test_half_characters_can_be_sent(add, ask_about):
    run = add("2a")
    write_file(run.dir, run.dir.attr("label"), b'"\\ud800"')

    assert ask_about("detail", run)["label"] in {"?", ""}


def test_a_running_run_is_active(add, ask_about, hold):
    run = add("2a")
    for name in ("stopped", "exit_status"):
        os.remove(run.dir.attr(name))
    write_attr(run.dir, "started", NOON + MINUTE)
    hold(run.dir)

    assert ask_about("detail", run)["is_active"]
