"""What a shell says where nothing was found and a name in the filter may be a slip."""

from __future__ import annotations

import sys

TYPE_CHECKING = False  # typing.TYPE_CHECKING, without loading typing: `select` starts quickly
if TYPE_CHECKING:
    from guild_ipy.domain.choosing.run_filter import RunFilter
    from guild_ipy.index.index import Index


def tell_unmatched(index: Index, run_filter: RunFilter) -> None:
    """Say on standard error which name no run has; standard output is left alone."""
    from guild_ipy.session.unmatched import describe_unmatched  # start-up cost: for those who find nothing

    hint = describe_unmatched(index, run_filter)
    if hint:
        print(hint, file=sys.stderr)
