"""Surroundings of their own for tests, notebooks and JupyterLab, so that nothing of the user's is read or written."""

from __future__ import annotations

import os
import sys

_PLACES = {
    "GUILD_HOME": "guild",
    "XDG_DATA_HOME": "data",
    "IPYTHONDIR": "ipython",
    "JUPYTER_CONFIG_DIR": "jupyter/config",
    "JUPYTER_DATA_DIR": "jupyter/data",
    "JUPYTER_RUNTIME_DIR": "jupyter/runtime",
    "JUPYTERLAB_SETTINGS_DIR": "jupyter/settings",
    "JUPYTERLAB_WORKSPACES_DIR": "jupyter/workspaces",
}
_UNWANTED = ("GUILD_IPY_ISOLATION", "JUPYTER_CONFIG_PATH", "JUPYTER_PATH", "PYTHONSTARTUP")


def enter(folder: str) -> None:
    """Make places in `folder` for what Guild, IPython and Jupyter keep for a user, and name them to them."""
    for variable, place in _PLACES.items():
        os.environ[variable] = f"{folder}/{place}"
        os.makedirs(os.environ[variable], exist_ok=True)
    for variable in _UNWANTED:
        os.environ.pop(variable, None)
    os.environ["MPLCONFIGDIR"] = f"{sys.prefix}/var/matplotlib"  # its list of fonts takes seconds to make
