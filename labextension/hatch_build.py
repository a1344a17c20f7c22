"""The build hook of hatchling: the front end is bundled before a wheel, an sdist or an editable install is made.

``GUILD_IPY_FRONT_END`` is ``auto`` (without it), where an install goes through also if the front end cannot be built;
``force``, where that is an error, as for a release; or ``skip``.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

sys.path.insert(0, str(Path(__file__).parent))
from build_front_end import NotBuiltError, build, is_built, requirements, say_not_built


class FrontEndHook(BuildHookInterface[Any]):
    """Builds the front end where that is wanted."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Return the packages that the build needs."""
        return [] if _wish() == "skip" or is_built() else requirements()

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling's protocol
        """Build, and go on without where it cannot be done."""
        wish = _wish()
        if wish == "skip":
            say_not_built("guild_ipy was installed with GUILD_IPY_FRONT_END=skip; install it again without that")
            return
        try:
            build()
        except NotBuiltError as error:
            if wish == "force":
                raise
            self.app.display_warning(f"The front end was not built, tables will be shown without it: {error}")


def _wish() -> str:
    wish = os.environ.get("GUILD_IPY_FRONT_END", "auto")
    if wish not in {"auto", "force", "skip"}:
        raise ValueError(f"GUILD_IPY_FRONT_END is auto, force or skip, not {wish!r}")
    return wish
