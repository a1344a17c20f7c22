"""The verbs as Python functions, in a plain interpreter."""

import re
import shutil
from pathlib import Path

import pytest

import guild_ipy
from guild_ipy.domain.status import RunStatus
from guild_ipy.engine.engine import Engine
from guild_ipy.errors import FlagError, RunNotFound, RunStateError, UsageError
from guild_ipy.session.run_refs import list_runs
from guild_ipy.session.session import Session, get_session, set_session
from guild_ipy.settings import Settings
from guild_ipy.view.changed_runs import command_of

SCRIPT = "lr = 0.1\nprint('loss:', lr)\n"


@pytest.fixture(scope="module")
def engine():
    engine = Engine(Settings.from_environment())
    yield engine
    engine.close()


@pytest.fixture(autouse=True)
def project(home, engine, tmp_path, monkeypatch):
    project = tmp_path / "project"
    project.mkdir()
    (project / "train.py").write_text(SCRIPT)
    monkeypatch.chdir(project)
    set_session(Session(Settings(guild_home=home.path), engine=engine))
    yield project
    set_session(None)


def test_run_shows_the_output_and_gives_the_run(capfd):
    run = guild_ipy.run("train.py", lr=0.5, _label="first", _tag="a", _tags=["b"])
    assert (run.status, run.flags, run.label, run.tags) == (RunStatus.COMPLETED, {"lr": 0.5}, "first", ("a", "b"))
    assert capfd.readouterr().out.startswith("loss: 0.5\ntrain.py completed in ")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"_lable": "x"}, "run has no option '_lable' (did you mean '_label'?)"),
        ({"_label": 5}, "_label takes a text, not 5"),
        ({"_background": "yes"}, "_background takes True or False, not 'yes'"),
        ({"_random_seed": True}, "_random_seed takes a whole number, not True"),
        ({"_tag": [1]}, "_tag takes a text or a list of texts, not [1]"),
        ({"_restart": "1"}, "run: --restart knows its operation"),
    ],
)
def test_options_that_cannot_work_are_refused(options, message):
    with pytest.raises(UsageError) as failure:
        guild_ipy.run("train.py", **options)
    assert str(failure.value).startswith(message)
    assert list_runs(get_session()) == []


def test_a_flag_may_have_the_name_of_an_option():
    with pytest.raises(FlagError, match="unknown flag 'label'"):
        guild_ipy.run("train.py", label="x")


def test_stage_start_and_restart():
    staged = guild_ipy.run("train.py", _stage=True)
    assert staged.status is RunStatus.STAGED
    assert guild_ipy.start().id == staged.id
    assert guild_ipy.run(_restart=staged, lr=2).flags == {"lr": 2}
    with pytest.raises(UsageError, match="start has no option 'background'"):
        guild_ipy.start(staged, background=True)


def test_a_restart_takes_the_source_of_today(project, capfd):
    run = guild_ipy.run("train.py", lr=3)
    (project / "train.py").write_text("lr = 0.1\nprint('today', lr)\n")
    assert guild_ipy.run(_restart=run, _force_sourcecode=True).output == "today 3\n"
    assert "note: source: 1 file differs: train.py (+" in capfd.readouterr().out


def test_a_batch_takes_the_source_of_today(project):
    batch = guild_ipy.run("train.py", lr=[1, 2])
    (project / "train.py").write_text("lr = 0.1\nprint('today', lr)\n")
    plan = guild_ipy.run(_restart=batch, _force_sourcecode=True, _needed=True, _preview=True)
    assert set(plan["reason"]) == {"it is completed; its source stays"}
    guild_ipy.run(_restart=batch, _force_sourcecode=True)
    outputs = [line for line in batch.output.splitlines() if not line.startswith("INFO")]
    assert outputs == ["today 1", "today 2"]


def test_background_watch_and_stop(project, capfd):
    (project / "wait.py").write_text("import time\nprint('ready', flush=True)\ntime.sleep(60)\n")
    run = guild_ipy.run("wait.py", _background=True)
    guild_ipy.stop()
    assert guild_ipy.watch(run).status is RunStatus.TERMINATED
    assert f"Stopping {run.short_id} (pid" in capfd.readouterr().out


def test_a_run_can_be_looked_at():
    run = guild_ipy.run("train.py")
    assert guild_ipy.info(run).lines["operation"] == "train.py"
    assert guild_ipy.ls() == ["train.py"]
    assert ".guild/opref" in guild_ipy.ls(run, all=True)
    assert guild_ipy.cat() == "loss: 0.1\n"
    assert guild_ipy.cat(1, "train.py") == SCRIPT
    assert [info.name for info in guild_ipy.operations()] == ["train.py"]
    assert [flag.name for flag in guild_ipy.operations("train.py")[0].flags] == ["lr"]


def test_marks_and_labels_say_what_they_did(capfd):
    run = guild_ipy.run("train.py")
    capfd.readouterr()
    guild_ipy.mark()
    guild_ipy.label(run, append="best")
    guild_ipy.mark(run.id, clear=True)
    guild_ipy.delete(run)
    name = f"train.py {run.short_id}"
    uses = f"Dependencies on train.py use {run.short_id} from now on: it is"
    assert capfd.readouterr().out.splitlines() == [
        f"Marked 1 run(s): {name}; mark --undo takes it back",
        f"{uses} the one marked last",
        f"Labeled 1 run: {name} 'lr=0.1' -> 'lr=0.1 best'; label {run.short_id} --set 'lr=0.1' takes it back",
        f"Unmarked 1 run(s): {name}; mark --undo takes it back",
        f"{uses} the latest, and none is marked",
        f"Deleted 1 run: {name}",
        f"Get it back with `{command_of('restore')} {run.short_id}`",
    ]


def test_deleted_runs_are_looked_at_restored_and_purged(capfd):
    older, newer = guild_ipy.run("train.py"), guild_ipy.run("train.py", lr=1)
    guild_ipy.delete(older, newer)
    assert guild_ipy.get_run(deleted=True).id == guild_ipy.get_run(newer, deleted=True).id == newer.id
    assert guild_ipy.info(2, deleted=True).lines["id"] == older.id
    assert guild_ipy.ls(older, deleted=True) == ["train.py"]
    assert guild_ipy.cat(newer.short_id, deleted=True) == "loss: 1\n"
    assert len(list(guild_ipy.lineage(newer, deleted=True))) == 1
    capfd.readouterr()
    guild_ipy.restore(older)
    guild_ipy.purge(where="lr = 1")
    assert capfd.readouterr().out.splitlines() == [
        f"Restored 1 run: train.py {older.short_id}",
        f"Purged 1 run: train.py {newer.short_id}; it cannot be restored",
    ]
    assert guild_ipy.runs(deleted=True).empty
    assert guild_ipy.get_run(older).flags == {"lr": 0.1}


def test_where_some_cannot_be_restored_the_others_are(capfd):
    older, newer = guild_ipy.run("train.py"), guild_ipy.run("train.py", lr=1)
    guild_ipy.delete(older, newer)
    shutil.copytree(guild_ipy.get_run(1, deleted=True).path, newer.path)
    capfd.readouterr()
    with pytest.raises(
        RunStateError, match=r"^1 run could not be restored: train.py .* is among the live runs; delete"
    ):
        guild_ipy.restore(newer, older)
    assert capfd.readouterr().out == f"Restored 1 run: train.py {older.short_id}\n"
    with pytest.raises(RunStateError, match=r"^1 run could not be restored"):
        guild_ipy.restore("1:")
    assert capfd.readouterr().out == ""


@pytest.mark.parametrize("verb", [guild_ipy.restore, guild_ipy.purge])
def test_restore_and_purge_want_runs_or_an_expression(verb):
    with pytest.raises(UsageError, match=f"^{verb.__name__}: no run is named; name runs, or filters that choose them$"):
        verb()


def test_tags_and_comments_say_what_they_did(capfd):
    run = guild_ipy.run("train.py")
    capfd.readouterr()
    guild_ipy.tag(run, add=["b", "a"])
    guild_ipy.tag(remove="b", add=("c d",), where="tag = b", sync_labels=True)
    guild_ipy.comment(run.id, add="hm\nwell", user="ada@lab")
    guild_ipy.comment(edit=1, text="yes", user="bob@lab")
    assert ([*run.tags], run.label) == (["a", "c d"], "c d lr=0.1")
    assert [(each.body, each.user, each.host) for each in run.comments] == [("yes", "bob", "lab")]
    guild_ipy.comment(run, delete=1)
    name = f"train.py {run.short_id}"
    back = f"tag {run.short_id} --add b --remove 'c d' --sync-labels takes it back"
    assert capfd.readouterr().out.splitlines() == [
        f"Tagged 1 run: {name} no tags -> a, b; tag {run.short_id} --remove a --remove b takes it back",
        f"Tagged 1 run: {name} a, b -> a, c d (label: 'c d lr=0.1'); {back}",
        f"Added a comment to 1 run: {name}",
        f"Changed comment 1 of 1 run: {name}; the text was 'hm\\nwell'",
        f"Deleted comment 1 of 1 run: {name}; the text was 'yes'",
    ]


@pytest.mark.parametrize(
    ("verb", "options", "message"),
    [
        ("tag", {"add": 3}, "a tag is a text, not 3"),
        ("tag", {"add": "x", "remove": ["y", ""]}, "a tag is a text of one line"),
        ("tag", {}, "tag: nothing is to be changed"),
        ("comment", {}, "comment takes one of a text to add"),
        ("comment", {"edit": 1}, "the number of a comment to edit goes with its new text"),
        ("comment", {"add": "x", "delete": 1}, "comment takes one of"),
    ],
)
def test_what_is_no_tag_or_comment_is_one_line(verb, options, message):
    guild_ipy.run("train.py")
    with pytest.raises(UsageError, match=message):
        getattr(guild_ipy, verb)(**options)


def test_a_deleted_run_comes_back_as_the_message_says(capfd):
    run = guild_ipy.run("train.py")
    guild_ipy.delete(run)
    ((verb, name),) = re.findall(r"back with `(?:guild-ipy |%guild_)(\w+) (\w+)`", capfd.readouterr().out)
    assert guild_ipy.runs().empty
    getattr(guild_ipy, verb)(name)
    assert list(guild_ipy.runs()["run"]) == [run.short_id]


@pytest.mark.parametrize(
    ("name", "value"), [("label", "x"), ("tags", ["x"]), ("random_seed", 3), ("background", True), ("preview", True)]
)
def test_an_option_without_its_underscore_is_named(name, value):
    with pytest.raises(FlagError, match=f"^unknown flag '{name}' for train.py; the option is _{name}$"):
        guild_ipy.run("train.py", **{name: value})
    assert guild_ipy.runs().empty


def test_a_flag_of_that_name_is_a_flag(capfd):
    Path("labeled.py").write_text("label = 'a'\nprint(label)")
    assert guild_ipy.run("labeled.py", label="b").output == "b\n"


@pytest.mark.parametrize(("value", "shown"), [(None, "None cannot be run"), (0.5, "not float"), ([1], "not list")])
def test_what_a_function_returned_cannot_be_run(value, shown):
    with pytest.raises(UsageError, match=rf"{shown}.*: run\(train, lr=0.1\)$"):
        guild_ipy.run(value)


def test_a_label_is_filled_with_flags_also_at_a_restart():
    run = guild_ipy.run("train.py", lr=0.5, _label="rate ${lr|%.2f}")
    assert run.label == "rate 0.50"
    guild_ipy.run(_restart=run, lr=2.0)
    assert run.label == "rate 2.00"
    guild_ipy.label(run, set="my own")
    guild_ipy.run(_restart=run, lr=3.0)
    assert run.label == "my own"


@pytest.mark.parametrize("label", ["plain", "lr=0.5 as text", "50 % {lr} $lr"])
def test_another_label_stays_as_it_is(label):
    run = guild_ipy.run("train.py", lr=0.5, _label=label)
    guild_ipy.run(_restart=run, lr=2.0)
    assert run.label == label


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"status": "completed"}, "runs has no filter 'status'; a status is a keyword itself: completed=True"),
        ({"operation": "train"}, r"runs has no filter 'operation' \(did you mean 'operations'\?\)"),
        ({"operations": ["train", 5]}, "operations takes a text or a list of texts, not 5"),
        ({"operations": "^("}, r"operation '\^\(' is not a regular expression: "),
    ],
)
def test_a_wrong_filter_says_what_to_write(keywords, message):
    with pytest.raises(UsageError, match=f"^{message}"):
        guild_ipy.runs(**keywords)


@pytest.mark.parametrize("changes", [{}, {"set": "a", "clear": True}])
def test_a_label_has_one_change(changes):
    with pytest.raises(UsageError, match="label takes one of"):
        guild_ipy.label(1, **changes)


def test_delete_wants_runs():
    with pytest.raises(UsageError, match="delete: no run is named"):
        guild_ipy.delete()
    with pytest.raises(RunNotFound):
        guild_ipy.delete("3f2a1b4c")


def test_several_runs_may_come_as_a_list_or_column(capfd):
    guild_ipy.run("train.py")
    guild_ipy.run("train.py")
    capfd.readouterr()
    guild_ipy.mark(guild_ipy.runs().run)
    assert capfd.readouterr().out.startswith("Marked 2 run(s): train.py ")


def test_get_run_gives_a_run_by_the_beginning_of_its_id_and_the_newest_without():
    first, second = guild_ipy.run("train.py", lr=1.0), guild_ipy.run("train.py", lr=2.0)
    assert guild_ipy.get_run(first.short_id) == first
    assert guild_ipy.get_run() == second


def test_compare_gives_a_frame_of_the_runs_that_are_named_or_selected():
    first, second = (guild_ipy.run("train.py", lr=lr) for lr in (0.5, 0.25))

    assert guild_ipy.compare().lr.to_list() == [0.25, 0.5]
    assert guild_ipy.compare(first, second.id, columns="=lr").lr.to_list() == [0.5, 0.25]
    assert guild_ipy.compare(where="lr > 0.3", columns=["loss"]).loss.to_list() == [0.5]
    assert guild_ipy.compare(guild_ipy.runs(limit=1)).lr.to_list() == [0.25]


def test_diff_takes_two_runs_or_the_two_newest():
    first, second = (guild_ipy.run("train.py", lr=lr) for lr in (0.5, 0.25))

    found = guild_ipy.diff(first, second, aspects=["flags"])

    assert str(found).splitlines()[-1] == "  lr: 0.5 → 0.25"
    assert (guild_ipy.diff().left, guild_ipy.diff().right) == (first, second)
    with pytest.raises(UsageError, match=r"diff has no aspect 'flag' \(did you mean 'flags'\?\)"):
        guild_ipy.diff(aspects=["flag"])
