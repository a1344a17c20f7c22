"""What every run has: the attributes that the language knows, and what one can ask of them."""

from __future__ import annotations

from enum import Enum

from guild_ipy.domain.flags import FlagValue
from guild_ipy.domain.status import RunStatus


class AttributeType(Enum):
    """What values of an attribute are; it decides how those of an expression are read."""

    ANY = "any"
    """A flag, a scalar or an attribute of a user: whatever it is in each run."""
    TEXT = "text"
    OPERATION = "operation"
    """A name of an operation; that of a function can have ``()``."""
    STATUS = "status"
    TRUTH = "truth"
    """True or false, never missing."""
    MOMENT = "moment"
    """Microseconds since 1970."""
    DURATION = "duration"
    """Seconds."""
    NUMBER = "number"
    TEXTS = "texts"
    """Several texts; a test holds if one of them passes."""

    @property
    def may_be_missing(self) -> bool:
        """Whether a run without it may have a flag or scalar by that name."""
        return self in {AttributeType.ANY, AttributeType.TEXT, AttributeType.NUMBER, AttributeType.DURATION}


#: Attributes by name. A run gives them as Python values of these types, or None.
ATTRIBUTES = {
    "id": AttributeType.TEXT,
    "run": AttributeType.TEXT,  # the first eight digits of the id
    "op": AttributeType.OPERATION,  # without the model
    "operation": AttributeType.OPERATION,  # as it is listed
    "model": AttributeType.TEXT,
    "package": AttributeType.TEXT,
    "status": AttributeType.STATUS,
    "label": AttributeType.TEXT,
    "marked": AttributeType.TRUTH,
    "initialized": AttributeType.MOMENT,
    "started": AttributeType.MOMENT,
    "stopped": AttributeType.MOMENT,
    "time": AttributeType.DURATION,
    "exit_status": AttributeType.NUMBER,
    "tags": AttributeType.TEXTS,
    "comments": AttributeType.TEXT,  # the bodies of all, each on lines of its own
    "digest": AttributeType.TEXT,
    "sourcecode": AttributeType.TEXT,  # the first eight digits of the digest
    "damage": AttributeType.TEXT,
}

ALIASES = {
    "short_id": "run",
    "tag": "tags",
    "comment": "comments",
    "duration": "time",
    "sourcecode_digest": "digest",
}

#: Attributes that runs commonly have; they are known even if no run has one yet.
COMMON_ATTRIBUTES = frozenset("host user vcs_commit random_seed objective max_trials".split())

STATUS_WORDS = {
    **{status.value: status for status in RunStatus},
    "complete": RunStatus.COMPLETED,
    "errored": RunStatus.ERROR,
    "failed": RunStatus.ERROR,
}

#: Words that are tests: of what, and of what value it has, or has not.
FLAG_WORDS: dict[str, tuple[str, FlagValue, bool]] = {
    "marked": ("marked", True, True),
    "unmarked": ("marked", True, False),
    "labeled": ("label", None, False),
    "unlabeled": ("label", None, True),
}
