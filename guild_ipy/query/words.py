"""Words of the language that stand for attributes and their values, beside :mod:`guild_ipy.domain.attributes`."""

from __future__ import annotations

from guild_ipy.domain.status import RunStatus
from guild_ipy.domain.values.flags import FlagValue

#: Attributes that runs commonly have; they are known even if no run has one yet.
COMMON_ATTRIBUTES = frozenset("host user vcs_commit random_seed objective max_trials".split())

STATUS_WORDS = {
    **{status.value: status for status in RunStatus},
    "complete": RunStatus.COMPLETED,
    "errored": RunStatus.ERROR,
    "failed": RunStatus.ERROR,
}

#: Words that are tests by themselves: the attribute, and the value that it has, or has not.
FLAG_WORDS: dict[str, tuple[str, FlagValue, bool]] = {
    "marked": ("marked", True, True),
    "unmarked": ("marked", True, False),
    "is_batch": ("is_batch", True, True),
    "labeled": ("label", None, False),
    "unlabeled": ("label", None, True),
}
