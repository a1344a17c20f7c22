"""Other ids in the place of the ids in a file, the same for all files.

What runs of one operation note of those that they used differs in nothing but ids. With stand-ins it is the same text,
and is parsed once for all of them: parsing takes longer than all else.
"""

from __future__ import annotations

import re

_TEXT_ID = re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")
_ID = re.compile(_TEXT_ID.pattern.encode())
_ID_LENGTH = 32


def find_ids(content: bytes) -> set[str]:
    """Return what looks like ids of runs anywhere in a file."""
    return {each.decode() for each in _ID.findall(content)} if len(content) >= _ID_LENGTH else set()


class StandInIds:
    """Numbers the ids of one run's files, in the order in which they are met.

    Examples
    --------
    >>> ids = StandInIds()
    >>> text = ids.put_in(b"config: 0123456789abcdef0123456789abcdef").decode()
    >>> text, ids.take_out(text)
    ('config: 0000000000000000000000000000000f', 'config: 0123456789abcdef0123456789abcdef')
    """

    def __init__(self) -> None:
        self._stand_ins: dict[bytes, bytes] = {}
        self._ids: dict[str, str] = {}

    def put_in(self, content: bytes) -> bytes:
        """Return the content with stand-ins."""
        return _ID.sub(self._stand_in, content)

    def take_out(self, text: str) -> str:
        """Return a text of that content with its ids."""
        if len(text) < _ID_LENGTH:
            return text
        return self._ids[text] if text in self._ids else _TEXT_ID.sub(self._id, text)

    def _stand_in(self, match: re.Match[bytes]) -> bytes:
        found = match[0]
        if found not in self._stand_ins:
            stand_in = b"%031xf" % len(self._stand_ins)  # it ends in a letter: no YAML reader takes it for a number
            self._stand_ins[found] = stand_in
            self._ids[stand_in.decode()] = found.decode()
        return self._stand_ins[found]

    def _id(self, match: re.Match[str]) -> str:
        return self._ids.get(match[0], match[0])  # one that YAML writes in escapes was not met
