"""The output of a batch while it goes: of what its trials print only the last lines are kept.

Messages of the batch that the table does not tell are passed on, as is all that it prints before its first trial.
"""

from __future__ import annotations

import re
from collections import deque

#: The lines that are kept.
LINES = 4
_LONGEST_LINE = 200
_ANSI = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")
_BEGIN = re.compile(r"INFO: \[guild\] Running trial [0-9a-f]{32}: ")
_TOLD = re.compile(
    r"INFO: \[guild\] Initialed trial |ERROR: \[guild\] Trial [0-9a-f]{32} ended: "
    r"|WARNING: \[guild\] \d+ of \d+ trials failed"
)
_MESSAGE = re.compile(r"(WARNING|ERROR): \[guild\] ")


class TrialOutput:
    """Takes the output of a batch."""

    def __init__(self) -> None:
        self._lines: deque[str] = deque(maxlen=LINES)
        self._rest = ""
        self._has_begun = False

    @property
    def last_lines(self) -> list[str]:
        """The last lines of the trial that began last, as their carriage returns leave them."""
        rest = _visible(self._rest) if self._has_begun else ""
        return [*self._lines, *filter(None, [rest])][-LINES:]

    def take(self, text: str) -> str:
        """Take more output; return the part of it that is shown as it is."""
        *lines, self._rest = (self._rest + text).split("\n")
        shown = "".join(f"{line}\n" for line in lines if not self._keep(line))
        if self._has_begun:  # a progress bar may go on in one line for ever
            self._rest = self._rest[-_LONGEST_LINE * LINES :]
        return shown

    def take_rest(self) -> str:
        """Return the last line, where it has no end and is shown as it is."""
        rest, self._rest = self._rest, ""
        return f"{rest}\n" if rest and not self._keep(rest) else ""

    def _keep(self, line: str) -> bool:
        if _BEGIN.match(line):
            self._has_begun = True
            self._lines.clear()
            return True
        if _TOLD.match(line):
            return True
        if not self._has_begun or _MESSAGE.match(line):
            return False
        self._lines.append(_visible(line))
        return True


def _visible(line: str) -> str:
    text = _ANSI.sub("", line.rstrip("\r").rpartition("\r")[2])
    return text if len(text) <= _LONGEST_LINE else text[: _LONGEST_LINE - 1] + "…"
