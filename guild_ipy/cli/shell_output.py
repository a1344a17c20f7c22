"""Verbs that a shell shows in a way of its own; a function is true where it has done all of it."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Mapping
from contextlib import closing
from typing import TYPE_CHECKING, Any

from guild_ipy.errors import UsageError
from guild_ipy.printable import printable
from guild_ipy.view.progress import show_progress

if TYPE_CHECKING:
    from guild_ipy.verbs.looking.cat import ShowFile
    from guild_ipy.verbs.looking.home import UseHome
    from guild_ipy.verbs.looking.select import SelectRuns


def show_file(wanted: ShowFile) -> bool:
    """Write every byte of it, as it is."""
    from guild_ipy.cli.shell_session import shell_session  # start-up cost, as the others

    with wanted.open(shell_session()) as file:
        if file is not None:
            shutil.copyfileobj(file, sys.stdout.buffer)
    return True


def show_home(wanted: UseHome) -> bool:
    """Refuse to change it: that would change nothing."""
    if (path := wanted.path) is not None:
        raise UsageError(f"home: a shell command ends at once; set GUILD_HOME={path} for those that follow")
    if not wanted.json:
        from guild_ipy.cli.shell_session import shell_session

        print(printable(shell_session().home.path))
    return not wanted.json


def select_runs(wanted: SelectRuns) -> bool:
    """Print ids that an expression selects without a session: that starts quickly."""
    if not wanted.is_plain:
        return False
    from guild_ipy.session.matching import open_index, select_ids

    with closing(open_index(show_progress if sys.stderr.isatty() else None)) as index:
        if ids := select_ids(index, wanted.filter, wanted.best):
            print("\n".join(ids))
        else:
            from guild_ipy.cli.slips import tell_unmatched  # start-up cost: for those who find nothing

            tell_unmatched(index, wanted.filter)
    return True


OWN_WAYS: Mapping[str, Callable[[Any], bool]] = {"cat": show_file, "home": show_home, "select": select_runs}
