"""Which texts are secrets: by the name that they go by, and by their shape."""

from __future__ import annotations

import re

_NAME = re.compile(
    r"passw(or)?d|passphrase|passcode|secret|credential|api_?key|private_?key|access_?key|webhook|connection_?string"
    r"|(?:^|_)(?:tokens?|pass|pwd|pw|creds?|auth|authorization|bearer|cookies?|keys?|dsn|jwt|pat|sas|salt|sig"
    r"|signature|otp|pin)(?:$|_|\d)"
    r"|token$",
    re.IGNORECASE,
)
_PRIVATE_KEY = r"-----BEGIN [A-Z0-9 ]{0,40}(?:PRIVATE KEY|SECRET)|AGE-SECRET-KEY-|PuTTY-User-Key-File"
_BEGINNINGS = (
    # code, packages and models
    r"gh[pousr]_|github_pat_|gl(?:pat|ptt|dt|rt|soat|cbt)-|npm_\w{8}|pypi-|dckr_[op]at_|hf_|r8_|dop_v1_|doo_v1_"
    # language models
    r"|sk-(?!learn)|xai-|gsk_|nvapi-|tvly-|pplx-|fw_\w{8}|co_\w{20}|AIza[\w-]"
    # clouds and services
    r"|(?:AKIA|ASIA|AROA)[0-9A-Z]{8}|ya29\.|GOCSPX-|[rs]k_(?:live|test)_|whsec_|xox[abeoprs]-|xapp-|shp(?:at|ca|pa|ss)_"
    r"|SG\.\w|hv[sbr]\.\w|dapi[0-9a-f]{8}|lin_api_|figd_|sntry[su]_|ATATT|NRAK-|key-[0-9a-f]{16}|secret_\w{8}"
    # JSON web tokens, and what is sent in a header
    r"|eyJ[\w-]+\.|(?i:bearer)\s+\S|(?i:basic)\s+(?=\S*\d)[A-Za-z0-9+/]{8}"
)
_ADDRESS = (
    # user and password in front of a host; a user alone may be a token, but not where a key opens the door
    r"\w://(?!(?:git|ssh)@)[^\s/@]+@|(?:^|[\s=,;'\"])[^\s:/@=,;'\"]{1,256}:[^\s/@]{1,256}@[\w\[]"
    r"|(?:hooks\.slack\.com|discord(?:app)?\.com/api/webhooks|webhook\.office\.com|outlook\.office\.com/webhook)/?"
    r"|api\.telegram\.org/bot"
)
_FIELD = (
    r"(?:password|passwd|passphrase|secret|accountkey|sharedaccess(?:key|signature)"
    r"|(?<![a-z0-9])(?:pwd|pass|token|sig|signature|auth|session|(?:api|access|private|account|signing)[_-]?key))"
    r"[\"']?\s?[=:]\s?[^\s=:]"
)
_SHAPE = re.compile(rf"{_PRIVATE_KEY}|(?<![\w-])(?:{_BEGINNINGS})|{_ADDRESS}|(?i:{_FIELD})")
#: One long word of letters and digits as a generator makes them, and no path.
_RANDOM = re.compile(r"(?=.*[a-z])(?=.*[A-Z])(?=.*\d)[A-Za-z0-9+_][A-Za-z0-9+/_]{31,}={0,2}")


def names_secret(name: str) -> bool:
    """Whether a variable of this name holds a secret.

    Examples
    --------
    >>> list(filter(names_secret, ("DB_PASS", "GITHUB_PAT", "MONKEY", "TOKENIZERS_PARALLELISM", "PYTHONPATH")))
    ['DB_PASS', 'GITHUB_PAT']
    """
    return _NAME.search(name) is not None


def is_secret(text: str) -> bool:
    """Whether a text has the shape of a secret, or has one in it.

    Tokens, JSON web tokens, private keys, addresses with credentials, signed addresses and connection strings.

    Examples
    --------
    >>> list(filter(is_secret, ("ghp_16C7e4", "https://ada:pw@host/", "host=db password=pw", "https://host/a?b=c")))
    ['ghp_16C7e4', 'https://ada:pw@host/', 'host=db password=pw']
    """
    return _SHAPE.search(text) is not None or _RANDOM.fullmatch(text) is not None


def is_secret_variable(name: str, text: str) -> bool:
    """Whether a variable is a secret, by its name or by the shape of its value."""
    return names_secret(name) or is_secret(text)
