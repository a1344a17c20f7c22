r"""The parts of which printed lines of metrics are made, as regular expressions.

A part is matched where the one before it ends; the first of :data:`PARTS` that matches there counts. Repetitions that
could share characters are possessive (``*+``), so that no line takes long.
"""

from __future__ import annotations

import re

NUMBER = (
    r"[-+]?(?:(?:\d{1,3}(?:,\d{3})++(?![\d,])(?:\.\d++)?|\d++(?:\.\d*+)?|\.\d++)(?:e[-+]?\d++)?|"
    r"(?:nan|inf(?:inity)?)\b)"
)
#: Numbers that stand after a name without a sign between them: ``loss 0.35``, but not ``step 3``.
_FRACTION = r"[-+]?(?:(?:\d+\.\d*|\.\d+)(?:e[-+]?\d+)?|\d+e[-+]?\d+|(?:nan|inf)\b)"
#: What cannot follow a number: ``1.2.3``, ``10:30``, ``2024-05-01``, ``3rd`` and ``0,93`` are none.
_END = r"(?![\w:/]|[.,-]\d)"
_UNIT = r"(?:\s?%|\s?dB\b)?"
_SPREAD = rf"(?:\s*(?:±|\+/-|\+-|\+)\s*{NUMBER}%?)?(?:\s*\([^()]*\))?"

_WORD = r"[^\W\d][\w@/.+²^-]*+(?:'s)?(?:\(\w+\))?"
WORDS = rf"{_WORD}(?:\ {_WORD})*"
_NUMBERED_WORDS = rf"{_WORD}(?:\ (?:{_WORD}|\d+))*"

_SPLIT = r"(?:train(?:ing)?|val(?:id(?:ation)?)?|test(?:ing)?|eval(?:uation)?|dev|holdout)"
_COUNTED = r"(?:epoch|(?:global[ _]?)?step|iter(?:ation)?|it|batch|round|trial|episode|ep|generation|gen|update)"
_TIME = r"(?:[nuµμm]?s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|days?)"
_SIZE = r"(?:[kmgt]i?b?|b)"
_PERCENT = r"\d+(?:\.\d+)?\s?%"


def _part(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE | re.VERBOSE)


_DASH = r"[-\u2013\u2014]"
_GAP = _part(rf"[\s,;|│┃║·•]+ | (?:-{{1,3}}>|=+>|>+|(?:{_DASH}|[*\#])+)(?=\s) | \.(?=\s|$) | [)\]](?=[\s,;]|$)")
_STEP = _part(
    rf"""
    (?:(?P<split>{_SPLIT})[ _])?
    (?:end\ of\ )? [\[(]? ['"]? \b(?P<word>{_COUNTED}) ['"]?
    \s*+[:=\#]?\s*+ [\[(]?\s*+ (?P<number>\d{{1,18}}) (?P<of>\s*(?:/|of)\s*\d+)? \s*[\])]?
    (?![\w./%] | ,\d) :?
    """
)
_VALUE = _part(
    rf"""
    (?P<quote>['"]?) (?P<words>{_NUMBERED_WORDS}) (?P=quote) \s*(?:=|:|:=)\s*
    ['"]? (?P<number>{NUMBER}) (?P<whole>/\d+(?![\d/.]))? {_UNIT} ['"]? {_SPREAD} {_END}
    """
)
#: A row of a table with two columns: ``| loss | 0.5 |``.
_CELL = _part(rf"(?P<words>{_NUMBERED_WORDS})\s*[|│┃]\s*(?P<number>{NUMBER})%?(?=\s*[|│┃])")
_BARE_VALUE = _part(rf"(?P<words>{WORDS})\s+(?P<number>{_FRACTION}|{NUMBER}(?=\s?%)) {_UNIT} {_SPREAD} {_END}")
_SPLIT_NAME = _part(
    rf"""
    [\[(]?(?P<split>{_SPLIT})[\])]? (?:\ (?:set|results?|metrics?|phase))?
    \s*(?: [:|│] | (?<=[\])]) | {_DASH}\s )
    """
)
_PLACE = _part(
    rf"""
    [\[(]?\s* (?P<number>\d{{1,18}}) \s*/\s*\d+ (?:\s*\(\s*{_PERCENT}\s*\))? \s*[\])]?
    (?![\w./]) :? (?:\ batches)?
    """
)
#: The number that a line begins with; a tab after it is what boosting libraries write.
_INDEX = _part(r"(?<!.)(?:\[\s*(?P<number>\d{1,18})(?:,\s*\d+)?\s*\]:? | (?P<first>\d{1,18}):)(?=(?P<tab>\t)|\s)")
_NOTE = _part(
    rf"""
    (?:{WORDS}\s*+[:=]?\s*+)?
    (?: (?:\d+(?:\.\d+)?\s?{_TIME}\b\s?)+ | \d+(?::\d\d)+(?:\.\d+)? | \d+(?:\.\d+)?\s?(?:\w+/\w+|fps|{_SIZE}) )
    {_END}
    | (?:ms|s|sec|it)/\w+\s+{NUMBER} {_END}
    | {_PERCENT} {_END}
    | \[[=>.\#\s-]*\] | [━╸╺█▏▎▍▌▋▊▉░▒▓\#=>-]{{3,}}
    """
)
_TEXT = _part(
    r"""
    ['"]?[^\W\d][\w/.-]*['"]? \s?[=:]\s?
    (?: '[^']*' | "[^"]*" | \([^()]*\) | \[[^\[\]]*\] | [^\s,;|=:'"\d(\[{][^\s,;|=:'"]* ) (?=[\s,;|] | $)
    """
)
#: In the order in which they are tried.
PARTS: dict[str, re.Pattern[str]] = {
    "gap": _GAP,
    "step": _STEP,
    "value": _VALUE,
    "cell": _CELL,
    "bare value": _BARE_VALUE,
    "split": _SPLIT_NAME,
    "place": _PLACE,
    "index": _INDEX,
    "note": _NOTE,
    "text": _TEXT,
}

_CLOCK = r"\d\d:\d\d:\d\d(?:[.,]\d+)?"
_LEVEL = r"\[?(?:DEBUG|INFO|WARNING|WARN)\b\s*+\]?"
#: What a logger puts before a message: ``2024-05-01 12:00:00,123 - train - INFO - ``, ``INFO:root:``, ``[INFO] ``.
LOGGER = re.compile(
    rf"""
    (?: \[?(?:[IWE]\ )?\d{{4}}[-/]\d\d[-/]\d\d(?:[T\ ]{_CLOCK}\S*)?\]?\s*   # the time
      | [IWE]\d{{4}}\ {_CLOCK}\s+\d+\ \S+:\d+\]\s*                          # as absl writes it, with the place
      | \[?{_CLOCK}\]?\s+
    )?
    (?: [-|:]\s+ )?
    (?: \[[\w.]+\]\s*(?=\[) | [\w.]+\ +[-|:]\ +(?={_LEVEL}) )?              # the name, if the level follows
    (?: {_LEVEL}\s*+
        (?: :[\w.]+:\ ?                                                     # the name, or where it was logged
          | [-|:]\s+[\w.<>]+(?::[\w.<>]+)*\ +-\ +
          | \ *[\w.]+:\ (?=\w+[\ =:])
        )?
        (?:[-|:]\s+)?
    )?
    """,
    re.VERBOSE,
)
TRIAL_OF_OPTUNA = re.compile(rf"\bTrial (?P<step>\d+) finished with value: (?P<value>{NUMBER}) and parameters: ")
TQDM_BAR = re.compile(
    r"""
    (?P<name>.*?):?\s*\d+%\|[^|]*\|\s*
    (?P<place>[\d.]+[kM]?/[\d.]+[kM]?)\s*
    \[[^,\]]*(?:,\s*[^,\]]+)?(?:,\s*(?P<values>.*))?\]
    (?P<after>.*)
    """,
    re.VERBOSE,
)


def parse_number(text: str) -> float:
    """Read a number as printed: thousands may be separated by commas."""
    return float(text.replace(",", ""))
