"""The quickstart in JupyterLab: `python -m tests.lab [OPTION OF JUPYTERLAB ...]`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tests.notebook_execution import NOTEBOOKS
from tests.surroundings import enter


def main() -> None:
    """Become JupyterLab; what it and the runs write goes to ``build/lab``."""
    enter(str(Path("build/lab").resolve()))
    options = ["--allow-root"] if os.geteuid() == 0 else []
    command = [sys.executable, "-m", "jupyterlab", str(NOTEBOOKS / "quickstart.ipynb"), *options, *sys.argv[1:]]
    os.execv(sys.executable, command)


if __name__ == "__main__":
    main()
