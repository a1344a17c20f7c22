"""An error in a part of an expression, raised where the whole text is not at hand."""

from __future__ import annotations

from guild_ipy.errors import SelectError


class Refusal(ValueError):
    """A part of an expression that cannot be understood; `position` is an index in the text."""

    def __init__(self, message: str, position: int) -> None:
        self.message = message
        self.position = position
        super().__init__(message)

    def within(self, text: str) -> SelectError:
        """Return the error that users see."""
        return SelectError(self.message, text=text, position=self.position)
