"""A project with a Guild file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest


@pytest.fixture
def project(tmp_path, monkeypatch) -> Callable[..., Path]:
    """Write files into a project folder, the current one, under their names or as `name_py`; the folder."""
    folder = tmp_path / "project"
    folder.mkdir(exist_ok=True)
    monkeypatch.chdir(folder)

    def write(guild_file: str | None = None, **files: str) -> Path:
        texts = {name.removesuffix("_py") + ".py" * name.endswith("_py"): text for name, text in files.items()}
        if guild_file is not None:
            texts["guild.yml"] = guild_file
        for name, text in texts.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(dedent(text))
        return folder

    return write
