import os
from datetime import UTC, datetime, timedelta

import pytest

from guild_ipy.domain.status import RunStatus
from guild_ipy.operations.spec_options import SpecOptions
from guild_ipy.session.run_handle import Run, format_duration
from guild_ipy.session.run_refs import list_runs
from guild_ipy.verbs.changing.label import Label, edit_labels
from guild_ipy.verbs.changing.mark import mark
from guild_ipy.verbs.looking.info import get_info
from tests.used_runs import used

HTML = "<script>alert(1)</script>"


@pytest.fixture
def run(train):
    made = train.run("train", lr=0.5, request={"spec": SpecOptions(label=HTML, tags=("a<b",))})
    mark(train.context, [made])
    return made


class Printer:
    """Collects what IPython's pretty printer is given."""

    def __init__(self):
        self.shown = ""

    def text(self, text):
        self.shown += text


def pretty(value):
    printer = Printer()
    value._repr_pretty_(printer, False)
    return printer.shown


class TestRun:
    def test_it_says_who_it_is_and_how_it_went(self, run, train):
        assert (len(run.id), run.short_id, str(run.path)) == (32, run.id[:8], f"{train.context.home.runs}/{run.id}")
        assert (run.operation, run.opref.to_opspec(), run.status, run.exit_status) == (
            "train()",
            "train",
            RunStatus.COMPLETED,
            0,
        )
        assert (run.flags, run.result, run.label, run.tags) == ({"lr": 0.5, "steps": 2}, 1.0, HTML, ("a<b",))
        assert (run.marked, run.damage, run.scalars) == (True, None, {"loss": 0.25})

    def test_its_times_are_local_and_in_order(self, run):
        assert run.started.tzinfo is not None
        assert timedelta(0) <= run.duration == run.stopped - run.started
        assert abs(datetime.now(UTC) - run.started) < timedelta(minutes=5)

    def test_it_gives_any_attribute(self, run):
        assert run.get("random_seed") >= 0
        assert run.get("not there") is None
        assert run.get("not there", 5) == 5
        assert {"flags", "platform"} <= set(run.attr_names())

    def test_equal_runs_are_one_in_a_set(self, run, train):
        assert run == Run(run.dir)
        assert len({run, Run(run.dir)}) == 1
        assert run != train.run("train")
        assert run != run.id

    def test_it_always_shows_the_state_of_the_moment(self, run, train):
        edit_labels(train.context, [run], Label(set="new"))
        mark(train.context, [run], clear=True)
        assert (run.label, run.marked) == ("new", False)

    def test_waiting_ends_with_the_run_or_the_time(self, start_waiting, let_go):
        waiting = start_waiting()
        with pytest.raises(TimeoutError, match=f"run {waiting.short_id} is running after 0.05 seconds"):
            waiting.wait(0.05)
        assert waiting.duration > timedelta(0)
        assert waiting.stopped is None
        assert waiting.exit_status is None
        assert let_go(waiting).wait() == waiting

    def test_it_is_shown_as_text(self, run):
        assert repr(run) == f"<Run {run.short_id} train() completed>"
        lines = [line.split() for line in pretty(run).splitlines()]
        assert lines[0] == ["Run", run.short_id]
        assert ["flag", "lr", "0.5"] in lines
        assert ["scalar", "loss", "0.25"] in lines

    def test_it_is_shown_as_harmless_html(self, run):
        assert HTML not in run._repr_html_()
        assert "&lt;script&gt;" in run._repr_html_()


class TestInfo:
    def test_everything_is_there(self, run):
        info = get_info(run)
        assert list(info.lines)[:6] == ["id", "operation", "from", "status", "started", "stopped"]
        assert (info.lines["marked"], info.lines["exit_status"], info.lines["pid"]) == ("yes", "0", "")
        assert info.lines["command"].endswith(".guild/job/main.py'")
        assert info.sections["flags"] == {"lr": "0.5", "steps": "2"}
        assert info.sections["scalars"] == {"loss": "0.25 (step 1)"}
        assert "damage" not in info.lines

    def test_the_runs_that_it_used_are_named(self, add):
        made = [add(f"{number}a") for number in range(1, 8)]
        one, many = add("b", "serve", used("train", "1a")), add("c", "report", used("train", *(r.id for r in made)))
        assert get_info(one).sections["dependencies"] == {"train": "1a000000 (automatic)"}
        shown = " ".join(f"{number}a000000" for number in range(1, 6))
        assert get_info(many).sections["dependencies"] == {"train": f"{shown} and 2 more (automatic)"}

    def test_a_running_run_has_a_process_id(self, start_waiting, let_go):
        waiting = start_waiting()
        assert os.path.exists(f"/proc/{get_info(waiting).lines['pid']}")
        assert get_info(waiting).lines["status"] == "running"
        let_go(waiting)

    def test_it_is_shown_as_text_and_as_harmless_html(self, run):
        info = get_info(run)
        assert f"label: {HTML}" in str(info)
        assert pretty(info) == str(info)
        assert HTML not in info._repr_html_()
        assert "a&lt;b" in info._repr_html_()


@pytest.mark.parametrize("content", [b"", b"\xff", b"[", b"{a: b: c}", b"&a [*a]", b"5", b"[1]", b"x" * 100_000])
@pytest.mark.parametrize("name", ["flags", "label", "started", "exit_status", "cmd"])
def test_a_damaged_run_can_still_be_looked_at(train, name, content):
    made = train.run("train", lr=0.5)
    with open(made.dir.attr(name), "wb") as file:
        file.write(content)
    (listed,) = list_runs(train.context)
    assert pretty(listed)
    assert listed._repr_html_()
    assert get_info(listed).lines["id"] == made.id
    assert (listed.result, listed.scalars) == (1.0, {"loss": 0.25})


@pytest.mark.parametrize("missing", ["opref", "attrs", "output", "job/meta.json", "job/payload.pkl", "job/result.pkl"])
def test_a_run_that_lacks_files_can_still_be_looked_at(train, missing):
    made = train.run("train")
    os.rename(f"{made.dir.guild}/{missing}", f"{made.path}/taken")
    assert pretty(made)
    assert get_info(made).lines["id"] == made.id
    assert made.result in {None, made.result}
    assert isinstance(made.output, str)


def test_durations_are_written_for_people():
    seconds = [0.004, 9.99, 59.94, 60, 3599, 3600, 100_000]
    written = [format_duration(timedelta(seconds=s)) for s in seconds]
    assert written == ["0.00 s", "9.99 s", "59.9 s", "1:00", "59:59", "1:00:00", "27:46:40"]
    assert format_duration(None) == ""
