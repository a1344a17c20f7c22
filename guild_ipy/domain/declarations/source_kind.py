"""The kinds of sources of a dependency, and the flags that record what one uses."""

from __future__ import annotations

from enum import Enum


class SourceKind(Enum):
    """What a source consists of; the value is the word in a Guild file."""

    OPERATION = "operation"
    """Files of a run of certain operations."""
    RUN = "run"
    """Files of a run that an expression selects."""
    MULTI_RUN = "multi-run"
    """All runs that an expression selects; the directories themselves are linked."""
    FILE = "file"
    CONFIG = "config"
    """A file of YAML or JSON, written anew with values of flags in it."""
    MODULE = "module"
    """A Python module that must be installed."""
    URL = "url"

    @property
    def is_of_runs(self) -> bool:
        """Whether the source is resolved by choosing runs."""
        return self in {SourceKind.OPERATION, SourceKind.RUN, SourceKind.MULTI_RUN}


#: The words of all kinds.
SOURCE_WORDS = frozenset(kind.value for kind in SourceKind)
_PREFIXES = tuple(f"{word}:" for word in sorted(SOURCE_WORDS))


def is_dependency_flag(name: str) -> bool:
    """Whether a flag records the run or file that a dependency uses, and is not a flag of the operation."""
    return ":" in name and name.startswith(_PREFIXES)
