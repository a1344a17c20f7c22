"""Temporary surroundings, so that neither a test nor a notebook reads or writes in the user's own folders."""

from __future__ import annotations

import os
import sys


def enter(scratch: str) -> None:
    """Make folders in `scratch` for all that programs keep for their user, and name them in the environment."""
    places = {
        "HOME": "user",
        "GUILD_HOME": "guild",
        "IPYTHONDIR": "ipython",
        "JUPYTER_CONFIG_DIR": "jupyter/config",
        "JUPYTER_DATA_DIR": "jupyter/data",
        "JUPYTER_RUNTIME_DIR": "jupyter/runtime",
        "JUPYTERLAB_SETTINGS_DIR": "jupyter/settings",
        "JUPYTERLAB_WORKSPACES_DIR": "jupyter/workspaces",
    }
    for variable, folder in places.items():
        os.environ[variable] = f"{scratch}/{folder}"
        os.makedirs(os.environ[variable], exist_ok=True)
    for variable in ("GUILD_IPY_ISOLATION", "JUPYTER_PATH", "JUPYTER_CONFIG_PATH", "PYTHONSTARTUP"):
        os.environ.pop(variable, None)
    os.environ["MPLCONFIGDIR"] = f"{sys.prefix}/var/matplotlib"  # its list of fonts takes seconds to make
