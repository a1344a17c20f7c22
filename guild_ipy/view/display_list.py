"""What a run displayed besides text, in short: how many of which type, and small pictures."""

from __future__ import annotations

from collections import Counter

from guild_ipy import markup
from guild_ipy.printable import printable
from guild_ipy.store.displays.display import BINARY_TYPES, Display
from guild_ipy.store.displays.display_log import DisplayReader, load_values
from guild_ipy.store.run_dir import RunDir

_MOST_PICTURES = 12
_IMAGES = frozenset(kind for kind in BINARY_TYPES if kind.startswith("image/"))
_PICTURE = "<img alt='' style='max-width:240px;max-height:180px;margin:2px' src='data:{};base64,{}'>"


def count_displays(run_dir: RunDir) -> dict[str, str]:
    """Return how many displays there are of each type, the richest of their bundles."""
    counts = Counter(_richest_type(display) for display in _read(run_dir) if display.data)
    return {printable(kind): str(count) for kind, count in sorted(counts.items())}


def draw_pictures(run_dir: RunDir) -> str:
    """Return HTML with the last pictures, the oldest first; empty where there are none."""
    pictured = [display for display in _read(run_dir) if _IMAGES & display.data.keys()]
    pictures = []
    for display in pictured[-_MOST_PICTURES:]:
        data = load_values(run_dir, display).data
        pictures += [_PICTURE.format(kind, markup.text(str(data[kind]))) for kind in sorted(_IMAGES & data.keys())]
    return "".join(pictures)


def _read(run_dir: RunDir) -> list[Display]:
    return [each for each in DisplayReader(run_dir).read_new() if isinstance(each, Display)]


def _richest_type(display: Display) -> str:
    return next((kind for kind in display.data if kind != "text/plain"), "text/plain")
