"""``ls``: list the files of a run."""

from __future__ import annotations

from dataclasses import dataclass

from guild_ipy.arguments.option import json_switch, switch
from guild_ipy.arguments.run_selection import RunSelection, one_run
from guild_ipy.arguments.verb import Verb
from guild_ipy.session.file_access import list_files
from guild_ipy.session.session import Session
from guild_ipy.view.run_lines import LineList


@dataclass(frozen=True, kw_only=True)
class ListFiles:
    """Which run's files to list."""

    selection: RunSelection = one_run(deleted=True)
    all: bool = switch("-a", "--all", help="also the files of Guild, in .guild")
    json: bool = json_switch()

    def carry_out(self, session: Session) -> list[str]:
        """List the files, relative to the directory of the run."""
        paths = list_files(self.selection.find_one(session).dir, everything=self.all)
        return paths if self.json else LineList(paths)


VERB = Verb(
    name="ls",
    options=ListFiles,
    words="[RUN]",
    summary="List the files of a run.",
    details="Without RUN the newest.",
)
