import pytest

from guild_ipy.domain.values.flags import FlagDef, FlagType
from guild_ipy.magics.completion import Candidate, complete_line


class Names:
    def operations(self):
        return [Candidate(text=name, kind="function") for name in ("train", "test", "prepare.py")]

    def run_operations(self):
        return [Candidate(text=name, kind="operation") for name in ("text.py", "train()")]

    def variables(self):
        return [Candidate(text="layers", kind="variable")]

    def flags(self, operation):
        flags = {
            "lr": FlagDef(name="lr", type=FlagType.FLOAT, default=0.1),
            "opt": FlagDef(name="opt", choices=("sgd", "adam")),
            "shuffle": FlagDef(name="shuffle", type=FlagType.BOOLEAN, default=True),
        }
        return flags.values() if operation == "train" else []

    def dependencies(self, operation):
        return [Candidate(text="train", kind="dependency")] if operation == "test" else []

    def dependency_runs(self, operation, name):
        return [Candidate(text="3a000000", kind="run")]

    def runs(self, beginning):
        return [Candidate(text=run, kind="run") for run in ("3f2a1b4c", "3a000000") if run.startswith(beginning)]

    def deleted_runs(self, beginning):
        return [Candidate(text="4d000000", kind="run")]

    def tags(self):
        return [Candidate(text=tag, kind="tag") for tag in ("best", "paper")]

    def notebooks(self, beginning):
        return [Candidate(text=name, kind="notebook") for name in ("train.ipynb", "test.ipynb")]

    def projects(self, beginning):
        return [Candidate(text=name, kind="project") for name in ("work",)]

    def paths(self, beginning):
        return [Candidate(text=path, kind="path") for path in ("src/", "src/train.py", "src/notes.md")]

    def names(self):
        return [Candidate(text=name, kind="flag") for name in ("lr", "loss", "val#acc")]


def texts(line):
    offer = complete_line(line, Names())
    return None if offer is None else [candidate.text for candidate in offer.candidates]


@pytest.mark.parametrize("line", ["%guild_run ", "%%guild_run ", "  %guild_run ", "run = %guild_run ", "guild_run "])
def test_an_operation_comes_first_wherever_the_magic_stands(line):
    assert texts(line) == ["train", "test", "prepare.py"]


@pytest.mark.parametrize("line", ["", "x = 1", "print('%guild_run ')", "%guild_ru ", "%guild_nothing ", "%time f() "])
def test_other_lines_are_left_alone(line):
    assert texts(line) is None


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("%guild_run t", ["train", "test"]),
        ("%guild_run train ", ["lr=", "opt=", "shuffle="]),
        ("%guild_run --label x train lr=1 ", ["opt=", "shuffle="]),
        ("%guild_run train opt=", ["opt=sgd", "opt=adam"]),
        ("%guild_run train opt=a", ["opt=adam"]),
        ("%guild_run train shuffle=", ["shuffle=yes", "shuffle=no"]),
        ("%guild_run train lr=", ["lr=0.1"]),
        ("%guild_run nothing ", []),
        ("%guild_run test ", ["train="]),
        ("%guild_run test train=", ["train=3a000000"]),
        ("%guild_run test train=3f", []),
        ("%guild_run test train=3a000000 ", []),
        ("%guild_run src/", ["src/train.py"]),
        ("%guild_run train --pidfile src/n", ["src/notes.md"]),
        ("%guild_run train --file src/n", ["src/notes.md"]),
        ("%guild_runs --notebook tr", ["train.ipynb"]),
        ("%guild_mark --project ", ["work"]),
        ("%guild_runs --here ", []),
        ("%guild_runs --he", ["--help", "--here"]),
        ("%guild_home s", ["src/", "src/train.py", "src/notes.md"]),
        ("%guild_run --isolation f", ["fork", "fresh"]),
        ("%guild_run --restart 3f", ["3f2a1b4c"]),
        ("%guild_run train --uses la", ["layers"]),
        ("%guild_run train --lab", ["--label"]),
        ("%guild_run train --label ", []),
        ("%guild_mark ", ["3f2a1b4c", "3a000000"]),
        ("%guild_mark 3f2a1b4c ", ["3a000000"]),
        ("%guild_mark --cl", ["--clear"]),
        ("%guild_lineage 3f", ["3f2a1b4c"]),
        ("%guild_lineage --do", ["--down"]),
        ("%guild_mark --best v", ["val#acc"]),
        ("%guild_runs --sta", ["--staged", "--stale", "--started"]),
        ("%guild_runs -Fo te", ["text.py"]),
        ("%guild_mark --best loss --operation t", ["text.py", "train()"]),
        ("%guild_runs ", []),
        ("%guild_runs --where l", ["lr", "loss"]),
        ("%guild_runs --where 'lr < 0.1 and (va", ["val#acc"]),
        ('%guild_delete -F "not l', ["lr", "loss"]),
        ("%guild_runs --where 'lr < 0.1' --mar", ["--marked"]),
        ("%guild_runs --where lr<1 --mar", ["--marked"]),
        ("%guild_select lr > 1 and lo", ["loss"]),
        ("%guild_select --min v", ["val#acc"]),
        ("%guild_select --fra", ["--frame"]),
    ],
)
def test_the_line_so_far_says_what_can_follow(line, expected):
    assert texts(line) == expected
