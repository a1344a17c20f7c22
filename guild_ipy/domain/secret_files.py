"""Which files hold secrets, by their names: a run finds them by a link, and no record of it has their content."""

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
