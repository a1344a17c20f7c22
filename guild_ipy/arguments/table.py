"""All verbs by name."""

from __future__ import annotations

from collections.abc import Mapping

from guild_ipy.arguments import change, look, run, select
from guild_ipy.arguments.verb import Verb

VERBS: Mapping[str, Verb[object]] = {
    verb.name: verb
    for verb in (
        run.RUN,
        run.START,
        look.RUNS,
        select.SELECT,
        look.INFO,
        look.LS,
        look.CAT,
        change.MARK,
        change.LABEL,
        change.STOP,
        look.WATCH,
        change.DELETE,
        look.HOME,
        look.OPERATIONS,
    )
}
