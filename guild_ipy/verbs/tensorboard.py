"""``tensorboard``: show runs in TensorBoard."""

from __future__ import annotations

import argparse
from dataclasses import dataclass

from guild_ipy.api.finding.selection import select_runs
from guild_ipy.api.handle import Run
from guild_ipy.api.looking.tensorboard import serve
from guild_ipy.api.session import Session
from guild_ipy.arguments.option import option
from guild_ipy.arguments.parser import whole_number
from guild_ipy.arguments.selection import RunSelection, many_runs
from guild_ipy.arguments.verb import Verb

_LAST_PORT = 65535


def _port(text: str) -> int:
    port = whole_number(text)
    if port > _LAST_PORT:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port (0 to {_LAST_PORT})")
    return port


@dataclass(frozen=True, kw_only=True)
class ShowTensorboard:
    """Which runs to show in TensorBoard, and where it listens."""

    port: int | None = option("--port", type=_port, metavar="N", help="port that it listens on")
    host: str | None = option("--host", metavar="NAME", help="address that it listens on")
    selection: RunSelection = many_runs(deleted=True, default="all")

    @property
    def options(self) -> list[str]:
        """The words that TensorBoard is given beside the runs."""
        given = {"--port": self.port, "--host": self.host}
        return [word for option, value in given.items() if value is not None for word in (option, str(value))]

    def find(self, session: Session) -> list[Run]:
        """Return the runs that are shown; there is one at least."""
        return select_runs(session, self.selection.refs, self.selection.filter, default="all")

    def carry_out(self, session: Session) -> None:
        """Show the runs until it is interrupted."""
        serve(self.find(session), self.options)


VERB = Verb(
    name="tensorboard",
    options=ShowTensorboard,
    words="[RUN ...]",
    summary="Show runs in TensorBoard.",
    details="Without RUN all that pass the filters.",
)
