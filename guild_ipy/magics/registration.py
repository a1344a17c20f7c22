"""Puts the magics, their completion and the display of frames into a shell, and takes them out.

What a magic does is loaded when it is first used: registering costs next to nothing.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from types import FunctionType
from typing import TYPE_CHECKING, Any

from IPython.core.magic import needs_local_scope, no_var_expand

from guild_ipy.errors import GuildError
from guild_ipy.magics.frame_display import leave_frames, show_frames
from guild_ipy.verbs import NAMES

if TYPE_CHECKING:
    from IPython.core.completer import CompletionContext, SimpleMatcherResult
    from IPython.core.interactiveshell import InteractiveShell

_OVERVIEW = "guild"


def register(shell: InteractiveShell) -> None:
    """Register all magics, their completion, and how frames of runs are shown."""
    for verb in NAMES:
        shell.register_magic_function(_line_magic(verb, shell), "line", f"guild_{verb}")
    shell.register_magic_function(_cell_magic(shell), "cell", "guild_run")
    shell.register_magic_function(_overview_magic(), "line", _OVERVIEW)
    shell.Completer.custom_matchers.append(GuildMatcher())
    shell.events.register("post_run_cell", _keep_warm)
    show_frames(shell.display_formatter)


def unregister(shell: InteractiveShell) -> None:
    """Undo :func:`register`."""
    for magics in shell.magics_manager.magics.values():
        for verb in NAMES:
            magics.pop(f"guild_{verb}", None)
        magics.pop(_OVERVIEW, None)
    shell.events.unregister("post_run_cell", _keep_warm)
    leave_frames(shell.display_formatter)
    matchers = shell.Completer.custom_matchers
    matchers[:] = [matcher for matcher in matchers if not isinstance(matcher, GuildMatcher)]


class GuildMatcher:
    """A matcher of version 2 (:mod:`IPython.core.completer`): on the line of a magic of ours no other one answers."""

    matcher_api_version = 2
    matcher_identifier = "guild_ipy"
    matcher_priority = 100

    def __init__(self) -> None:
        self.__qualname__ = type(self).__name__  # IPython takes matchers for functions

    def __call__(self, context: CompletionContext) -> SimpleMatcherResult:
        """Offer words for the place of the cursor."""
        if "guild_" not in context.text_until_cursor:
            return {"completions": []}
        return _offer(context)


def _offer(context: CompletionContext) -> Any:  # noqa: ANN401 - a TypedDict of IPython
    from IPython.core.completer import SimpleCompletion  # start-up cost, as the next

    from guild_ipy.magics.candidates import SessionCandidates
    from guild_ipy.magics.completion import complete_line

    try:
        offer = complete_line(context.text_until_cursor, SessionCandidates())
    except GuildError:  # Guild home cannot be read: running the line will say so
        offer = None
    if offer is None:
        return {"completions": []}
    return {
        "completions": [SimpleCompletion(text=each.text, type=each.kind) for each in offer.candidates],
        "matched_fragment": offer.fragment,
        "suppress": True,
        "ordered": True,
    }


def _keep_warm(result: object) -> None:  # noqa: ARG001 - IPython hands it over
    """Let a fork server import the modules that the cell has imported, before the first run that needs them.

    It holds memory, so a notebook that only looks at runs has none: it defines no code, and has run nothing yet.
    """
    from guild_ipy.session.session import find_shell, get_session  # start-up cost

    session, shell = get_session(), find_shell()
    if shell is not None and _defines_code(shell.user_ns):
        session.engine.warm_up()
    else:
        session.keep_warm()


def _defines_code(variables: Mapping[str, object]) -> bool:
    """Whether a notebook has functions or classes of its own."""
    values = [*variables.values()]
    return any(isinstance(value, (FunctionType, type)) and value.__module__ == "__main__" for value in values)


def _line_magic(verb: str, shell: InteractiveShell) -> Callable[..., Any]:
    def magic(line: str, local_ns: Mapping[str, Any] | None = None) -> object:
        from guild_ipy.magics.magic import call_line  # start-up cost

        with _interrupts_in_a_line(f"%guild_{verb}"):
            return call_line(verb, line, _names(shell, local_ns))

    return _describe(magic, verb, f"%guild_{verb}")


def _cell_magic(shell: InteractiveShell) -> Callable[..., Any]:
    def magic(line: str, cell: str, local_ns: Mapping[str, Any] | None = None) -> object:
        from guild_ipy.magics.magic import call_cell  # start-up cost

        with _interrupts_in_a_line("%%guild_run"):
            return call_cell(line, cell, _names(shell, local_ns), _running_cell(shell))

    return _describe(magic, "run", "%%guild_run")


def _overview_magic() -> Callable[..., Any]:
    def magic(line: str) -> None:
        from guild_ipy.magics.magic import show_overview  # start-up cost

        show_overview(line)

    magic.__name__ = magic.__qualname__ = _OVERVIEW
    magic.__doc__ = "The magics of guild_ipy: %guild lists them, one on a line."
    described: Callable[..., Any] = no_var_expand(magic)
    return described


@contextlib.contextmanager
def _interrupts_in_a_line(command: str) -> Iterator[None]:
    """Show an interrupt as one line, as errors are: its traceback would be about this package."""
    try:
        yield
    except KeyboardInterrupt as interrupt:
        interrupt._render_traceback_ = lambda: [f"KeyboardInterrupt: {command} was interrupted"]  # type: ignore[attr-defined] # IPython's protocol
        raise


def _describe(magic: Callable[..., Any], verb: str, command: str) -> Callable[..., Any]:
    """Name the magic; IPython asks ``getdoc`` for the help of ``%guild_run?``."""

    def getdoc() -> str:
        from guild_ipy.magics.magic import help_text  # start-up cost

        return help_text(verb, command)

    magic.__name__ = magic.__qualname__ = f"guild_{verb}"
    magic.__doc__ = f"The verb {verb} of guild_ipy; {command}? shows its options."
    magic.getdoc = getdoc  # type: ignore[attr-defined] # IPython's protocol
    described: Callable[..., Any] = no_var_expand(needs_local_scope(magic))
    return described


def _running_cell(shell: InteractiveShell) -> int:
    """Return the number of the cell that is executed; ``execution_count`` is that of the next one in new IPython."""
    history = shell.history_manager
    return shell.execution_count if history is None else len(history.input_hist_raw) - 1


def _names(shell: InteractiveShell, local_names: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the variables that the magic sees: in a function its local ones come first."""
    names: dict[str, Any] = shell.user_ns
    return names if local_names is None or local_names is names else {**names, **local_names}
