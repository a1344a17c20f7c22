"""``guild-ipy VERB …``: the verbs at a shell.

Exit status: 0, 1 for an error (one line on standard error), 2 for a command that cannot work, 130 after Ctrl-C;
after a run that failed the exit status of the run, and 128 + n where signal n ended it.

- ``shell_verb``: reads a verb's options, asks, carries it out, prints
- ``shell_output``: verbs whose result a shell shows in a way of its own
- ``terminal``: questions, and a run while it goes
- ``editor``: texts that are written in the user's editor
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence

from guild_ipy.arguments.parser import HELP_OPTIONS, asks_for_help
from guild_ipy.cli.shell_verb import call_verb
from guild_ipy.errors import GuildError, RunError, SelectError, UsageError, suggest
from guild_ipy.verbs import VERBS

#: Words of other programs for verbs of this one.
_SYNONYMS = {
    "help": "--help",
    "version": "--version",
    "list": "runs",
    "ps": "runs --running",
    "show": "info",
    "logs": "cat",
    "output": "cat",
    "rm": "delete",
    "remove": "delete",
    "kill": "stop",
    "rerun": "run --restart",
    "restart": "run --restart",
    "unmark": "mark --clear",
    "undelete": "restore",
}
#: Verbs that only ``guild`` has.
_OF_GUILD = {
    "export": "guild export",
    "import": "guild import",
    "view": "guild view",
}
_ERROR, _USAGE, _INTERRUPTED = 1, 2, 130
#: Shells add the number of a signal to this.
_SIGNALS = 128


def main(words: Sequence[str] | None = None) -> int:
    """Carry out a command line; return the exit status."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="surrogateescape")  # names of files are bytes
    try:
        _carry_out(sys.argv[1:] if words is None else list(words))
        sys.stdout.flush()
    except GuildError as error:
        print(f"guild-ipy: {error}", file=sys.stderr)
        if isinstance(error, SelectError):
            print(error.caret, file=sys.stderr)
        return _exit_status(error)
    except KeyboardInterrupt:
        return _INTERRUPTED
    except BrokenPipeError:  # `guild-ipy runs | head`: nobody reads on
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _ERROR
    return 0


def _exit_status(error: GuildError) -> int:
    if isinstance(error.__context__, KeyboardInterrupt):  # the run was stopped by Ctrl-C
        return _INTERRUPTED
    if isinstance(error, RunError):
        return _run_status(error.run.exit_status)
    return _USAGE if isinstance(error, UsageError | SelectError) else _ERROR


def _run_status(exit_status: int | None) -> int:
    """Return the status that a shell would report; a run that never began has none of its own."""
    return _SIGNALS - exit_status if exit_status is not None and exit_status < 0 else exit_status or _ERROR


def _carry_out(words: Sequence[str]) -> None:
    if not words or words[0] in HELP_OPTIONS:
        print(_help())
        return
    if words[0] == "--version":
        from importlib.metadata import version  # start-up cost

        print(f"guild-ipy {version('guild-ipy')}")
        return
    verb, *rest = words
    if verb not in VERBS:
        raise UsageError(f"guild-ipy has no verb {verb!r}{_hint(verb)}")
    if asks_for_help(rest):
        print(VERBS[verb].format_help(f"guild-ipy {verb}"))
        return
    call_verb(verb, rest)


def _hint(word: str) -> str:
    """Suggest a verb for a word that is not one."""
    if word in _OF_GUILD:
        return f"; `{_OF_GUILD[word]}` works on the same runs"
    if word in _SYNONYMS:
        return f" (did you mean {_SYNONYMS[word]!r}?)"
    return suggest(word, VERBS) or f"; it has {', '.join(VERBS)}"


def _help() -> str:
    verbs = "\n".join(f"  {name:<12}{verb.summary}" for name, verb in VERBS.items())
    return f"usage: guild-ipy VERB [options]\n\n{verbs}\n\n`guild-ipy VERB --help` shows the options of a verb."
