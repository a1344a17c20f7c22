"""What a run knows about the notebook that its code comes from; travels with the program in the payload.

Pickles of runs name this module and its classes: keep their names.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

#: The name of the state in the ``__main__`` of the run.
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
    """The magics that the code uses, and variables that it may use but that could not travel."""

    has_shell: bool = False
    """Whether the code comes from IPython, and not from a plain interpreter."""
    magics: tuple[NotebookMagic, ...] = ()
    extensions: tuple[str, ...] = ()
    """Modules for ``%load_ext``."""
    missing_magics: Mapping[str, str] = field(default_factory=dict)
    """Magics that could not travel -> why."""
    left_out: Mapping[str, str] = field(default_factory=dict)
    """Variables that a text in the code names -> why they could not travel."""

    def explain(self, error: BaseException) -> None:
        """Add a note to an error about a missing variable, which says why it is missing."""
        words = set(re.findall(r"\w+", str(error))) if self.left_out else set()
        for name in words & self.left_out.keys():
            error.add_note(f"the notebook's variable {name!r} did not come along to the run: {self.left_out[name]}")
        if isinstance(error, NameError) and error.name not in {None, *self.left_out} and _is_of_text(error):
            error.add_note(
                f"if the notebook has {error.name!r}, take it along with --uses {error.name}: "
                "a text that is put together while the code runs is not looked through before"
            )


def _is_of_text(error: BaseException) -> bool:
    """Whether an error was raised by code that was compiled from a text, as ``eval`` does."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace is not None and trace.tb_frame.f_code.co_filename in {"<string>", "<timed eval>", "<timed exec>"}
