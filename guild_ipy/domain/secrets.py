"""Tells which files and which texts are secrets, by their names and by their form.

A run finds a secret file by a link, and no record of it has the file's content.
"""

from __future__ import annotations

import re

_DATA = r"(json|ya?ml|toml|ini|cfg|conf|txt|csv|env|properties|xml|py)"
_FILES = re.compile(
    # what tools read by itself
    r"\.env.*|.*\.env|\.?_?netrc|\.pypirc|\.npmrc|\.yarnrc.*|\.pgpass|\.my\.cnf|\.mylogin\.cnf|\.htpasswd"
    r"|\.dockercfg|\.dockerconfigjson|\.git-credentials|\.boto|\.s3cfg|\.databrickscfg|\.vault-token|kaggle\.json"
    # keys
    r"|.*\.(pem|key|p12|pfx|jks|keystore|kdbx|ppk|gpg|pgp)"
    r"|id_[^.]*(\.pub)?|id_(rsa|dsa|ecdsa|ed25519|xmss)\b.*"
    # words that people use
    rf"|\.?credentials.*|\.?credential(\.{_DATA})?|.*[-_.]credentials?\.{_DATA}"
    rf"|\.?secrets?(\.{_DATA}.*)?|.*[-_.]secrets?([-_.].*)?\.(?!py){_DATA}|secrets?[-_.].*\.(?!py){_DATA}"
    rf"|\.?(passwords?|passwd|api[-_]?keys?|access[-_]?tokens?|auth[-_]?tokens?)(\.{_DATA})?|\.?token(\.json)?"
    r"|service[-_]account.*\.json",
    re.IGNORECASE | re.DOTALL,
)
_FOLDERS = frozenset(
    ".aws .azure .docker .gcloud .gnupg .huggingface .kaggle .kube .oci .password-store .secrets .ssh secrets".split()
)
_PRIVATE_KEY = re.compile(rb"\s*-----BEGIN [A-Z0-9 ]*PRIVATE KEY")

_NAME = re.compile(
    r"passw(or)?d|passphrase|passcode|secret|credential|api_?key|private_?key|access_?key|webhook|connection_?string"
    r"|(?:^|_)(?:tokens?|pass|pwd|pw|creds?|auth|authorization|bearer|cookies?|keys?|dsn|jwt|pat|sas|salt|sig"
    r"|signature|otp|pin)(?:$|_|\d)"
    r"|token$",
    re.IGNORECASE,
)
_KEY_TEXT = r"-----BEGIN [A-Z0-9 ]{0,40}(?:PRIVATE KEY|SECRET)|AGE-SECRET-KEY-|PuTTY-User-Key-File"
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
    # user and password before a host; a user alone may be a token, but not for git and ssh, which use keys
    r"\w://(?!(?:git|ssh)@)[^\s/@]+@|(?:^|[\s=,;'\"])[^\s:/@=,;'\"]{1,256}:[^\s/@]{1,256}@[\w\[]"
    r"|(?:hooks\.slack\.com|discord(?:app)?\.com/api/webhooks|webhook\.office\.com|outlook\.office\.com/webhook)/?"
    r"|api\.telegram\.org/bot"
)
_FIELD = (
    r"(?:password|passwd|passphrase|secret|accountkey|sharedaccess(?:key|signature)"
    r"|(?<![a-z0-9])(?:pwd|pass|token|sig|signature|auth|session|(?:api|access|private|account|signing)[_-]?key))"
    r"[\"']?\s?[=:]\s?[^\s=:]"
)
_SHAPE = re.compile(rf"{_KEY_TEXT}|(?<![\w-])(?:{_BEGINNINGS})|{_ADDRESS}|(?i:{_FIELD})")
#: One long word of letters and digits as a generator makes them, and no path.
_RANDOM = re.compile(r"(?=.*[a-z])(?=.*[A-Z])(?=.*\d)[A-Za-z0-9+_][A-Za-z0-9+/_]{31,}={0,2}")


def names_secret_file(name: str) -> bool:
    """Whether a file of this name holds secrets.

    Examples
    --------
    >>> list(filter(names_secret_file, (".env", "deploy.pem", "id_ed25519", "id_map.csv", "tokenizer.json")))
    ['.env', 'deploy.pem', 'id_ed25519']
    """
    return _FILES.fullmatch(name) is not None


def names_secret_folder(name: str) -> bool:
    """Whether a folder of this name holds secrets."""
    return name.lower() in _FOLDERS


def names_secret_path(path: str) -> bool:
    """Whether a file holds secrets, as its name or that of a folder on its path tells.

    Examples
    --------
    >>> list(filter(names_secret_path, ("src/.env", "secrets/a.txt", "src/env.py")))
    ['src/.env', 'secrets/a.txt']
    """
    *folders, name = path.split("/")
    return names_secret_file(name) or any(map(names_secret_folder, folders))


def is_private_key(head: bytes) -> bool:
    """Whether a file that begins so is a private key, whatever its name."""
    return _PRIVATE_KEY.match(head) is not None


def names_secret(name: str) -> bool:
    """Whether a variable of this name holds a secret.

    Examples
    --------
    >>> list(filter(names_secret, ("DB_PASS", "GITHUB_PAT", "MONKEY", "TOKENIZERS_PARALLELISM", "PYTHONPATH")))
    ['DB_PASS', 'GITHUB_PAT']
    """
    return _NAME.search(name) is not None


def is_secret(text: str) -> bool:
    """Whether a text has the form of a secret, or contains one.

    Tokens, JSON web tokens, private keys, addresses with credentials, signed addresses and connection strings.

    Examples
    --------
    >>> list(filter(is_secret, ("ghp_16C7e4", "https://ada:pw@host/", "host=db password=pw", "https://host/a?b=c")))
    ['ghp_16C7e4', 'https://ada:pw@host/', 'host=db password=pw']
    """
    return _SHAPE.search(text) is not None or _RANDOM.fullmatch(text) is not None


def is_secret_variable(name: str, text: str) -> bool:
    """Whether a variable is a secret, by its name or by the form of its value."""
    return names_secret(name) or is_secret(text)
