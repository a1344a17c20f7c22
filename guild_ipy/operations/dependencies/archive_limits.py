"""How much an archive may hold: one of a megabyte can hold a terabyte, or a million files."""

from __future__ import annotations

from dataclasses import dataclass

_REMEDY = "unpack it yourself if that is right, and name the folder"


@dataclass(frozen=True, kw_only=True)
class ArchiveLimits:
    """How much an archive may hold."""

    total_bytes: int = 64 * 2**30
    """Of all files together."""
    files: int = 500_000
    """Files and folders."""
    ratio: int = 200
    """How many times its own size; texts are packed to a tenth, zeros to a thousandth."""
    small_bytes: int = 64 * 2**20
    """What so little is does no harm, whatever its ratio."""


DEFAULT_LIMITS = ArchiveLimits()


class UnpackedCount:
    """What has come out of an archive; ValueError when it is too much."""

    def __init__(self, limits: ArchiveLimits, archive_bytes: int) -> None:
        self._limits = limits
        self._most_by_ratio = max(limits.small_bytes, limits.ratio * archive_bytes)
        self._files = 0
        self._bytes = 0
        if archive_bytes > limits.total_bytes:
            raise ValueError(f"it has more than {limits.total_bytes} bytes itself; {_REMEDY}")

    def add_file(self) -> None:
        """Count a file or folder."""
        self._files += 1
        self.check_files(self._files)

    def add_bytes(self, count: int) -> None:
        """Count bytes of a file."""
        self._bytes += count
        self.check_bytes(self._bytes)

    def check_files(self, count: int) -> None:
        """Refuse so many files."""
        if count > self._limits.files:
            raise ValueError(f"it holds more than {self._limits.files} files; {_REMEDY}")

    def check_bytes(self, count: int) -> None:
        """Refuse so many bytes."""
        if count > self._limits.total_bytes:
            raise ValueError(f"it holds more than {self._limits.total_bytes} bytes; {_REMEDY}")
        if count > self._most_by_ratio:
            raise ValueError(f"it holds more than {self._limits.ratio} times its own size; {_REMEDY}")
