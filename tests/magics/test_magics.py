import re

import pytest

import guild_ipy
from guild_ipy.domain.status import RunStatus
from guild_ipy.errors import FlagError, GuildError, OperationNotFound, RunError, RunNotFound, UsageError
from guild_ipy.session.run_refs import list_runs
from guild_ipy.session.session import get_session
from guild_ipy.verbs import NAMES

RUN_ID = r"[0-9a-f]{8}"


def test_each_verb_is_a_magic(session):
    magics = session.shell.magics_manager.magics["line"]
    assert [name for name in NAMES if f"guild_{name}" not in magics] == []


def test_unload_takes_all_magics_away(session):
    session.shell.run_line_magic("unload_ext", "guild_ipy")
    magics = session.shell.magics_manager.lsmagic()
    assert not [name for kind in magics.values() for name in kind if name.startswith("guild_")]
    assert session.shell.Completer.custom_matchers == []
    session.shell.run_line_magic("load_ext", "guild_ipy")


def test_run_gives_the_run(train):
    run = train.run("%guild_run train lr=0.5 --label first --tag a --tag b")
    assert (run.status, run.result, run.label, run.tags) == (RunStatus.COMPLETED, 1.0, "first", ("a", "b"))
    assert run.flags == {"lr": 0.5, "epochs": 2, "opt": "sgd", "shuffle": True}


def test_run_shows_preview_output_and_one_line_at_the_end(train):
    lines = train.printed("run = %guild_run train epochs=1").splitlines()
    assert lines[:5] == ["You are about to run train()", "  epochs: 1", "  lr: 0.1", "  opt: sgd", "  shuffle: yes"]
    assert lines[5:7] == ["step: 0", "loss: 0.1"]
    assert re.fullmatch(rf"train\(\) completed in \d\.\d\d s · {RUN_ID}", lines[7])
    assert len(lines) == 8


def test_preview_option_runs_nothing(train):
    assert "You are about to run train()" in train.printed("%guild_run train --preview")
    assert train.run("%guild_home") == guild_ipy.guild_home()
    with pytest.raises(RunNotFound):
        train.run("%guild_info")


def test_values_of_the_notebook_keep_their_type(train):
    train.run("rate, name = 0.25, 'adam'")
    run = train.run('%guild_run {train} lr={rate * 2} opt=$name --label "lr {rate}"')
    assert (run.flags["lr"], run.flags["opt"], run.label) == (0.5, "adam", "lr 0.25")


def test_a_local_variable_of_a_function_is_found(train):
    train.run("def search(rate):\n    return get_ipython().run_line_magic('guild_run', 'train lr={rate} epochs=0')")
    assert train.run("search(0.75)").flags["lr"] == 0.75


def test_an_object_that_is_no_flag_travels_along(session):
    session.run("class Data:\n    size = 3\ndef count(data):\n    return data.size")
    assert session.run("%guild_run count data={Data()}").result == 3


def test_a_cell_runs_with_its_constants_as_flags(session):
    run = session.run("%%guild_run small n=3\nn = 2\nprint('total:', n * 2)")
    assert (run.operation, run.flags, run.scalars) == ("small()", {"n": 3}, {"total": 6.0})


@pytest.mark.parametrize(
    ("cell", "error", "message"),
    [
        ("%guild_run trian", OperationNotFound, "no operation 'trian' here (did you mean 'train'?)"),
        ("%guild_run train lrr=1", FlagError, "unknown flag 'lrr' for train() (did you mean 'lr'?)"),
        ("%guild_run train --lable x", UsageError, "run has no option '--lable' (did you mean '--label'?)"),
        ("%guild_run", UsageError, "run: nothing is named"),
        ("%guild_run train lr={rate}", UsageError, "cannot expand '{rate}': name 'rate' is not defined"),
        ("%guild_mark 7", RunNotFound, "no run matches '7'"),
        ("%guild_delete", UsageError, "delete: no run is named"),
    ],
)
def test_what_cannot_work_is_one_line_and_makes_nothing(train, cell, error, message):
    with pytest.raises(error) as failure:
        train.run(cell)
    assert str(failure.value).startswith(message)
    assert train.printed(cell) == f"{error.__name__}: {failure.value}\n"
    assert list_runs(get_session()) == []


def test_an_error_in_the_run_shows_the_users_traceback_and_ends_the_cell(session):
    session.run("def fail():\n    raise ValueError('broken')")
    with pytest.raises(RunError) as failure:
        session.run("%guild_run fail")
    printed = session.printed("%guild_run fail")
    assert "raise ValueError('broken')" in printed
    assert "guild_ipy/" not in printed
    assert failure.value.run.status is RunStatus.ERROR
    assert isinstance(failure.value.exception, ValueError)


def test_marks_and_labels_say_what_they_did(train):
    train.run("run = %guild_run train epochs=0")
    assert train.printed("%guild_mark").startswith("Marked 1 run(s): train() ")
    assert train.run("run.marked") is True
    assert train.printed("%guild_mark --clear").startswith("Unmarked 1 run(s): train() ")
    assert train.run("run.marked, run.get('marked')") == (False, None)
    assert train.printed("%guild_label {run} --set best").startswith("Labeled 1 run: train() ")
    assert train.run("run.label") == "best"


def test_an_index_counts_within_the_filter(train):
    session = train
    session.run("def other(): pass")
    session.run("first = %guild_run train epochs=0")
    session.run("%guild_run other")
    session.printed("%guild_mark 1 -Fo train")
    assert session.run("first.marked") is True


def test_ls_and_cat_show_files_as_they_are(session):
    session.run(
        "from pathlib import Path\ndef write():\n    Path('a.txt').write_text('one\\ntwo\\n')\n    print('hello')"
    )
    session.run("%guild_run write")
    assert session.run("%guild_ls") == ["a.txt"]
    assert session.run("%guild_cat") == "hello\n"
    assert session.run("%guild_cat --path a.txt") == "one\ntwo\n"
    assert session.printed("%guild_ls").endswith(": a.txt\n")


def test_stage_start_and_restart_keep_the_id(train):
    staged = train.run("%guild_run train epochs=1 --stage")
    assert staged.status is RunStatus.STAGED
    assert train.run("%guild_start") == staged
    again = train.run("%guild_run --restart {_.id} epochs=3")
    assert (again.id, again.result, again.status) == (staged.id, pytest.approx(0.3), RunStatus.COMPLETED)


def test_a_restart_takes_the_source_of_today(train):
    made = train.run("%guild_run train epochs=1")
    train.run("def train(lr=0.1, epochs=2, opt='sgd', shuffle=True, more=3):\n    return more * epochs")
    again = train.run("%guild_run --restart {_.id} --force-sourcecode".replace("_.id", repr(made.id)))
    assert (again.id, again.result, again.flags["more"]) == (made.id, 3, 3)


def test_a_cell_is_restarted_with_the_text_below(session):
    made = session.run("%%guild_run look x=5\nx = 1\nprint('first', x)")
    again = session.run(f"%%guild_run --restart {made.id} --force-sourcecode\nx = 1\nprint('today', x)")
    assert (again.id, again.output, again.operation) == (made.id, "today 5\n", "look()")


def test_background_returns_and_watch_shows_the_rest(session):
    session.run(
        "import os, time\ndef wait(path):\n    while not os.path.exists(path): time.sleep(0.01)\n    print('go')"
    )
    run = session.run("%guild_run wait path={os.path.abspath('go')} --background")
    assert run.status is RunStatus.RUNNING
    (session.project / "go").touch()
    assert session.printed("%guild_watch").startswith("go\nwait() completed in")


def test_stop_stops_what_runs(session):
    session.run("def wait():\n    import time\n    time.sleep(60)")
    run = session.run("%guild_run wait --background")
    printed = session.printed("%guild_stop")
    stopping = rf"Stopping {run.short_id} \(pid \d+\): wait\(\), started [\d-]+ [\d:]+\n"
    assert re.fullmatch(rf"{stopping}Stopped 1 run: wait\(\) {run.short_id}; .*\n", printed)
    assert run.status is RunStatus.TERMINATED


def test_delete_moves_runs_to_the_trash(train):
    train.run("%guild_run train epochs=0")
    assert train.printed("%guild_delete 1").startswith("Deleted 1 run: train() ")
    assert len(train.run("%guild_runs --deleted")) == 1


@pytest.mark.parametrize("filters", ["--operation train", "-Fo 'tr*'", "--completed", "--where 'op = train'"])
def test_delete_lists_what_only_filters_have_chosen_and_stops(train, filters):
    train.run("run = %guild_run train epochs=0")
    train.run("def pretrain(): raise ValueError")
    with pytest.raises(RunError):
        train.run("%guild_run pretrain")
    with pytest.raises(UsageError, match=r"^delete: 1 run would be deleted, none was; add --yes, or name runs$"):
        train.run(f"%guild_delete {filters}")
    assert train.printed(f"%guild_delete {filters}").startswith(f"[1:{train.run('run.short_id')}]  train()  ")
    assert len(train.run("%guild_runs")) == 2
    assert train.printed(f"%guild_delete {filters} --yes").startswith("Deleted 1 run: train() ")
    assert train.run("%guild_runs")["operation"].to_list() == ["pretrain()"]


@pytest.mark.parametrize("named", ["1", "1:", "{run}", "{run.short_id}", "{guild_ipy.runs()}"])
def test_delete_does_not_stop_before_runs_that_are_named(train, named):
    train.run("run = %guild_run train epochs=0")
    train.run("import guild_ipy")
    assert train.printed(f"%guild_delete {named}").startswith("Deleted 1 run: train() ")


def test_an_operation_is_named_as_a_whole(train):
    train.run("def pretrain(): pass\ndef train_v2(): pass")
    for name in ("train epochs=0", "pretrain", "train_v2"):
        train.run(f"%guild_run {name}")

    def listed(name):
        return sorted(train.run(f"%guild_runs --operation {name}")["operation"])

    assert listed("train") == listed("'train()'") == ["train()"]
    assert listed("rain") == []
    assert listed("'train*'") == ["train()", "train_v2()"]
    assert listed("'^pre'") == ["pretrain()"]
    assert train.run("%guild_compare --operation train")["operation"].to_list() == ["train()"]
    assert len(train.run("%guild_select --operation 'train_v?'")) == 1


def test_runs_gives_a_frame(train):
    train.run("%guild_run train epochs=0 --label a")
    train.run("%guild_run train epochs=0 --label b")
    assert list(train.run("%guild_runs").label) == ["b", "a"]
    assert list(train.run("%guild_runs -Fl a").label) == ["a"]


def test_home_is_shown_and_changed(session, tmp_path):
    assert session.run(f"%guild_home '{tmp_path}/else where'") == f"{tmp_path}/else where"
    assert session.run("%guild_home") == f"{tmp_path}/else where"


def test_operations_lists_functions_and_scripts(train):
    (train.project / "prepare.py").write_text("size = 10\n")
    assert train.printed("%guild_operations").splitlines()[-2:] == [
        "train       lr=0.1 epochs=2 opt=sgd shuffle=yes  Train a model.",
        "prepare.py  size=10",
    ]


def test_an_operation_is_described_in_detail(train):
    (train.project / "guild.yml").write_text("serve:\n  main: prepare\n  flags: {port: {default: 80, type: int}}\n")
    printed = train.printed("%guild_operations serve").splitlines()
    assert printed[-3:] == ["serve (guildfile)", "  runs prepare", "  port  = 80  int"]


def test_what_a_function_requires_is_described(session):
    session.run("import guild_ipy\n@guild_ipy.operation(requires='train')\ndef serve(port=80): pass")
    printed = session.printed("%guild_operations serve").splitlines()
    assert printed[-3:] == ["serve (function)", "  requires operation:train", "  port  = 80  number"]


def test_an_interrupt_before_there_is_a_run_is_one_line(session):
    session.run("class Stop:\n    def __reduce__(self): raise KeyboardInterrupt\ndef serve(port): pass")
    printed = session.printed("%guild_run serve port={Stop()}").splitlines()
    assert printed == ["KeyboardInterrupt: %guild_run was interrupted"]


@pytest.mark.parametrize("cell", ["%guild_run?", "%%guild_run?", "%guild_run --help", "%guild_run -h"])
def test_help_shows_the_options(session, cell):
    printed = session.printed(cell)
    assert "guild_run OPERATION [FLAG=VALUE ...] [options]" in printed
    assert "--restart RUN" in printed


def test_every_error_of_a_magic_renders_as_its_line():
    assert GuildError("what happened")._render_traceback_() == ["GuildError: what happened"]


@pytest.mark.parametrize("line", ["%guild_run f", "%guild_runs", "%guild_operations", "%guild_home here"])
def test_a_deleted_working_directory_is_one_line(session, monkeypatch, tmp_path, line):
    session.run("def f(): return 1")
    (tmp_path / "deleted").mkdir()
    monkeypatch.chdir(tmp_path / "deleted")
    (tmp_path / "deleted").rmdir()
    with pytest.raises(UsageError, match="the current directory cannot be read") as caught:
        session.run(line)
    assert "\n" not in str(caught.value)
    monkeypatch.chdir(tmp_path)


def test_where_a_list_is_empty_for_a_slip_a_line_says_which_names_there_are(train):
    train.printed("%guild_run train --tag fast")
    hint = "no run is of an operation 'trian' (did you mean 'train()'?); there are train()"
    for line in ("runs --operation trian", "compare -Fo trian", "select op = trian and completed", "select -Fo trian"):
        assert train.printed(f"found = %guild_{line}") == f"{hint}\n"
    assert train.printed("found = %guild_runs --tag fats") == (
        "no run has the tag 'fats' (did you mean 'fast'?); there are fast\n"
    )
    for verb in ("delete --yes", "stop", "label --set x", "mark", "info"):
        assert train.printed(f"%guild_{verb} -Fo trian").endswith(f"; {hint}\n")
    assert train.printed("found = %guild_runs --operation train --error") == ""
    assert train.printed("import guild_ipy\nfound = guild_ipy.runs(operations='trian')") == ""
