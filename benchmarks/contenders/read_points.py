"""Ourselves and throwaway readers on one long event file; and an index whose run goes on reporting."""

import os
import struct
import sys

import numpy as np
from answering import answer, timed

from guild_ipy.index.index import Index
from guild_ipy.settings import Settings
from guild_ipy.store.events.scalar_summaries import FileScalars
from guild_ipy.store.guild_home import Home
from guild_ipy.store.state.changes import note_change

_HEADER = struct.Struct("<QI")


def ours() -> None:
    FileScalars().read(sys.argv[1])


def throwaway() -> dict[bytes, tuple[float, ...]]:
    """Walk over the lengths of records in Python, and take the fields of all records of a length by numpy at once."""
    with open(sys.argv[1], "rb") as file:
        content = file.read()
    starts: dict[tuple[int, bytes], list[int]] = {}
    position, size = 0, len(content)
    while position + 16 <= size:
        length, _ = _HEADER.unpack_from(content, position)
        tag_at = content.find(b"\n", position + 34, position + 45)
        starts.setdefault((length, content[tag_at : position + 12 + length - 5]), []).append(position)
        position += length + 16
    octets = np.frombuffer(content, np.uint8)
    found: dict[bytes, tuple[float, ...]] = {}
    for (length, tag), places in starts.items():
        at = np.array(places)[:, None] + (12 + length - 4 + np.arange(4))
        if at.max() < size:
            values = octets[at].copy().view("<f4").ravel().astype(float)
            found[tag] = (values[0], values[-1], values.min(), values.max(), values.mean())
    return found


def summarize_again(home: Home, index: Index) -> None:
    """Give the scalars of the one run of a home, in which something has changed."""
    (id,) = os.listdir(home.runs)  # noqa: A001 - the word of the field
    note_change(home, id)
    index.summaries([home.run_dir(id)])
    assert index.trouble is None, index.trouble


if __name__ == "__main__":
    words = {"ours": timed(ours), "throwaway": timed(throwaway)}
    for path in sys.argv[2:]:
        home = Home(path)
        index = Index(home, Settings(cache_dir=os.path.abspath("cache"), index_few=0))
        words[path] = timed(lambda home=home, index=index: summarize_again(home, index))
    answer(words)
