"""Options that a script does not add one by one; each script is run with what is written for it, and says."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from guild_ipy.errors import FlagError, UsageError
from guild_ipy.operations.flag_values.flag_binding import bind_flags
from guild_ipy.operations.flag_values.typed_text import FlagText
from guild_ipy.operations.scripts.script_flags import inspect_script, script_arguments

SHOW = "import json\nprint(json.dumps(vars({})))\n"


class Project:
    """A folder of scripts."""

    def __init__(self, folder: Path):
        self.folder = folder

    def write(self, name, source):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source)

    def interface(self, name, *command):
        return inspect_script(str(self.folder / name), command=command, roots=[str(self.folder)])

    def got(self, name, *command, **given):
        """Run a script with flags as typed; the values that it got."""
        interface = self.interface(name, *command)
        typed = {flag: FlagText(text) for flag, text in given.items()}
        words = script_arguments(interface, bind_flags(interface.flags, typed, operation=name))
        return self._run(name, words)

    def got_plainly(self, name, *command):
        return self._run(name, command)

    def _run(self, name, words):
        environ = {**os.environ, "PYTHONPATH": str(self.folder)}
        done = subprocess.run(
            [sys.executable, str(self.folder / name), *words], env=environ, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


@pytest.fixture
def project(tmp_path):
    return Project(tmp_path)


OPTIONS = """
import argparse
from argparse import ArgumentParser as Parser
DEFAULT = 0.25
def base(add_help=True):
    parser = Parser(add_help=add_help)
    parser.add_argument_group("optimizer").add_argument("--lr", type=float, default=DEFAULT)
    return parser
class Options:
    def initialize(self, parser):
        parser.add_argument("--lr", type=float, default=0.25)
        return parser
    def parse(self):
        self.parser = self.initialize(argparse.ArgumentParser())
        return self.parser.parse_args()
class TrainOptions(Options):
    def initialize(self, parser):
        parser = super().initialize(parser)
        parser.add_argument("--epochs", type=int, default=3)
        return parser
parser = base()
parser.add_argument("--epochs", type=int, default=3)
if __name__ == "__main__":
    parser.add_argument("--unrelated")
"""
START = "import argparse\np = argparse.ArgumentParser()\n"
ELSEWHERE = {
    "a loop with an f-string": START
    + "for name, n in [('lr', 0.25), ('epochs', 3)]:\n    p.add_argument(f'--{name}', type=type(n), default=n)\n",
    "a map of keywords": START
    + "OPTIONS = {'lr': dict(type=float, default=0.25), 'epochs': {'type': int, 'default': 3}}\n"
    + "for name, keywords in OPTIONS.items():\n    p.add_argument('--' + name, **keywords)\n",
    "rows with types": START
    + "for name, kind, value in (('lr', float, 0.25), ('epochs', int, 3)):\n"
    + "    p.add_argument('--{}'.format(name), type=kind, default=value)\n",
    "a comprehension": START + "[p.add_argument('--%s' % n, type=float, default=0.25) for n in ('lr', 'epochs')]\n",
    "a short name": START
    + "add = p.add_argument\nadd('--lr', type=float, default=0.25)\nadd('--epochs', type=int, default=3)\n",
    "a partial": START
    + "import functools\nnumber = functools.partial(p.add_argument, type=float)\n"
    + "number('--lr', default=0.25)\nnumber('--epochs')\n",
    "a helper": START
    + "def add(parser, *words, **keywords):\n    parser.add_argument(*words, **keywords)\n"
    + "add(p, '--lr', type=float, default=0.25)\nadd(p, '--epochs', type=int)\n",
    "a factory": "from options import base\np = base()\np.add_argument('--epochs', type=int, default=3)\n",
    "a module": "import options\np = options.parser\n",
    "a package": "import pkg.options as o\nfrom pkg import options\np = o.base()\np.add_argument('--epochs')\n",
    "all names": "from options import *\np = parser\n",
    "a parent": "import argparse\nfrom options import base\np = argparse.ArgumentParser(parents=[base(False)])\n"
    "p.add_argument('--epochs', type=int)\n",
    "a class of parsers": "import argparse\nclass P(argparse.ArgumentParser):\n    def __init__(self):\n"
    "        super().__init__()\n        self.add_argument('--lr', type=float, default=0.25)\n"
    "        self.add_argument('--epochs', type=int)\np = P()\n",
}


@pytest.mark.parametrize("how", ELSEWHERE)
def test_options_are_found_wherever_they_are_added(project, how):
    project.write("options.py", OPTIONS)
    project.write("pkg/options.py", OPTIONS)
    project.write("train.py", ELSEWHERE[how] + SHOW.format("p.parse_args()"))
    assert [flag.name for flag in project.interface("train.py").flags] == ["lr", "epochs"]
    assert project.interface("train.py").unread == ""
    assert project.got("train.py") == project.got_plainly("train.py")
    got = project.got("train.py", lr="2", epochs="7")
    assert (float(got["lr"]), int(got["epochs"])) == (2, 7)


def test_options_of_a_class_are_those_of_its_bases_too(project):
    project.write("options.py", OPTIONS)
    project.write("train.py", "from options import TrainOptions\n" + SHOW.format("TrainOptions().parse()"))
    assert project.got("train.py") == {"lr": 0.25, "epochs": 3}
    assert project.got("train.py", lr="1", epochs="2") == {"lr": 1, "epochs": 2}


def test_a_parser_of_another_module_that_is_not_used_does_not_count(project):
    project.write("tool.py", START + "p.add_argument('--other')\ndef square(x): return x * x\n")
    project.write("train.py", "from tool import square\n" + START + "p.add_argument('--lr')\np.parse_args()\n")
    assert [flag.name for flag in project.interface("train.py").flags] == ["lr"]


def test_an_option_that_may_not_be_there_is_not_passed_by_default(project):
    source = "import os\nlr = 0.1\nif os.environ.get('FAST'):\n    lr = 1.0\n    p.add_argument('--gpu', default='0')\n"
    project.write(
        "train.py", START + source + "p.add_argument('--lr', type=float, default=lr)\n" + SHOW.format("p.parse_args()")
    )
    assert [(flag.name, flag.default) for flag in project.interface("train.py").flags] == [("gpu", "0"), ("lr", None)]
    assert project.got("train.py") == {"lr": 0.1}


@pytest.mark.parametrize(
    "source",
    [
        START + "for name in load():\n    p.add_argument('--' + name)\np.add_argument('--lr')\n",
        START + "add_library_options(p)\np.add_argument('--lr')\n",
        "from library import make_parser\np = make_parser()\np.add_argument('--lr')\np.parse_args()\n",
        "from transformers import HfArgumentParser\np = HfArgumentParser(dict)\np.add_argument('--lr')\n",
        "import simple_parsing as s\np = s.ArgumentParser()\np.add_arguments(dict, 'x')\np.add_argument('--lr')\n",
    ],
)
def test_where_not_all_could_be_read_it_is_said(project, source):
    project.write("train.py", source)
    interface = project.interface("train.py")
    assert [flag.name for flag in interface.flags] == ["lr"]
    assert interface.unread == "argparse"


@pytest.mark.parametrize(
    "source",
    [
        "def f(p): f(p); p.add_argument('--a')\nimport argparse\nf(argparse.ArgumentParser())",
        "import argparse\np = argparse.ArgumentParser()\nwhile True: p.add_argument('--a')",
        START
        + "\n".join(f"{'    ' * n}for a{n} in range(200):" for n in range(8))
        + f"\n{'    ' * 8}p.add_argument('--a')",
        START + "x = 'p'\n" + "x = x + x\n" * 100 + "p.add_argument('--' + x)",
        "import a_module\na_module.f()",
    ],
)
def test_a_source_without_end_is_given_up_in_time(project, source):
    project.write("a_module.py", "import train\nfrom train import *\ndef f(): return train.f()\n")
    project.write("train.py", source)
    assert len(project.interface("train.py").flags) <= 1


COMMANDS = (
    START
    + """
common = argparse.ArgumentParser(add_help=False)
common.add_argument("--seed", type=int, default=0)
p.add_argument("--verbose", action="store_true")
commands = p.add_subparsers(dest="command", required=True)
for name in ("train", "test"):
    commands.add_parser(name, parents=[common]).add_argument("--lr", type=float, default=0.5)
remote = commands.add_parser("remote", aliases=["rm"])
remote.add_argument("--depth", type=int, default=1)
add = remote.add_subparsers(dest="what").add_parser("add")
add.add_argument("url")
"""
    + SHOW.format("p.parse_args()")
)


def test_a_sub_command_takes_its_own_flags_and_those_of_the_parser(project):
    project.write("tool.py", COMMANDS)
    assert project.interface("tool.py").commands == ("train", "test", "remote", "rm")
    got = project.got("tool.py", "train", lr="2", verbose="yes")
    assert got == {"verbose": True, "command": "train", "seed": 0, "lr": 2}
    assert project.got("tool.py", "test") == project.got_plainly("tool.py", "test")


def test_commands_of_commands_have_their_options_between_them(project):
    project.write("tool.py", COMMANDS)
    got = project.got("tool.py", "remote", "add", depth="3", url="-u")
    assert got == {"verbose": False, "command": "remote", "depth": 3, "what": "add", "url": "-u"}


ACTIONS = (
    START
    + """
p.add_argument("--no-cuda", dest="cuda", action="store_false")
p.add_argument("--skip", dest="evaluate", action="store_false", default=True)
p.add_argument("--no-amp", action="store_false")
p.add_argument("--shuffle", action="store_false")
p.add_argument("--always", action="store_true", default=True)
p.add_argument("--cpu", dest="device", action="store_const", const="cpu", default="cuda")
p.add_argument("--mode", action="store_const", const="fast", default="slow")
p.add_argument("--a", dest="items", action="append_const", const="A")
p.add_argument("--fused", action=argparse.BooleanOptionalAction, default=True)
p.add_argument("-v", action="count", default=0)
p.add_argument("--k", type=int, choices=range(1, 4), default=2)
p.add_argument("--depth", choices=["18", "50"])
p.add_argument("--optimizer", choices={"adam": print, "sgd": len}, default="adam")
p.add_argument("--later", type=int, default=argparse.SUPPRESS)
p.add_argument("--tag", action="append")
p.add_argument("-lr", type=float, default=0.1)
p.add_argument("source", nargs="?")
p.add_argument("target", nargs="?")
"""
    + SHOW.format("p.parse_args()")
)


@pytest.mark.parametrize(
    ("flag", "text", "name", "value"),
    [
        ("no-cuda", "yes", "cuda", False),
        ("no-cuda", "no", "cuda", True),
        ("skip", "yes", "evaluate", False),
        ("skip", "no", "evaluate", True),
        ("no-amp", "yes", "no_amp", False),
        ("shuffle", "yes", "shuffle", True),
        ("shuffle", "no", "shuffle", False),
        ("always", "yes", "always", True),
        ("cpu", "yes", "device", "cpu"),
        ("cpu", "no", "device", "cuda"),
        ("mode", "fast", "mode", "fast"),
        ("mode", "yes", "mode", "fast"),
        ("a", "yes", "items", ["A"]),
        ("fused", "no", "fused", False),
        ("v", "2", "v", 2),
        ("k", "3", "k", 3),
        ("depth", "50", "depth", "50"),
        ("optimizer", "sgd", "optimizer", "sgd"),
        ("later", "5", "later", 5),
        ("tag", "[x]", "tag", ["x"]),
        ("lr", "-1", "lr", -1),
        ("source", "s", "source", "s"),
    ],
)
def test_each_action_does_what_its_flag_says(project, flag, text, name, value):
    project.write("train.py", ACTIONS)
    assert project.got("train.py", **{flag: text}) == {**project.got_plainly("train.py"), name: value}


@pytest.mark.parametrize(
    ("flag", "text", "message"),
    [
        ("always", "no", "'always' is a switch, yes with its option and without; it cannot be no"),
        ("mode", "other", "'mode' is a switch, fast with its option, slow without; it cannot be other"),
        ("k", "4", "'k' of train.py is one of 1, 2, 3, not 4"),
        ("target", "t", "'target' has its place behind 'source'; give source=... too"),
    ],
)
def test_what_an_action_cannot_do_is_refused(project, flag, text, message):
    project.write("train.py", ACTIONS)
    with pytest.raises(FlagError, match=message):
        project.got("train.py", **{flag: text})


def test_options_may_begin_with_other_characters(project):
    source = "import argparse\np = argparse.ArgumentParser(prefix_chars='+-')\n"
    source += "p.add_argument('+x', type=float, default=1.0)\np.add_argument('++text', default='a')\n"
    project.write("train.py", source + SHOW.format("p.parse_args()"))
    assert project.got("train.py") == {"x": 1.0, "text": "a"}
    assert project.got("train.py", x="-2", text="+b") == {"x": -2.0, "text": "+b"}


def test_a_module_that_is_no_python_is_passed_over(project):
    project.write("broken.py", "def f(:\n    argparse\n")
    project.write("train.py", "import broken\n" + START + "p.add_argument('--lr')\n")
    assert [flag.name for flag in project.interface("train.py").flags] == ["lr"]
    project.write("train.py", "def f(:\n")
    with pytest.raises(UsageError, match="cannot read"):
        project.interface("train.py")
