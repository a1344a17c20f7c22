"""guild_ipy beside Guild AI on the same homes: `python -m tests.interop`, `make interop`.

Two things are done, and what both programs show is compared after each step: the operations of the sample projects in
the installation of Guild AI are run by both, and a random history makes and changes runs by the one and the other.
Each disagreement is printed with what both showed, and at last how many steps agree.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path

from tests.interop.comparing import Comparison
from tests.interop.history import play_history
from tests.interop.programs import Guild, Ours
from tests.interop.projects import find_samples, run_projects
from tests.surroundings import enter

_STEPS = 300


def main() -> None:
    """Do what is asked for, and print what came of it."""
    options = _parse()
    environment = os.environ["GUILD_PEER_ENV"]
    os.environ["NO_PIP_FREEZE"] = "1"
    with tempfile.TemporaryDirectory(prefix="guild_ipy-interop-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        enter(f"{folder}/user")
        theirs, ours = Guild(environment), Ours(folder / "cache")
        projects, history = (Comparison(theirs=theirs, ours=ours) for _ in range(2))
        try:
            if options.only != "history":
                run_projects(projects, find_samples(environment), folder / "projects", options.project)
            if options.only != "projects":
                play_history(history, folder / "history", options.seed, options.steps)
        finally:  # also when somebody has had enough
            for comparison, what in ((projects, "sample projects"), (history, f"random history, seed {options.seed}")):
                if comparison.steps:
                    print(comparison.summary(what))
            ours.close()
            theirs.close()


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make interop INTEROP_OPTIONS=", description=__doc__.partition("\n\n")[2])
    parser.add_argument("--seed", type=int, default=1, help="of the random history (default: %(default)s)")
    parser.add_argument("--steps", type=int, default=_STEPS, help="of the random history (default: %(default)s)")
    parser.add_argument("--only", choices=["projects", "history"], help="leave out the other")
    parser.add_argument("project", nargs="*", help="names of sample projects (default: all)")
    return parser.parse_args()


if __name__ == "__main__":
    main()
