"""Words of a command line that stand for objects of the notebook."""

from __future__ import annotations


class ObjectToken(str):
    """A word that was exactly one ``{expr}`` or ``$name``, or an assignment ``name=`` of one.

    Parsers see the text of the word; it carries the value of the expression.

    Examples
    --------
    >>> token = ObjectToken.of([1, 2], source="{layers}", name="layers")
    >>> token, token.name, token.value
    ('layers={layers}', 'layers', [1, 2])
    """

    __slots__ = ("name", "value")

    name: str
    """The flag that the value is assigned to; empty for a word of its own."""
    value: object

    @classmethod
    def of(cls, value: object, *, source: str, name: str = "") -> ObjectToken:
        """Make the word for `value`, which was written as `source`."""
        text = str(value) if isinstance(value, str | int | float) else source
        token = cls(f"{name}={text}" if name else text)
        token.name = name
        token.value = value
        return token


class QuotedToken(str):
    """A word that was written with quotes: its text without them, and how it was written."""

    __slots__ = ("written",)

    written: str

    @classmethod
    def of(cls, text: str, *, written: str) -> QuotedToken:
        """Make the word `text`."""
        token = cls(text)
        token.written = written
        return token


def token_value(token: str) -> object:
    """Return the object that a word stands for: itself, for plain text."""
    return token.value if isinstance(token, ObjectToken) else token
