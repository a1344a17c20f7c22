"""What TAB offers for the values of options and the words of a verb."""

from __future__ import annotations

from enum import Enum


class Completes(Enum):
    """Which names TAB offers for a value."""

    NOTHING = "nothing"
    RUNS = "runs"
    DELETED_RUNS = "deleted runs"
    TAGS = "tags"
    """Tags of runs."""
    COMMAND = "command"
    """An operation, and then its flags."""
    OPERATIONS = "operations"
    """Operations that can be run here."""
    RUN_OPERATIONS = "run operations"
    """Operations that runs are of."""
    NAMES = "names"
    """Attributes, flags and scalars, as expressions name them."""
    VARIABLES = "variables"
    PATHS = "paths"
