"""``info``: show what is known of a run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from guild_ipy.api.session import Session
from guild_ipy.arguments.option import json_switch, switch
from guild_ipy.arguments.selection import RunSelection, one_run
from guild_ipy.arguments.verb import Verb

if TYPE_CHECKING:
    from guild_ipy.api.looking.info import RunInfo


@dataclass(frozen=True, kw_only=True)
class ShowInfo:
    """Which run to describe."""

    selection: RunSelection = one_run(deleted=True)
    output: bool = switch("-O", "--output", help="also what it has printed")
    json: bool = json_switch()

    def carry_out(self, session: Session) -> RunInfo | dict[str, Any]:
        """Describe the run."""
        found = self.selection.find_one(session)
        if self.json:
            from guild_ipy.api.looking.plain_values import info_values  # start-up cost: one of the two is asked for

            return info_values(found, output=self.output)
        from guild_ipy.api.looking.info import get_info  # start-up cost, as above

        return get_info(found, output=self.output)


VERB = Verb(
    name="info",
    options=ShowInfo,
    words="[RUN]",
    summary="Show what is known of a run.",
    details="Without RUN the newest.",
)
