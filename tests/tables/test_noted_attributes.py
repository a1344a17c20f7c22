from __future__ import annotations

from guild_ipy.frame.runs_frame import runs
from guild_ipy.store.files.whole_file import write_file


def test_only_what_was_noted_on_a_run_is_given(add_run):
    add_run("aaaa", note="good", rank=1, _nb="private", cmd=["python"], flags={"lr": 1}, tags=["a"])
    add_run("bbbb", rank=2)

    df = runs().guild.attributes()

    assert list(df.columns) == ["run", "note", "rank"]
    assert list(map(str, df.dtypes)) == ["string", "string", "Int64"]
    assert df["rank"].to_list() == [2, 1]
    assert df.note.isna().to_list() == [True, False]


def test_an_attribute_that_cannot_be_read_is_left_out(add_run):
    run_dir = add_run("aaaa", note="good")
    write_file(run_dir, run_dir.attr("rank"), b"[unfinished")

    df = runs().guild.attributes()

    assert list(df.columns) == ["run", "note"]
    assert df.note.to_list() == ["good"]
