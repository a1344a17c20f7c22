"""The options of how a process is started and followed."""

from __future__ import annotations

import argparse
from functools import partial
from typing import Any

from guild_ipy.arguments.option import part
from guild_ipy.arguments.parser import Completes, Group, VerbParser, one_of
from guild_ipy.engine.engine import ISOLATIONS
from guild_ipy.launching.launch import LaunchOptions

#: The options of the run itself.
THE_RUN = Group(title="the run")


def launch_options() -> Any:  # noqa: ANN401 - as `option`
    """Declare the field of a verb that starts a process."""
    return part(_declare, _read, default=LaunchOptions)


def _declare(parser: VerbParser) -> None:
    group = parser.place(THE_RUN)
    group.add_argument("-b", "--background", action="store_true", help="return at once; watch shows the output")
    group.add_argument("--stop-after", type=_minutes, metavar="N", help="stop the run after N minutes")
    group.add_argument("--pidfile", metavar="FILE", help="as --background; write the process id to FILE")
    parser.completions["pidfile"] = Completes.PATHS
    isolation = partial(group.add_argument, type=one_of(*ISOLATIONS), choices=ISOLATIONS)
    isolation("--isolation", help="fork of a warm server, fresh interpreter, or inline: in this process")


def _read(namespace: argparse.Namespace) -> LaunchOptions:
    return LaunchOptions(
        background=namespace.background,
        pidfile=namespace.pidfile,
        isolation=namespace.isolation,
        stop_after=namespace.stop_after,
    )


def _minutes(text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of minutes") from error
