"""Making folders inside an existing one, which is not made anew if it was deleted meanwhile.

The process of a run imports this, so it loads nothing that Python has not loaded anyway.
"""

from __future__ import annotations

import os


def make_folders(path: str, *, inside: str) -> None:
    """Make the folder `path`, and missing folders above it, inside the folder `inside`, which must exist.

    Raises
    ------
    FileNotFoundError
        If `inside` is not there.
    OSError
        If a folder cannot be made, or there is a file in its place.
    """
    if path == inside:
        return
    try:
        os.mkdir(path)
    except FileExistsError:
        if not os.path.isdir(path):
            raise
    except FileNotFoundError:
        above = os.path.dirname(path)
        if len(above) <= len(inside):
            raise
        make_folders(above, inside=inside)
        make_folders(path, inside=inside)
