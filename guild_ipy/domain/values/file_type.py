"""The type of a file, told by how it begins, then by its name; and its size as people write it."""

from __future__ import annotations

import mimetypes
import os
from dataclasses import dataclass
from enum import Enum

#: How much of a file says what it is.
HEAD_BYTES = 8192
_UNITS = ("kB", "MB", "GB", "TB")
_THOUSAND = 1000
_TEN = 10


class FileKind(Enum):
    """How a file can be shown; the value is its name in English."""

    IMAGE = "image"
    SVG = "SVG image"
    TABLE = "table"
    """CSV and TSV."""
    JSON = "JSON"
    HTML = "HTML page"
    MARKDOWN = "Markdown"
    TEXT = "text"
    BINARY = "binary file"
    """Bytes that mean nothing to people."""

    @property
    def is_text(self) -> bool:
        """Whether its bytes are text, which a terminal can show."""
        return self not in {FileKind.IMAGE, FileKind.BINARY}


@dataclass(frozen=True, kw_only=True)
class FileType:
    """The type of a file: its kind, its name for people, its MIME type."""

    kind: FileKind
    name: str
    """For people: ``PNG image``."""
    mime: str = ""
    """Of an image: ``image/png``."""


_IMAGES = {
    b"\x89PNG\r\n\x1a\n": ("PNG image", "image/png"),
    b"\xff\xd8\xff": ("JPEG image", "image/jpeg"),
    b"GIF87a": ("GIF image", "image/gif"),
    b"GIF89a": ("GIF image", "image/gif"),
}
_BINARIES = {
    b"PK\x03\x04": "ZIP archive",
    b"\x1f\x8b": "gzip archive",
    b"BZh": "bzip2 archive",
    b"\xfd7zXZ\x00": "xz archive",
    b"%PDF": "PDF document",
    b"\x93NUMPY": "NumPy array",
    b"\x89HDF\r\n\x1a\n": "HDF5 file",
    b"PAR1": "Parquet table",
    b"ARROW1": "Arrow table",
    b"SQLite format 3\x00": "SQLite database",
    b"\x7fELF": "ELF program",
    b"\x80\x02": "pickle",
    b"\x80\x03": "pickle",
    b"\x80\x04": "pickle",
    b"\x80\x05": "pickle",
    b"\xff\xfe": "UTF-16 text",
    b"\xfe\xff": "UTF-16 text",
}
_TEXTS = {
    ".svg": FileKind.SVG,
    ".csv": FileKind.TABLE,
    ".tsv": FileKind.TABLE,
    ".json": FileKind.JSON,
    ".html": FileKind.HTML,
    ".htm": FileKind.HTML,
    ".md": FileKind.MARKDOWN,
    ".markdown": FileKind.MARKDOWN,
}
#: Without the tables of the system, which differ.
_MIME_TYPES = mimetypes.MimeTypes()


def tell_type(name: str, head: bytes) -> FileType:
    r"""Say what a file is by its name and its first :data:`HEAD_BYTES` bytes.

    Examples
    --------
    >>> tell_type("a.txt", b"\x89PNG\r\n\x1a\n\0").name, tell_type("a.png", b"text").name
    ('PNG image', 'text')
    >>> tell_type("model.pt", b"PK\x03\x04").name, tell_type("scores.csv", b"a,b\n").kind
    ('ZIP archive', <FileKind.TABLE: 'table'>)
    """
    for magic, (title, mime) in _IMAGES.items():
        if head.startswith(magic):
            return FileType(kind=FileKind.IMAGE, name=title, mime=mime)
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return FileType(kind=FileKind.IMAGE, name="WebP image", mime="image/webp")
    for magic, title in _BINARIES.items():
        if head.startswith(magic):
            return FileType(kind=FileKind.BINARY, name=title)
    if not _is_text(head):
        guessed, _ = _MIME_TYPES.guess_type(name)
        is_telling = guessed is not None and not guessed.startswith(("text/", "image/"))
        return FileType(kind=FileKind.BINARY, name=f"{guessed} file" if is_telling else FileKind.BINARY.value)
    kind = _TEXTS.get(os.path.splitext(name)[1].lower(), FileKind.TEXT)
    return FileType(kind=kind, name=kind.value)


def _is_text(head: bytes) -> bool:
    """Whether bytes are text: UTF-8, perhaps cut in a character; or some older encoding, without control characters."""
    if b"\0" in head:
        return False
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        is_cut = error.start >= len(head) - 3 and len(head) >= HEAD_BYTES
        return is_cut or not any(byte < ord(" ") and byte not in b"\t\n\f\r\x1b" for byte in head)
    return True


def format_size(size: int) -> str:
    """Write a number of bytes.

    Examples
    --------
    >>> [format_size(size) for size in (0, 999, 1234, 56_789, 999_999, 7 * 10**9)]
    ['0 bytes', '999 bytes', '1.2 kB', '57 kB', '1.0 MB', '7.0 GB']
    """
    if size < _THOUSAND:
        return f"{size} byte{'s' * (size != 1)}"
    number = float(size)
    for unit in _UNITS:
        number /= _THOUSAND
        if round(number) < _THOUSAND or unit == _UNITS[-1]:
            break
    return f"{number:.1f} {unit}" if number < _TEN else f"{number:.0f} {unit}"
