"""Where a run comes from: the notebook and the folder that its user was in.

It is recorded as the attribute ``_origin`` of the run, a map of these two paths, which Guild AI does not look at.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

ORIGIN = "_origin"


@dataclass(frozen=True, kw_only=True)
class Origin:
    """The two places, as absolute paths; empty where unknown."""

    notebook: str = ""
    """The notebook that the run was started in, if it was one, and the front end told its file."""
    project: str = ""
    """The current folder of the notebook or shell."""


def encode_origin(origin: Origin) -> dict[str, str]:
    """Return the value of the attribute: the places that are known."""
    return {name: path for name, path in vars(origin).items() if path}


def parse_origin(value: object) -> Origin:
    """Read the attribute; what is not a path is left out, since no listing depends on it.

    Examples
    --------
    >>> parse_origin({"project": "/work", "notebook": 3})
    Origin(notebook='', project='/work')
    """
    found = value if isinstance(value, Mapping) else {}
    notebook, project = (path if isinstance(path := found.get(name), str) else "" for name in ("notebook", "project"))
    return Origin(notebook=notebook, project=project)
