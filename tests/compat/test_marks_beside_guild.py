"""What is remembered of marks does not disturb the guild command, and its marks do not disturb us."""

import json

import pytest

from guild_ipy.api.mark import MarkNote, mark, undo_marks
from guild_ipy.store.attrs import list_attrs

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
