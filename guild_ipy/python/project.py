"""``project_dir``: the folder of the project, from a run as from the notebook."""

from __future__ import annotations

from pathlib import Path

from guild_ipy.settings import find_project_dir


def project_dir() -> Path:
    """Return the folder of the project; in a run that where the run was started.

    A run works in a directory of its own, so that a relative path does not lead to the files of the project.

    Examples
    --------
    >>> data = pd.read_csv(guild_ipy.project_dir() / "data.csv")     # doctest: +SKIP
    """
    found = find_project_dir()
    if found is not None:
        return Path(found)
    from guild_ipy.session.session import get_session  # start-up cost: a run needs none of it

    return Path(get_session().notebook.project_dir)
