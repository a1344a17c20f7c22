"""Earlier runs of an operation, which an optimizer is told of before it chooses the first trial."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from guild_ipy.batch.search.objective import read_values
from guild_ipy.batch.search.search_log import Entry
from guild_ipy.batch.search.search_space import Space
from guild_ipy.domain.choosing.best import Best
from guild_ipy.domain.choosing.run_filter import RunFilter
from guild_ipy.domain.opref import OpRef
from guild_ipy.domain.status import RunStatus
from guild_ipy.domain.values.flags import Flags, flags_key
from guild_ipy.errors import NoObjective
from guild_ipy.session.session import Session

#: So many of the newest.
_MOST = 1000


def find_earlier_runs(
    session: Session, operation: OpRef, spaces: Mapping[str, Space], fixed: Flags, objectives: Sequence[Best]
) -> Iterator[Entry]:
    """Return the completed runs that say something about a search, the oldest first, as entries of its log.

    They are those with the same other flags, values within the spaces, and a number for each objective.
    """
    completed = RunFilter(statuses=frozenset({RunStatus.COMPLETED}))
    records = [each for each in session.index.records(completed) if each.opref == operation][:_MOST]
    summaries = session.index.summaries([each.dir for each in records])
    for record, scalars in zip(reversed(records), reversed(summaries), strict=True):
        others = {name: value for name, value in record.flags.items() if name not in spaces}
        searched = {name: record.flags[name] for name in spaces if name in record.flags}
        if flags_key(others) != flags_key(fixed) or not all(
            name in searched and space.holds(searched[name]) for name, space in spaces.items()
        ):
            continue
        try:
            values = read_values(objectives, scalars)
        except NoObjective:
            continue
        if not any(map(math.isnan, values)):
            yield {"prior": record.dir.id, "flags": searched, "values": list(values)}
