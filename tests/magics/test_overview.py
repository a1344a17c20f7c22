"""``%guild``."""

import pytest

from guild_ipy.errors import UsageError
from guild_ipy.verbs import NAMES


def test_the_overview_has_a_line_for_each_magic_and_says_how_to_get_help(session):
    lines = session.printed("%guild").splitlines()
    assert [line.split()[0] for line in lines[: len(NAMES)]] == [f"%guild_{name}" for name in NAMES]
    assert lines[0].endswith("  Run a function, a cell, a script or a notebook as an isolated run.")
    assert "%guild_run? shows the options" in lines[-1]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("run train lr=1", "^write %guild_run train lr=1; %guild alone lists the magics$"),
        ("runs", "^write %guild_runs; "),
        ("guild_mark 1", "^write %guild_mark 1; "),
        ("rnus", r"^there is no magic %guild_rnus \(did you mean '%guild_runs'\?\); %guild alone lists them$"),
    ],
)
def test_a_verb_behind_it_is_shown_as_it_is_written(session, line, message):
    with pytest.raises(UsageError, match=message):
        session.run(f"%guild {line}")


def test_it_goes_with_the_extension(session):
    session.shell.run_line_magic("unload_ext", "guild_ipy")
    assert "guild" not in session.shell.magics_manager.magics["line"]
    session.shell.run_line_magic("load_ext", "guild_ipy")
