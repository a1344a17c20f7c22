"""Writing scalars to an event file.

Light on imports: the process of a run writes scalars, too.
"""

from __future__ import annotations

import os
import time
from itertools import count

from guild_ipy.errors import StoreError
from guild_ipy.store.events.event_encoding import encode_point, encode_record, encode_version
from guild_ipy.store.files.regular_file import open_regular

TYPE_CHECKING = False  # typing.TYPE_CHECKING, without loading typing
if TYPE_CHECKING:
    from collections.abc import Iterable

    from guild_ipy.domain.values.scalars import ScalarPoint

#: The part that names of event files have in common.
EVENT_MARK = ".tfevents."
#: The end of the name of a file of scalars that a run has logged; those of its output have none.
LOGGED = ".logged"


class EventWriter:
    """Appends scalars to one new event file; a file is never continued by a second writer.

    Parameters
    ----------
    folder
        Where the file is made, as ``events.out.tfevents.<unix seconds>.<host>.<pid>.<n>``.
    ending
        What its name ends with.
    """

    def __init__(self, folder: str, *, ending: str = "") -> None:
        self.path, self._descriptor = _create_event_file(folder, ending)
        self._size = 0
        self._append(encode_record(encode_version()))

    def write(self, points: Iterable[ScalarPoint], wall_time: float | None = None) -> None:
        """Append points, all with one time; when it raises, none of them has been written."""
        self.write_values(((p.tag, p.value, p.step) for p in points), wall_time)

    def write_values(self, values: Iterable[tuple[str, float, int]], wall_time: float | None = None) -> None:
        """Append values, each with its tag and step, as :meth:`write` does."""
        now = time.time() if wall_time is None else wall_time
        points = [(step, now, tag, value) for tag, value, step in values]
        self._append(b"".join([encode_record(encode_point(point, is_exact=True)) for point in points]))

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)

    def _append(self, content: bytes) -> None:
        try:
            view = memoryview(content)
            while view:
                view = view[os.write(self._descriptor, view) :]
        except OSError as error:
            os.ftruncate(self._descriptor, self._size)
            os.lseek(self._descriptor, self._size, os.SEEK_SET)
            raise StoreError(f"cannot write {self.path!r}: {error.strerror}") from error
        self._size += len(content)


def is_logged(path: str) -> bool:
    """Whether an event file has scalars that a run has logged."""
    return path.endswith(LOGGED)


def _create_event_file(folder: str, ending: str) -> tuple[str, int]:
    stem = f"{folder}/events.out.tfevents.{int(time.time()):010d}.{os.uname().nodename}.{os.getpid()}"
    for number in count():
        path = f"{stem}.{number}{ending}"
        try:
            return path, open_regular(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
        except FileExistsError:
            continue
        except OSError as error:
            raise StoreError(f"cannot write {path!r}: {error.strerror}") from error
    raise AssertionError("numbers do not end")
