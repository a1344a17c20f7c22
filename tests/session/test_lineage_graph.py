"""What a run was made of and what was made of it, as a graph, as text and as a picture."""

import os
import re
import shutil
import xml.etree.ElementTree as ET

import pytest

from guild_ipy.session.lineage_graph import LineageScope, trace_lineage
from guild_ipy.store.files.attrs import write_attr
from guild_ipy.store.trash import delete_run
from guild_ipy.view.lineage_layout import MOST_RUNS, lay_out
from guild_ipy.view.lineage_picture import draw_lineage
from guild_ipy.view.lineage_text import format_lineage
from tests.used_runs import used, whole

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def chain(add):
    """`prepare`, used by `train`, used by `serve` and `report`; the latter also used `serve`."""
    prepare = add("a1", "prepare")
    train = add("b2", "train", used("prepare", "a1"))
    serve = add("c3", "serve", used("train", "b2"))
    report = add("d4", "report", used("train", "b2") | used("serve", "c3"))
    add("e5", "other")
    return [prepare, train, serve, report]


def members(graph):
    return {each.id[:2]: (str(each.relation), each.depth) for each in graph.members.values()}


def uses(graph):
    return {(use.used[:2], use.user[:2]) for use in graph.uses}


def test_both_ways_are_followed_to_the_end(bare_context, chain):
    graph = trace_lineage(bare_context, chain[1])
    assert members(graph) == {
        "b2": ("self", 0), "a1": ("upstream", 1), "c3": ("downstream", 1), "d4": ("downstream", 1)
    }  # fmt: skip
    assert uses(graph) == {("a1", "b2"), ("b2", "c3"), ("b2", "d4"), ("c3", "d4")}


@pytest.mark.parametrize(
    ("position", "scope", "found"),
    [
        (3, LineageScope(down=False), {"d4", "b2", "c3", "a1"}),
        (3, LineageScope(down=False, depth=1), {"d4", "b2", "c3"}),
        (0, LineageScope(up=False), {"a1", "b2", "c3", "d4"}),
        (0, LineageScope(up=False, depth=1), {"a1", "b2"}),
        (1, LineageScope(depth=0), {"b2"}),
        (1, LineageScope(up=False), {"b2", "c3", "d4"}),
    ],
)
def test_one_way_or_a_few_steps_can_be_asked_for(bare_context, chain, position, scope, found):
    assert set(members(trace_lineage(bare_context, chain[position], scope))) == found


def test_a_circle_ends(bare_context, add):
    first, _ = add("a1", "a", used("b", "b2")), add("b2", "b", used("a", "a1"))
    selfish = add("c3", "c", used("c", "c3"))
    graph = trace_lineage(bare_context, first)
    assert uses(graph) == {("a1", "b2"), ("b2", "a1")}
    assert uses(trace_lineage(bare_context, selfish)) == {("c3", "c3")}
    for each in (graph, trace_lineage(bare_context, selfish)):
        ET.fromstring(draw_lineage(each))
        assert len(format_lineage(each).splitlines()) <= 7


def test_a_deleted_run_is_known_from_the_trash_and_one_that_is_gone_by_its_id(bare_context, chain):
    delete_run(bare_context.home, chain[0].dir)
    graph = trace_lineage(bare_context, chain[1])
    deleted = graph.members[whole("a1")]
    assert (deleted.is_deleted, deleted.record.operation) == (True, "prepare()")
    shutil.rmtree(f"{bare_context.home.trash}/{whole('a1')}")
    gone = trace_lineage(bare_context, chain[1]).members[whole("a1")]
    assert (gone.is_deleted, gone.record) == (True, None)


def test_members_say_whether_they_are_stale(bare_context, chain, add):
    add("f6", "train")
    stale = {each.id[:2] for each in trace_lineage(bare_context, chain[1]).members.values() if each.is_stale}
    assert stale == {"c3", "d4"}


def test_steps_belong_to_their_pipeline(bare_context, add):
    pipeline, step = add("a1", "pipeline", steps=[{"run": "train"}]), add("b2", "train")
    os.symlink(f"../{step.id}", f"{pipeline.path}/train")
    (use,) = trace_lineage(bare_context, step).uses
    assert (use.used, use.user, use.dependency) == (step.id, pipeline.id, "train")


def test_text_is_a_tree_in_which_nothing_stands_twice(bare_context, chain):
    write_attr(chain[0].dir, "marked", value=True)
    assert format_lineage(trace_lineage(bare_context, chain[1])) == (
        "b2000000  train()  completed\n"
        "made of:\n"
        "  a1000000  prepare()  completed  [marked]  (prepare)\n"
        "used by:\n"
        "  d4000000  report()  completed  (train)\n"
        "  c3000000  serve()  completed  (train)\n"
        "    d4000000  report()  completed  (serve)"
    )


def test_a_name_steers_neither_the_terminal_nor_the_page(bare_context, add):
    evil = "<script>\x1b[2J'\"&"
    add("a1", evil)
    user = add("b2", "train", {evil: {evil: {"config": whole("a1"), "paths": [], "uri": f"operation:{evil}"}}})
    graph = trace_lineage(bare_context, user)
    picture = draw_lineage(graph)
    assert "\x1b" not in format_lineage(graph) + picture
    assert {element.tag.removeprefix(SVG) for element in ET.fromstring(picture).iter()} == {
        "svg", "title", "path", "text", "g", "rect"
    }  # fmt: skip


def test_a_picture_refers_to_nothing_elsewhere(bare_context, chain):
    picture = draw_lineage(trace_lineage(bare_context, chain[1]))
    assert re.findall(r"https?://[^']*", picture) == ["http://www.w3.org/2000/svg"]
    assert not re.search(r"href|url\(|<script|<style|\bon\w+=", picture)
    assert "currentColor" in picture


def test_arrows_go_to_the_right_and_pass_runs_on_lanes_of_their_own(bare_context, chain):
    layout = lay_out(trace_lineage(bare_context, chain[1]))
    columns = [[stop.partition("0")[0] + "/" * ("/" in stop) for stop in column] for column in layout.columns]
    assert columns[:2] == [["a1"], ["b2"]]
    assert sorted(columns[2]) == ["b2/", "c3"]
    assert columns[3:] == [["d4"]]


def test_a_long_chain_and_a_crowd_are_drawn(bare_context, add):
    first = add("a1")
    for number in range(MOST_RUNS + 10):
        add(f"{number:08x}b", "use", used("train", "a1"))
    graph = trace_lineage(bare_context, first)
    assert len(graph.members) == MOST_RUNS + 11
    picture = draw_lineage(graph)
    assert picture.count("<rect") == MOST_RUNS
    assert "and 11 more runs" in picture


def test_a_very_long_chain_is_followed(bare_context, add):
    chain = (add(f"{number:08x}", "train", used("train", f"{number - 1:08x}")) for number in range(1, 400))
    runs = [add("00000000"), *chain]
    graph = trace_lineage(bare_context, runs[0])
    assert graph.members[runs[-1].id].depth == 399
    assert format_lineage(graph).endswith("and 199 more")
    ET.fromstring(draw_lineage(graph))
