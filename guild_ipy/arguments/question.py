"""Questions of a verb to its user, before it does its work: whether to go on, or a text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from guild_ipy.session.run_handle import Run


@dataclass(frozen=True, kw_only=True)
class Question:
    """A question to the user before a verb changes runs."""

    intent: str
    """``delete``, as in ``You are about to delete``."""
    runs: Sequence[Run]
    agreed: object
    """The options to carry out on agreement: they name these very runs."""
    refusal: str = ""
    """The error where nobody can be asked; empty if the verb is then carried out without asking."""
    enter_agrees: bool = True
    """Whether Enter alone means yes."""


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A text that a user is to write."""

    text: str
    """The text that the editor shows first."""
    runs: Sequence[Run]
    """The runs that it is about."""
    written: Callable[[str], object]
    """Makes, from the text that was written, the options to carry out."""
    refusal: str
    """The error where there is no editor."""
