"""What Guild AI 0.9.0 records for a script, against what we find."""

import os
import subprocess
from pathlib import Path

import pytest

from guild_ipy.operations.scripts.script_flags import inspect_script
from guild_ipy.operations.sourcecode.snapshot import snapshot
from guild_ipy.store.files.yaml_codec import decode

pytestmark = pytest.mark.guild

ECHO = "x = 1.0\ny = 2\nz = 'a'\nz = 'b'\nn = None\nt = -3\n_h = 1\nd = {'a': 1}\nprint(x, y, repr(z))\n"
ARGPARSE = """
import argparse
p = argparse.ArgumentParser()
p.add_argument("--learning-rate", "-l", type=float, default=0.1)
p.add_argument("--name", default="a b")
p.add_argument("--n", type=int)
p.add_argument("--on", action="store_true")
p.add_argument("--off", action="store_false")
p.parse_args()
"""
CLICK = """
import click
@click.command()
@click.option("--learning-rate", "-l", "rate", type=float, default=0.1)
@click.option("--epochs", default=3)
@click.option("--kind", type=click.Choice(["a", "b"]), default="a")
@click.option("--shuffle", is_flag=True, default=False)
def main(**parameters): pass
main()
"""


@pytest.fixture
def run_with_guild(tmp_path, guild_command):
    """Run a script of the folder ``project`` with guild; gives its attributes."""
    home = tmp_path / "home"
    home.mkdir()

    def run(name):
        environment = {**os.environ, "GUILD_HOME": str(home), "NO_PIP_FREEZE": "1"}
        command = [guild_command, "run", "-y", name]
        subprocess.run(command, cwd=tmp_path / "project", env=environment, check=True, capture_output=True)
        (run_dir,) = (home / "runs").iterdir()
        return {path.name: decode(path.read_text()) for path in Path(run_dir, ".guild/attrs").iterdir()}

    return run


@pytest.mark.parametrize("source", [ECHO, ARGPARSE, CLICK])
def test_flags_and_defaults_are_those_of_guild(tmp_path, run_with_guild, source):
    script = tmp_path / "project/script.py"
    script.parent.mkdir()
    script.write_text(source)
    found = {flag.name: flag.default for flag in inspect_script(str(script)).flags}
    assert found == run_with_guild("script.py")["flags"]


def test_files_and_digest_are_those_of_guild(tmp_path, run_with_guild):
    project = tmp_path / "project"
    for path in (
        "train.py",
        "z.txt",
        "pkg/a b.py",
        "pkg/sub/ünï.py",
        "env/pyvenv.cfg",
        "env/bin/activate",
        "dist/x.py",
    ):
        (project / path).parent.mkdir(parents=True, exist_ok=True)
        (project / path).write_text(f"print({path!r})\n")
    (project / "weights.bin").write_bytes(bytes(range(256)) * 10)
    (project / "no-copy").mkdir()
    (project / "no-copy/.guild-nocopy").touch()
    (project / "no-copy/a.py").touch()
    source = snapshot(str(project), dest=".").source
    assert len(source.files) == 4
    assert source.digest == run_with_guild("train.py")["sourcecode_digest"]
