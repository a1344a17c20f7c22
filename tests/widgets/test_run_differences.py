"""In what a run differs from another: what is said, and that it is bounded."""

from __future__ import annotations

import json
import os

from tests.bare_runs import touch
from tests.widgets.described_runs import add_source

#: A line that has changed, as a unified diff.
LINES = ["@@ -1 +1 @@", "-lr: 1", "+lr: 2"]


def test_a_run_is_compared_with_the_one_before(add, ask_about):
    old, new = add("2a", flags={"lr": 0.1}), add("2b", flags={"lr": 0.2})
    add_source(old.dir, "train.py", b"x = 1\n")
    add_source(new.dir, "train.py", b"x = 2\n")

    found = ask_about("diff", new)

    assert found["other"]["id"] == old.id
    (flags,) = (each for each in found["differences"] if each["aspect"] == "flags")
    assert flags["values"] == [{"name": "lr", "from": "0.1", "to": "0.2"}]
    assert found["source"][-2:] == ["-x = 1", "+x = 2"]
    assert ask_about("diff", old, other=new.short_id)["other"]["id"] == new.id
    assert "there is no earlier run of train()" in ask_about("diff", old)["error"]["text"]


def test_a_long_difference_is_cut_with_a_note(add, ask_about):
    old, new = add("2a"), add("2b")
    add_source(old.dir, "train.py", b"x = 1\n" * 3_000)
    add_source(new.dir, "train.py", b"y = 1\n" * 3_000)

    found = ask_about("diff", new)

    assert len(found["source"]) == 4_000
    assert found["note"] == "only the first 4,000 lines of the source are shown"


def test_files_that_differ_have_their_sizes_and_small_texts_the_lines(add, ask_about, tmp_path):
    old, new = add("2a"), add("2b")
    for run, texts in ((old, ("lr: 1\n", "one", "gone")), (new, ("lr: 2\n", "two", None))):
        touch(f"{run.path}/config.yml", texts[0].encode())
        touch(f"{run.path}/model.bin", b"\0" + texts[1].encode())
        if texts[2]:
            touch(f"{run.path}/old.txt", texts[2].encode())
        touch(f"{run.path}/same.txt", b"same")
        os.symlink(tmp_path / texts[1], f"{run.path}/data")

    assert ask_about("diff", new)["files"] == {
        "values": [
            {"name": "config.yml", "from": "6 bytes", "to": "6 bytes, other content", "lines": LINES},
            {"name": "data", "from": "link", "to": "link, other content", "lines": []},
            {"name": "model.bin", "from": "4 bytes", "to": "4 bytes, other content", "lines": []},
            {"name": "old.txt", "from": "4 bytes", "to": None, "lines": []},
        ],
        "note": None,
    }


def test_large_files_of_one_size_are_not_compared_and_named(add, ask_about):
    old, new = add("2a"), add("2b")
    for run, content in ((old, b"a"), (new, b"b")):
        touch(f"{run.path}/small.txt", content)
        for name in ("model-1.bin", "model-2.bin"):
            touch(f"{run.path}/{name}")
            os.truncate(f"{run.path}/{name}", 2**40)  # of holes

    found = ask_about("diff", new)

    assert [each["name"] for each in found["files"]["values"]] == ["small.txt"]
    assert found["files"]["note"] == (
        f"2 large files of the same size are not compared, but by `guild-ipy diff {old.short_id} {new.short_id} "
        "--files`: model-1.bin, model-2.bin"
    )
    assert not found["is_empty"]


def test_of_many_lines_and_of_large_texts_not_all_are_shown(add, ask_about):
    old, new = add("2a"), add("2b")
    for run, word in ((old, "a\n"), (new, "b\n")):
        touch(f"{run.path}/1.txt", word.encode() * 900)
        touch(f"{run.path}/2.txt", word.encode() * 900)
        touch(f"{run.path}/large.txt", word.encode() * 50_000)

    files = ask_about("diff", new)["files"]

    assert [len(each["lines"]) for each in files["values"]] == [1801, 199, 0]
    assert files["note"] == "only the first 2,000 lines that differ are shown"


def test_nothing_outside_of_a_run_is_compared(add, ask_about, tmp_path):
    old, new = add("2a"), add("2b")
    for run, content in ((old, "secret one"), (new, "secret two")):
        (tmp_path / content).write_text(content)
        os.symlink(tmp_path / content, f"{run.path}/data.txt")

    assert "secret" not in json.dumps(ask_about("diff", new))
