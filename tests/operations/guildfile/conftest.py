"""A project with a Guild file, and scripts that say what reached them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

SHOW = """
import json, os, sys
lr = 0.1
layers = [1, 2]
params = {"lr": 0.1, "model": {"depth": 3}}
seen = {"argv": sys.argv[1:], "lr": lr, "layers": layers, "params": params}
print(json.dumps(seen))
"""


@pytest.fixture
def project(tmp_path, monkeypatch) -> Callable[..., Path]:
    """Write files into a project folder, the current one; the folder."""
    folder = tmp_path / "project"
    folder.mkdir(exist_ok=True)
    monkeypatch.chdir(folder)

    def write(guild_file: str | None = None, **files: str) -> Path:
        texts = {name.replace("__", "/").replace("_py", ".py"): text for name, text in files.items()}
        if guild_file is not None:
            texts["guild.yml"] = guild_file
        for name, text in texts.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(dedent(text))
        return folder

    return write


def shown(run) -> dict[str, object]:
    """Give what a run of SHOW has printed."""
    return json.loads(run.output.splitlines()[-1])
