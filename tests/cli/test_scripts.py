"""Scripts at a shell: sub-commands, modules of packages, and arguments that could not be read."""

import pytest

TOOL = """
import argparse
p = argparse.ArgumentParser()
p.add_argument("--level", type=int, default=1)
commands = p.add_subparsers(dest="command", required=True)
commands.add_parser("train").add_argument("--lr", type=float, default=0.1)
commands.add_parser("test")
commands.add_parser("data").add_subparsers(required=True).add_parser("get")
a = p.parse_args()
print(f"{a.command} {a.level} {getattr(a, 'lr', None)}")
"""


def output_of(shell, *words):
    return shell.printed("run", *words, "--yes").rsplit("\n", 2)[0]


@pytest.fixture
def tool(shell):
    (shell.project / "tool.py").write_text(TOOL)
    return shell


@pytest.mark.parametrize("words", [["tool.py", "train"], ["tool.py train"]])
def test_a_sub_command_follows_the_script(tool, words):
    assert output_of(tool, *words, "lr=2", "level=3") == "train 3 2.0"
    assert "  tool.py train  " in tool.printed("runs")
    assert output_of(tool, "--restart", "1", "lr=5") == "train 3 5.0"
    assert len(tool.printed("runs", "--operation", "tool.py train").splitlines()) == 1


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("tool.py", "tool.py needs a command: run 'tool.py train'; it has train, test, data"),
        ("tool.py lr=1", "tool.py needs a command: run 'tool.py train'"),
        ("tool.py trian", "tool.py has no command 'trian' (did you mean 'train'?)"),
        ("tool.py train train", "run: 'train' is no flag; write flags as name=value"),
        ("tool.py data", "tool.py data needs a command: run 'tool.py data get'; it has get"),
        ("tool.py data gte", "tool.py data has no command 'gte' (did you mean 'get'?)"),
        ("tool.py test lr=1", "unknown flag 'lr' for tool.py test"),
        ("train.py other", "run: 'other' is no flag; write flags as name=value"),
    ],
)
def test_a_command_that_is_missing_or_unknown_is_one_line(tool, words, message):
    done = tool.run("run", *words.split(), "--yes")
    assert done.returncode in {1, 2}
    assert done.stderr.startswith(f"guild-ipy: {message}")
    assert done.stderr.count("\n") == 1
    assert tool.printed("runs") == ""


def test_operations_names_the_commands_of_a_script(tool):
    assert "commands, each with flags of its own: train, test, data" in tool.printed("operations", "tool.py")
    assert "lr     = 0.1  float" in tool.printed("operations", "tool.py train")


UNREAD = {
    "fire": "import fire\nfire.Fire(print)\n",
    "hydra": "import hydra\n@hydra.main()\ndef main(config): pass\n",
    "docopt": "from docopt import docopt\nprint(docopt(__doc__))\n",
    "pydantic_settings": "from pydantic_settings import BaseSettings as B\nclass S(B, cli_parse_args=True): pass\n",
    "jsonargparse": "from jsonargparse import CLI\nCLI(print)\n",
    "tyro": "import tyro\ntyro.cli(print)\n",
    "simple_parsing": "from simple_parsing import parse\nparse(dict)\n",
    "HfArgumentParser": "from transformers import HfArgumentParser as P\nP(dict).parse_args_into_dataclasses()\n",
    "typer": "import typer\nfrom library import app\napp()\n",
    "optparse": "from optparse import OptionParser as P\np = P()\np.add_option('--lr')\nprint(p.parse_args())\n",
    "sys.argv": "import sys\nprint(sys.argv[1:])\n",
    "library": "from library import get_args\nargs = get_args()\n",
    "argparse": "import argparse\nfrom library import add\np = argparse.ArgumentParser()\nadd(p)\np.parse_args()\n",
}


@pytest.mark.parametrize("library", UNREAD)
def test_arguments_that_could_not_be_read_are_to_be_declared(shell, library):
    (shell.project / "unread.py").write_text(UNREAD[library])
    done = shell.run("run", "unread.py", "lr=1", "--yes")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert f"unknown flag 'lr' for unread.py; its arguments could not be read ({library})" in done.stderr
    assert "declare them in guild.yml: an operation with main: unread" in done.stderr
    assert "it takes no flags" not in done.stderr
    assert "could not be read" in shell.printed("operations", "unread.py")


def test_constants_of_such_a_script_are_flags_all_the_same(shell):
    (shell.project / "unread.py").write_text("import sys\nrate = 0.1\nprint(rate, sys.argv[1:])\n")
    assert output_of(shell, "unread.py", "rate=2") == "2 []"
    for words in (["unread.py"], ["--restart", "1"]):
        done = shell.run("run", *words, "lr=1", "--yes")
        assert "it takes rate; its other arguments could not be read (sys.argv); declare them" in done.stderr


def test_what_is_declared_for_such_a_script_is_passed_on_its_command_line(shell):
    (shell.project / "unread.py").write_text(UNREAD["sys.argv"])
    (shell.project / "guild.yml").write_text("train:\n  main: unread\n  flags: {lr: 0.1}\n")
    assert output_of(shell, "train", "lr=2") == "['--lr', '2']"
    done = shell.run("run", "train", "n=1", "--yes")
    assert "it takes lr; its other arguments could not be read (sys.argv); declare them in guild.yml" in done.stderr


def test_the_command_that_main_names_has_its_flags(tool):
    (tool.project / "guild.yml").write_text("fit:\n  main: tool train\n  flags-import: all\n")
    assert output_of(tool, "fit", "lr=2", "level=3") == "train 3 2.0"
    assert output_of(tool, "--restart", "1", "level=4") == "train 4 2.0"


def test_compare_says_what_a_switch_did(shell):
    source = "import argparse\np = argparse.ArgumentParser()\n"
    source += "p.add_argument('--no-cuda', dest='cuda', action='store_false')\nprint(p.parse_args().cuda)\n"
    (shell.project / "switch.py").write_text(source)
    assert output_of(shell, "switch.py", "no-cuda=yes") == "False"
    assert output_of(shell, "switch.py") == "True"
    heading, plain, switched = shell.printed("compare").splitlines()
    assert heading.endswith("no-cuda")
    assert (plain.split()[-1], switched.split()[-1]) == ("no", "yes")


def test_a_script_that_takes_nothing_says_so(shell):
    (shell.project / "plain.py").write_text("print('hello')\n")
    assert "it takes no flags" in shell.run("run", "plain.py", "lr=1", "--yes").stderr


PACKAGE = {
    "pkg/__init__.py": "print('package')\n",
    "pkg/util.py": "value = 5\n",
    "pkg/train.py": "from .util import value\nlr = 0.1\nprint(value, lr, __package__)\n",
    "pkg/__main__.py": "from . import util\nk = 1\nprint(util.value, k, __package__)\n",
    "pkg/sub/deep.py": "from ..util import value\nlr = 0.1\nprint(value, lr, __package__)\n",
    "space/util.py": "value = 6\n",
    "space/train.py": "from .util import value\nlr = 0.1\nprint(value, lr, __package__)\n",
    "src/lib/__init__.py": "",
    "src/lib/util.py": "value = 7\n",
    "src/lib/train.py": "from lib.util import value\nfrom . import util\nlr = 0.1\nprint(value, lr, __package__)\n",
    "either/util.py": "value = 8\n",
    "either/train.py": "try:\n    from .util import value\nexcept:\n    from util import value\nprint(value)\n",
}


@pytest.fixture
def packages(shell):
    for name, source in PACKAGE.items():
        path = shell.project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source)
    return shell


@pytest.mark.parametrize(
    ("words", "printed"),
    [
        ("pkg/train.py lr=2", "package\n5 2 pkg"),
        ("pkg.train", "package\n5 0.1 pkg"),
        ("pkg", "package\n5 1 pkg"),
        ("pkg/__main__.py k=3", "package\n5 3 pkg"),
        ("pkg/sub/deep.py", "package\n5 0.1 pkg.sub"),
        ("pkg.sub.deep lr=3", "package\n5 3 pkg.sub"),
        ("space/train.py", "6 0.1 space"),
        ("space.train", "6 0.1 space"),
        ("src/lib/train.py", "7 0.1 lib"),
        ("either/train.py", "8"),
        ("pkg.train --isolation fresh", "package\n5 0.1 pkg"),
    ],
)
def test_a_module_of_a_package_runs_as_python_would_run_it(packages, words, printed):
    assert output_of(packages, *words.split()) == printed
    assert output_of(packages, "--restart", "1") == printed


def test_a_package_that_begins_above_the_folder_is_one_line(packages):
    packages.project = packages.project / "pkg"
    done = packages.run("run", "train.py", "--yes")
    above = str(packages.project.parent)
    assert done.returncode == 2
    assert "imports from its package ('from .util import ...')" in done.stderr
    assert f"go to {above!r} and run 'pkg/train.py'" in done.stderr
    assert packages.printed("runs") == ""


def test_a_constant_of_another_kind_is_refused_with_what_it_is(shell):
    (shell.project / "sizes.py").write_text("sizes = (1, 2)\nlr = 0.1\nprint(sizes)\n")
    for given in ("sizes=(3, 4)", "sizes=[3, 4]"):
        done = shell.run("run", "sizes.py", given, "--yes")
        assert done.stderr == (
            "guild-ipy: 'sizes' is not a flag of sizes.py: its value is a tuple, and flags are numbers, texts, "
            "yes or no, null and lists of these; write it as a list\n"
        )
    assert shell.run("run", "sizes.py", "size=3", "--yes").stderr == (
        "guild-ipy: unknown flag 'size' for sizes.py; it takes lr\n"
    )
