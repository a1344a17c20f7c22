"""Values of flags as Guild AI 0.9.0 writes them in labels: YAML 1.1, with quotes only where YAML needs them.

Two differences: letters of all alphabets stay as they are, and text never goes over more than one line.
"""

from __future__ import annotations

import json
import re

from guild_ipy.domain.values.flags import FlagValue, format_flag

#: Text that YAML 1.1 reads as something else where it has no quotes.
_OTHER_TYPES = re.compile(
    r"""(?x)
    yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF
    | ~|null|Null|NULL|<<|=|
    | [-+]?(?:0b[01_]+|0[0-7_]+|0|[1-9][0-9_]*|0x[0-9a-fA-F_]+|[1-9][0-9_]*(?::[0-5]?[0-9])+)
    | [-+]?[0-9][0-9_]*(?:\.[0-9_]*(?:[eE][-+]?[0-9]+)?|[eE][-+]?[0-9]+)
    | \.[0-9][0-9_]*(?:[eE][-+][0-9]+)?
    | [-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*
    | [-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)
    | [0-9]{4}-[0-9]{2}-[0-9]{2}
    | [0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt]|[ ]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]*)?
      (?:[ ]*(?:Z|[-+][0-9]{1,2}(?::[0-9]{2})?))?
    """
)
#: Text that begins or goes on in a way that has a meaning in YAML.
_SYNTAX = re.compile(r"""[#,\[\]{}&*!|>'"%@`]|[-?:](?:[ ]|\Z)|---|\.\.\.|[ ]|.*(?:[ ]\Z|:[ ]|:\Z|[ ]\#)""")


def label_text(value: FlagValue) -> str:
    """Write a value as it stands behind ``name=`` in a label.

    Examples
    --------
    >>> [label_text(value) for value in ("it's", "a,b", "a b", "1", "", [1, "x"], True)]
    ["it's", 'a,b', "'a b'", "'1'", "''", '[1, x]', 'yes']
    """
    text = _encode(value)
    is_open = isinstance(value, str) and " " in text and text[0] not in "'\""
    return repr(text) if is_open else text


def _encode(value: FlagValue) -> str:
    if isinstance(value, str):
        return _encode_text(value)
    if isinstance(value, list):
        return f"[{', '.join(map(_encode_item, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{_encode_text(key)}: {_encode(item)}' for key, item in sorted(value.items()))}}}"
    return format_flag(value)


def _encode_item(value: FlagValue) -> str:
    text = _encode(value)
    return repr(text) if isinstance(value, str) and "," in text else text


def _encode_text(text: str) -> str:
    if not text.isprintable():
        quoted = json.dumps(text, ensure_ascii=False)
        return "".join(char if char.isprintable() else json.dumps(char)[1:-1] for char in quoted)
    if _OTHER_TYPES.fullmatch(text) or _SYNTAX.match(text):
        return "'" + text.replace("'", "''") + "'"
    return text
