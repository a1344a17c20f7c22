"""Source text as lines of spans: the kind of each word, for its colour, and the word."""

from __future__ import annotations

from functools import lru_cache

from pygments.lexer import Lexer
from pygments.lexers import get_lexer_for_filename
from pygments.lexers.special import TextLexer
from pygments.token import Comment, Keyword, Literal, Name, Number, Operator, String, _TokenType
from pygments.util import ClassNotFound

Span = tuple[str, str]
"""Words that say how to show a text, and the text."""

#: The kinds that have a colour; the first that a token is of counts.
_KINDS = (
    (Comment, "comment"),
    (Keyword, "keyword"),
    (Operator.Word, "keyword"),
    (String, "string"),
    (Number, "number"),
    (Literal, "string"),
    (Name.Decorator, "decorator"),
    (Name.Function, "function"),
    (Name.Class, "function"),
    (Name.Tag, "keyword"),
    (Name.Builtin, "builtin"),
)
#: What a lexer makes of a longer line is not worth its time: such lines are data.
_LONGEST_LINE = 2_000


def highlight(path: str, text: str) -> list[list[Span]]:
    """Return the lines of a text of a language that the name of its file tells; of others plain.

    Examples
    --------
    >>> highlight("a.py", "x = 1")
    [[('', 'x = '), ('number', '1')]]
    """
    if any(len(line) > _LONGEST_LINE for line in text.splitlines()):
        return [[("", line)] for line in text.split("\n")]
    lines: list[list[Span]] = [[]]
    for token, value in _find_lexer(path).get_tokens(text):
        kind = _kind_of(token)
        first, *others = value.split("\n")
        _add(lines[-1], kind, first)
        for other in others:
            lines.append([])
            _add(lines[-1], kind, other)
    return lines if lines[-1] else lines[:-1]


def _find_lexer(path: str) -> Lexer:
    options = {"stripnl": False, "ensurenl": False}
    try:
        return get_lexer_for_filename(path, **options)
    except ClassNotFound:
        return TextLexer(**options)


@lru_cache(maxsize=512)
def _kind_of(token: _TokenType) -> str:
    return next((kind for group, kind in _KINDS if token in group), "")


def _add(line: list[Span], kind: str, text: str) -> None:
    """Add a word to a line, to the one before if that is of its kind."""
    if not text:
        return
    if line and line[-1][0] == kind:
        line[-1] = (kind, line[-1][1] + text)
    else:
        line.append((kind, text))
