"""Completion of our magics as IPython asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from guild_ipy.errors import GuildError

if TYPE_CHECKING:
    from IPython.core.completer import CompletionContext, SimpleMatcherResult


class GuildMatcher:
    """A matcher of version 2 (:mod:`IPython.core.completer`): on a line of ours it alone answers."""

    matcher_api_version = 2
    matcher_identifier = "guild_ipy"
    matcher_priority = 100

    def __init__(self) -> None:
        self.__qualname__ = type(self).__name__  # IPython takes matchers for functions

    def __call__(self, session: CompletionContext) -> SimpleMatcherResult:
        """Offer what can stand at the cursor."""
        if "guild_" not in session.text_until_cursor:
            return {"completions": []}
        return _offer(session)


def _offer(session: CompletionContext) -> Any:  # noqa: ANN401 - a TypedDict of IPython
    from IPython.core.completer import SimpleCompletion  # start-up cost, as the others

    from guild_ipy.magics.candidates import SessionCandidates
    from guild_ipy.magics.completion import complete_line

    try:
        offer = complete_line(session.text_until_cursor, SessionCandidates())
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
