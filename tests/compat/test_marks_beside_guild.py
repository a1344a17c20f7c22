"""What is remembered of marks does not disturb the guild command, and its marks do not disturb us."""

import json

import pytest

from guild_ipy.launching.marking import MarkNote, mark
from guild_ipy.store.files.attrs import list_attrs
from guild_ipy.store.used_runs.deps import read_upstreams
from guild_ipy.verbs.changing.mark import report_marks, undo_marks

pytestmark = pytest.mark.guild


@pytest.fixture
def run(bench):
    return bench.make("train")["train"]


def test_guild_lists_our_marks_and_does_not_show_what_we_remember(bench, run):
    before = json.loads(bench.guild("runs", "info", "--json", run.id))
    mark(bench.context, [run], note=MarkNote(reason="it's the 'best': {x}\n- y"))
    after = json.loads(bench.guild("runs", "info", "--json", run.id))
    assert "_marks" in list_attrs(run.dir)
    assert after == before | {"marked": "yes"}
    assert [each["id"] for each in json.loads(bench.guild("runs", "--json", "-Fm"))] == [run.id]
    assert "the 'best'" not in bench.guild("runs", "info", run.id)
    assert "[marked]" in bench.guild("runs")


def test_guild_takes_our_mark_and_we_take_back_what_was_ours(bench, run):
    mark(bench.context, [run])
    bench.guild("mark", "-y", "--clear", run.id)
    assert not run.marked
    bench.guild("mark", "-y", run.id)
    assert run.marked
    assert len(run.marks) == 1
    undo_marks(bench.context, [run])
    assert not run.marked
    assert json.loads(bench.guild("runs", "--json", "-Fm")) == []


def test_guild_compares_and_exports_runs_with_a_memory(bench, run, tmp_path):
    mark(bench.context, [run])
    assert run.short_id in bench.guild("compare", "--csv", "-")
    bench.guild("export", "-y", str(tmp_path / "exported"), run.id)
    assert (tmp_path / "exported" / run.id / ".guild/attrs/_marks").exists()


def test_of_two_marked_runs_we_use_the_one_marked_last_and_say_that_guild_uses_the_newest(bench):
    (bench.project / "make.py").write_text("open('model.txt', 'w').write('made')")
    (bench.project / "serve.py").write_text("print(open('model.txt').read())")
    (bench.project / "guild.yml").write_text(
        "make: {main: make}\nserve: {main: serve, requires: [{operation: make}]}\n"
    )
    for _ in range(2):
        bench.guild("run", "-y", "make")
    older, newer = sorted(bench.runs(), key=lambda run: run.started)
    mark(bench.context, [newer])
    bench.guild("mark", "-y", older.id)
    assert str(report_marks(bench.context, [older])).splitlines()[1] == (
        f"Dependencies on make use {older.short_id} from now on: it is the one marked last "
        f"(`guild run` uses {newer.short_id}, which is marked and newer; "
        f"mark {newer.short_id} --clear takes its mark away)"
    )
    bench.guild("run", "-y", "serve")
    (serve,) = (run for run in bench.runs() if run.operation == "serve")
    assert [each.run_id for each in read_upstreams(serve.dir)] == [newer.id]
