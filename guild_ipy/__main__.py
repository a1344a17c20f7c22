"""``python -m guild_ipy``: the same as ``guild-ipy``."""

from __future__ import annotations

import sys

from guild_ipy.cli import main

if __name__ == "__main__":
    sys.exit(main())
