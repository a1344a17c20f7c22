"""What a run knows of the notebook that its code comes from; travels with the program in the payload."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

#: Its name in the ``__main__`` of the run.
STATE_NAME = "__guild_notebook__"


@dataclass(frozen=True, kw_only=True)
class NotebookMagic:
    """A magic that was defined in the notebook."""

    name: str
    kind: str
    """``line`` or ``cell``."""
    function: Callable[..., Any]


@dataclass(frozen=True, kw_only=True)
class NotebookState:
    """The magics that the code uses, and the variables that it only may use and that could not travel."""

    magics: tuple[NotebookMagic, ...] = ()
    extensions: tuple[str, ...] = ()
    """Modules for ``%load_ext``."""
    missing_magics: Mapping[str, str] = field(default_factory=dict)
    """Magics that could not travel -> why."""
    left_out: Mapping[str, str] = field(default_factory=dict)
    """Variables that a text of the code names -> why they could not travel."""

    def explain(self, error: BaseException) -> None:
        """Add to an error why a variable that its message names is not there."""
        if not self.left_out:
            return
        message = str(error)
        for name, why in self.left_out.items():
            if name == getattr(error, "name", None) or f"'{name}'" in message or f" {name} " in message:
                error.add_note(f"the notebook's variable {name!r} did not come along to the run: {why}")
