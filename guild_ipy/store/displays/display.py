"""One display of a run: where in its output it is, and its mimebundle."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

#: Types whose values are bytes; Jupyter sends them in base64.
BINARY_TYPES = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/gif": "gif",
    "image/webp": "webp",
    "application/pdf": "pdf",
}
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*")
#: Types that execute nothing, whoever made them.
_INERT_TYPES = ("text/plain", "image/png", "image/jpeg", "image/gif", "image/webp")


class DisplayKind(Enum):
    """What a display does, by the name of Jupyter's message."""

    DISPLAY = "display_data"
    RESULT = "execute_result"
    UPDATE = "update_display_data"
    CLEAR = "clear_output"


@dataclass(frozen=True, kw_only=True)
class Display:
    """Something that a run displayed, or that changes what it displayed before."""

    kind: DisplayKind
    id: str = ""
    at: int = 0
    """Where in the output its text begins, in bytes."""
    length: int = 0
    """How many bytes its text has; a front end that can show more shows the bundle in their place."""
    data: Mapping[str, Any]
    """The mimebundle. Binary values that are read are in base64, as Jupyter sends them."""
    metadata: Mapping[str, Any]
    display_id: str | None
    """The name by which a later display updates this one."""
    wait: bool
    """Whether a clearing waits for the next display."""
    is_trusted: bool
    """Whether a process of this user made it."""

    @property
    def text(self) -> str:
        """Its text, with a newline at its end; its types where it has none."""
        if not self.data:
            return ""
        text = self.data.get("text/plain")
        if not isinstance(text, str):
            text = f"<{', '.join(self.data)}>"
        return text if text.endswith("\n") else text + "\n"

    def placed(self, at: int, length: int) -> Display:
        """Return it with the place of its text."""
        return replace(self, at=at, length=length)

    @property
    def shown_data(self) -> dict[str, Any]:
        """The part of the bundle that a page may be shown: of a display by others only text and pictures."""
        if self.is_trusted:
            return dict(self.data)
        return {kind: value for kind, value in self.data.items() if _is_inert(kind, value)}

    @property
    def hidden_types(self) -> tuple[str, ...]:
        """The types that :attr:`shown_data` leaves out."""
        return tuple(sorted(self.data.keys() - self.shown_data.keys()))


def _is_inert(kind: str, value: object) -> bool:
    """Whether a value executes nothing: text, or a picture that is really in base64."""
    if kind not in _INERT_TYPES or not isinstance(value, str):
        return False
    return kind not in BINARY_TYPES or _BASE64.fullmatch(value) is not None


def encode_value(kind: str, value: object) -> tuple[bytes, str]:
    """Return a value of a bundle as the bytes of a file, and the ending of its name."""
    if isinstance(value, bytes):
        return value, BINARY_TYPES.get(kind, "bin")
    if isinstance(value, str):
        if kind in BINARY_TYPES:
            try:
                return base64.b64decode(value, validate=True), BINARY_TYPES[kind]
            except (binascii.Error, ValueError):  # not what its type says; kept as it is
                pass
        return value.encode("utf-8", "surrogatepass"), "txt"
    return json.dumps(value).encode(), "json"


def decode_value(content: bytes, ending: str) -> object:
    """Return a value of a bundle, as Jupyter sends it, from the bytes of a file."""
    if ending == "json":
        return json.loads(content)
    if ending == "txt":
        return content.decode("utf-8", "surrogatepass")
    return base64.b64encode(content).decode("ascii")
