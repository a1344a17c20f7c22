"""``run``, ``start`` and ``watch`` at a shell."""

from __future__ import annotations

from guild_ipy.api.context import Context
from guild_ipy.arguments import look, run
from guild_ipy.arguments.apply import apply_run, apply_start, apply_watch
from guild_ipy.cli.terminal import AgreeingViewer, AskingViewer, ShellViewer
from guild_ipy.cli.words import Words


def call_run(context: Context, words: Words) -> None:
    """Run, and show the output."""
    arguments = run.RUN.parse(words)
    viewer = ShellViewer() if arguments.preview else _viewer(yes=arguments.yes)
    with run.naming_options(run.find_run_option):
        apply_run(context, arguments, viewer)


def call_start(context: Context, words: Words) -> None:
    """Start a staged run, and show its output."""
    arguments = run.START.parse(words)
    apply_start(context, arguments, _viewer(yes=arguments.yes))


def call_watch(context: Context, words: Words) -> None:
    """Show the output of a run until it ends."""
    apply_watch(context, look.WATCH.parse(words), ShellViewer())


def _viewer(*, yes: bool) -> ShellViewer:
    return AgreeingViewer() if yes else AskingViewer()
