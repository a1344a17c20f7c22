"""The words of a command line, behind the verb."""

from collections.abc import Sequence
from typing import TypeAlias

Words: TypeAlias = Sequence[str]
