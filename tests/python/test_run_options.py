"""Options of a run that Guild AI has, too: comment, id, name, needed, stop after."""

from __future__ import annotations

import pytest

import guild_ipy
from guild_ipy.domain.status import RunStatus
from guild_ipy.errors import GuildError, RunError, RunStateError, UsageError
from guild_ipy.session.session import Session, set_session
from guild_ipy.settings import Settings

ID = "0123456789abcdef" * 2


@pytest.fixture(autouse=True)
def project(home, engine, tmp_path, monkeypatch):
    (tmp_path / "train.py").write_text("lr = 0.1\nprint('loss:', lr)\nassert lr < 5\n")
    (tmp_path / "slow.py").write_text("import time\nwhile True:\n    time.sleep(0.01)\n")
    monkeypatch.chdir(tmp_path)
    set_session(Session(Settings(guild_home=home.path), engine=engine))
    yield tmp_path
    set_session(None)


def test_comment_and_id_are_those_that_were_given():
    run = guild_ipy.run("train.py", _comment="first try", _run_id=ID)
    assert run.id == ID
    assert [comment.body for comment in run.record.comments] == ["first try"]
    assert "first try" in str(guild_ipy.info(run))
    assert guild_ipy.info(run, output=True).sections["output"] == {"loss: 0.1": ""}


@pytest.mark.parametrize("is_deleted", [False, True])
def test_an_id_is_given_once(is_deleted):
    run = guild_ipy.run("train.py", _run_id=ID)
    if is_deleted:
        guild_ipy.delete(run)
    with pytest.raises(RunStateError, match="there is a run"):
        guild_ipy.run("train.py", _run_id=ID, _stage=True)
    assert run.path is not None
    assert len(guild_ipy.runs()) + len(guild_ipy.runs(deleted=True)) == 1


def double(x=1):
    return 2 * x


def test_a_function_is_called_as_is_said():
    run = guild_ipy.run(double, x=2, _op_name="twice")
    assert (run.operation, run.result) == ("twice()", 4)
    assert guild_ipy.select("op = twice") == [run.id]


def test_what_is_there_is_not_run_again(capsys):
    first = guild_ipy.run("train.py", lr=0.5)
    assert guild_ipy.run("train.py", lr=0.5, _needed=True) == first
    assert f"Nothing is run: train.py has a run with these flags, {first.short_id}" in capsys.readouterr().out
    assert guild_ipy.run("train.py", lr=0.6, _needed=True) != first
    assert guild_ipy.run(_restart=first, _needed=True) == first
    assert "are what they were" in capsys.readouterr().out
    assert guild_ipy.run(_restart=first, _needed=True, lr=1).scalars == {"loss": 1.0}


def test_a_run_that_failed_does_not_count():
    for _ in range(2):
        with pytest.raises(RunError):
            guild_ipy.run("train.py", lr=9, _needed=True)
    assert len(guild_ipy.runs(error=True)) == 2


def test_a_run_is_stopped_after_its_minutes():
    with pytest.raises(RunError, match=r"was stopped after 0.005 minutes"):
        guild_ipy.run("slow.py", _stop_after=0.005)
    run = guild_ipy.run("slow.py", _stop_after=0.005, _background=True).wait(60)
    assert run.status is RunStatus.TERMINATED
    staged = guild_ipy.run("slow.py", _stage=True)
    with pytest.raises(RunError, match="was stopped after"):
        guild_ipy.start(staged, _stop_after=0.005)


@pytest.mark.parametrize(
    ("operation", "options", "said"),
    [
        ("train.py", {"_op_name": "fit"}, "is for a function"),
        (double, {"_op_name": "a b"}, "is no name of an operation"),
        ("train.py", {"_run_id": "abc"}, "is no id"),
        ("train.py", {"_run_id": ID.upper()}, "is no id"),
        ("train.py", {"_stop_after": 0}, "above 0"),
        ("train.py", {"_stop_after": float("nan")}, "above 0"),
        ("train.py", {"_stop_after": "5"}, "takes a number"),
        ("train.py", {"_stop_after": 1, "_isolation": "inline"}, "a process of its own"),
        ("train.py", {"_stop_after": 1, "_stage": True}, "when a staged run is started"),
        (None, {"_restart": ID, "_run_id": ID}, "keeps the id"),
        (None, {"_start": ID, "_needed": True}, "--needed goes with"),
        (None, {"_restart": ID, "_comment": "x"}, "keeps name, label, tags, comment"),
    ],
)
def test_what_cannot_be_is_refused_and_leaves_nothing(operation, options, said):
    with pytest.raises(UsageError, match=said):
        guild_ipy.run(operation, **options)
    assert issubclass(UsageError, GuildError)
    assert guild_ipy.runs().empty
