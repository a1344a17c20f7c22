"""``home``: show which Guild home is used, or use another."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

from guild_ipy.arguments.option import json_switch, word
from guild_ipy.arguments.parser import Completes
from guild_ipy.arguments.verb import Verb
from guild_ipy.session.chosen_home import set_guild_home
from guild_ipy.session.session import Session, get_session


@dataclass(frozen=True, kw_only=True)
class UseHome:
    """Which Guild home to use from now on; without a path the current one is shown."""

    path: str | None = word(
        metavar="PATH", help="directory to use as Guild home from now on", completes=Completes.PATHS
    )
    json: bool = json_switch()

    def carry_out(self, session: Session) -> str | dict[str, Any]:
        """Use another home from now on, if a path is given; return the path of the one that is used."""
        if self.path is not None:
            set_guild_home(self.path)
            session = get_session()
        if self.json:
            return {"home": session.home.path, "exists": os.path.isdir(session.home.path)}
        return session.home.path


VERB = Verb(
    name="home",
    options=UseHome,
    words="[PATH]",
    summary="Show which Guild home is used, or use another.",
)
