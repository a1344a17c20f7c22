r"""The line of a magic as words, with values of the notebook in place of their names.

Words are split as a shell does. ``'…'`` is taken as it stands; in ``"…"`` and outside of quotes

- ``{expr}`` and ``$name`` are evaluated in the notebook,
- ``${name}`` stays as it is: in a label it stands for a flag of the run,
- ``{{``, ``}}``, ``$$`` and ``\$`` stand for ``{``, ``}`` and ``$``,
- braces around text that is not a Python expression, as in ``{a: 1}``, are YAML and stay text,
- a bracket keeps its words together: ``layers=[64, 32]`` is one word, and so is ``shape=(4, 4)``,
- ``#`` at the beginning of a word ends the line.

A word that is one expansion only, or ``name=`` and one expansion, gives the object itself
(:class:`~guild_ipy.arguments.tokens.ObjectToken`); anywhere else its ``str()`` is put in. A word with quotes
remembers how it was written (:class:`~guild_ipy.arguments.tokens.QuotedToken`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from guild_ipy.arguments.tokens import ObjectToken, QuotedToken
from guild_ipy.errors import UsageError

_NAME = re.compile(r"\$([^\W\d]\w*)")
#: Of labels: filled by the run.
_REFERENCE = re.compile(r"\$\{[^{}]+\}")
_ASSIGNED = re.compile(r"[^-=\s][^=]*=\Z")
_OPTION = re.compile(r"--?[^=\s]+=\Z")
_STRING = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")
_PAIRS = {"{": "}", "[": "]", "(": ")"}


def expand_line(line: str, names: dict[str, object]) -> list[str]:
    """Split `line` into words and evaluate its expansions in `names`.

    Raises
    ------
    UsageError
        For an expression that fails, and for a quote that is not closed.

    Examples
    --------
    >>> expand_line("train lr={rate / 2} 'a b' path=$name.csv x={a: 1}", {"rate": 1.0, "name": "data"})
    ['train', 'lr=0.5', 'a b', 'path=data.csv', 'x={a: 1}']
    """
    return _Scanner(line=line, names=names).words()


@dataclass(frozen=True)
class _Expanded:
    """The value of one expansion, and how it was written."""

    source: str
    value: object


@dataclass
class _Scanner:
    """Reads a line from left to right; `position` is the next character."""

    line: str
    names: dict[str, object]
    position: int = 0
    word: list[str | _Expanded] = field(default_factory=list)
    written: list[str] = field(default_factory=list)
    """The same with its quotes."""
    is_quoted: bool = False
    result: list[str] = field(default_factory=list)

    def words(self) -> list[str]:
        while self.position < len(self.line):
            char = self.line[self.position]
            if char.isspace():
                self._end_word()
                self.position += 1
            elif char == "#" and not self.word:
                break
            else:
                self._read(char)
        self._end_word()
        return self.result

    def _read(self, char: str) -> None:
        if char == "'":
            closing = self._quote_end(char)
            self.is_quoted = True
            self._take(closing + 1, self.line[self.position + 1 : closing], self.line[self.position : closing + 1])
        elif char == '"':
            self._read_double_quoted(self._quote_end(char))
        elif char == "\\":
            self._take(self.position + 2, self.line[self.position + 1 : self.position + 2] or char)
        elif self._opens_value(char) and (end := _closing(self.line, self.position)) is not None:
            while self.position <= end:
                self._read_text(end + 1)
        else:
            self._read_text(len(self.line))

    def _opens_value(self, char: str) -> bool:
        """Whether a list begins here, or a tuple as the value of a flag."""
        return char == "[" or (char == "(" and self.word[-1:] == ["="])

    def _read_double_quoted(self, end: int) -> None:
        self.is_quoted = True
        self._take(self.position + 1, "", '"')
        while self.position < end:
            if self.line[self.position] == "\\" and self.line[self.position + 1] in '"\\$':
                char = self.line[self.position + 1]
                self._take(self.position + 2, char, char if char == "$" else f"\\{char}")
            else:
                self._read_text(end)
        self._take(end + 1, "", '"')

    def _read_text(self, end: int) -> None:
        """Take one character or one expansion, which closes before `end`."""
        line, start = self.line, self.position
        pair = line[start : start + 2]
        if label := _REFERENCE.match(line, start, end):
            self._take(label.end(), label[0])
        elif pair in {"{{", "}}", "$$", "\\$"}:
            self._take(start + 2, pair[-1])
        elif pair[0] == "$" and (name := _NAME.match(line, start, end)):
            self._take(name.end(), self._evaluate(name[0], name[1]))
        elif pair[0] == "{" and (close := _closing(line[:end], start)) is not None:
            self._take(close + 1, self._expand_braces(line[start : close + 1]))
        else:
            self._take(start + 1, pair[0])

    def _expand_braces(self, source: str) -> str | _Expanded:
        expression = source[1:-1].strip()
        try:
            compile(expression, "<magic>", "eval")
        except (SyntaxError, ValueError):
            return source
        return self._evaluate(source, expression)

    def _evaluate(self, source: str, expression: str) -> _Expanded:
        try:
            value = eval(expression, self.names)  # noqa: S307 - the user's own expression, in the user's notebook
        except Exception as error:
            literal = r"\$ for a dollar sign" if source.startswith("$") else "{{ and }} for braces"
            raise UsageError(
                f"cannot expand {source!r}: {_one_line(error)}; define what it needs, or write {literal}"
            ) from error
        return _Expanded(source, value)

    def _quote_end(self, quote: str) -> int:
        closing = re.compile(r"[^']*'" if quote == "'" else r'(?:[^"\\]|\\.)*"', re.DOTALL)
        found = closing.match(self.line, self.position + 1)
        if found is None:
            raise UsageError(f"no closing {quote} in {self.line[self.position :]!r}; close it, or write \\{quote}")
        return found.end() - 1

    def _take(self, position: int, piece: str | _Expanded, written: str | None = None) -> None:
        self.position = position
        self.word.append(piece)
        self.written.append(_text(piece) if written is None else written)

    def _end_word(self) -> None:
        if self.is_quoted:
            self.result.append(QuotedToken.of("".join(map(_text, self.word)), written="".join(self.written)))
        elif self.word:
            self.result.extend(_join(self.word))
        self.word, self.written, self.is_quoted = [], [], False


def _join(pieces: list[str | _Expanded]) -> list[str]:
    """Make the word of its pieces; an option that is given an object becomes two words."""
    last = pieces[-1]
    head = "".join(piece if isinstance(piece, str) else str(piece.value) for piece in pieces[:-1])
    if not isinstance(last, _Expanded) or any(isinstance(piece, _Expanded) for piece in pieces[:-1]):
        return [head + (last if isinstance(last, str) else str(last.value))]
    if len(pieces) == 1:
        return [ObjectToken.of(last.value, source=last.source)]
    if _ASSIGNED.match(head):
        return [ObjectToken.of(last.value, source=last.source, name=head[:-1])]
    if _OPTION.match(head) and not isinstance(last.value, str):
        return [head[:-1], ObjectToken.of(last.value, source=last.source)]
    return [f"{head}{last.value}"]


def _text(piece: str | _Expanded) -> str:
    return piece if isinstance(piece, str) else str(piece.value)


def _closing(text: str, start: int) -> int | None:
    """Find the bracket that closes the one at `start`, past strings and other brackets."""
    open_brackets: list[str] = []
    position = start
    while position < len(text):
        char = text[position]
        if string := _STRING.match(text, position):
            position = string.end()
            continue
        if char in _PAIRS:
            open_brackets.append(_PAIRS[char])
        elif open_brackets and char == open_brackets[-1]:
            open_brackets.pop()
            if not open_brackets:
                return position
        position += 1
    return None


def _one_line(error: Exception) -> str:
    text = " ".join(str(error).split())
    return text if isinstance(error, NameError) else f"{type(error).__name__}: {text}"
