"""``run`` at a shell."""

from __future__ import annotations

from guild_ipy.api.context import Context
from guild_ipy.arguments import run
from guild_ipy.arguments.apply import apply_run
from guild_ipy.cli.terminal import AgreeingViewer, AskingViewer, ShellViewer
from guild_ipy.cli.words import Words


def call_run(context: Context, words: Words) -> None:
    """Run, and show the output."""
    arguments = run.RUN.parse(words)
    viewer = ShellViewer() if arguments.preview else _viewer(yes=arguments.yes)
    with run.naming_options(run.find_run_option):
        apply_run(context, arguments, viewer)


def _viewer(*, yes: bool) -> ShellViewer:
    return AgreeingViewer() if yes else AskingViewer()
