"""``%guild``: all magics, one on a line."""

from __future__ import annotations

from guild_ipy.errors import UsageError, suggest
from guild_ipy.verbs import VERBS


def show_overview(line: str) -> None:
    """Print the overview; UsageError for a line that says more, as in ``%guild run train``."""
    if line.strip():
        verb, _, rest = line.strip().partition(" ")
        verb = verb.removeprefix("guild_").removesuffix("?")
        if verb in VERBS:
            raise UsageError(f"write %guild_{verb}{f' {rest.strip()}' if rest else ''}; %guild alone lists the magics")
        hint = suggest(f"%guild_{verb}", [f"%guild_{each}" for each in VERBS])
        raise UsageError(f"there is no magic %guild_{verb}{hint}; %guild alone lists them")
    usages = {f"%guild_{name} {verb.words}".strip(): verb.summary for name, verb in VERBS.items()}
    width = max(map(len, usages))
    print("\n".join(f"{usage:<{width}}  {summary}" for usage, summary in usages.items()))
    print("\n%%guild_run NAME runs a cell. %guild_run? shows the options of a magic, TAB completes its line.")
