"""Logging, warning filters and options that are set up in a notebook hold in its runs."""

import logging
import os
import re
import warnings

import pytest

from guild_ipy.launching.launch import LaunchOptions
from guild_ipy.launching.restart import Change, restart
from guild_ipy.operations.find_operation import find_operation
from guild_ipy.operations.functions.cell import CellOperation
from guild_ipy.operations.spec_options import SpecOptions
from guild_ipy.session.viewer import SilentViewer


@pytest.fixture(params=["fork", "fresh"])
def isolated(lab, request):
    lab.isolation = request.param
    return lab


@pytest.fixture
def lab(notebook, request):
    """The notebook; what it sets up for this process is taken back."""
    names = set(logging.root.manager.loggerDict)
    root, level, disabled = logging.root.handlers[:], logging.root.level, logging.root.manager.disable
    with warnings.catch_warnings():
        warnings.resetwarnings()
        notebook.cell("import logging, sys, warnings")
        yield notebook
    logging.captureWarnings(capture=False)
    logging.root.handlers[:] = root
    logging.root.setLevel(level)
    logging.disable(disabled)
    logging._nameToLevel.pop("METRIC", None)
    logging._levelToName.pop(25, None)
    for name in set(logging.root.manager.loggerDict) - names:
        for handler in getattr(logging.root.manager.loggerDict.pop(name), "handlers", ()):
            handler.close()


def notes_of(session):
    around = session.context.search_context
    return find_operation("train", around).template((), {}, SpecOptions(), around).notes


LOCKED = """
import threading
formatter, handler = logging.Formatter(), logging.StreamHandler()
formatter.lock = threading.Lock()
handler.setFormatter(formatter)
logging.getLogger("a").addHandler(handler)
"""


class TestLogging:
    @pytest.mark.parametrize(
        ("setup", "line", "expected"),
        [
            (
                "logging.basicConfig(level='INFO', format='%(message)s', force=True)",
                "logging.info('loss: 1')",
                "loss: 1",
            ),
            ("logging.basicConfig(level='INFO', force=True)", "logging.getLogger('a.b').info('x')", "INFO:a.b:x"),
            ("logging.basicConfig(format='{message}!', style='{', force=True)", "logging.error('x')", "x!"),
            (
                "logging.basicConfig(stream=sys.stdout, level=5, format='%(message)s', force=True)",
                "logging.log(5, 'x')",
                "x",
            ),
            (
                "logging.addLevelName(25, 'METRIC'); logging.basicConfig(level=25, force=True)",
                "logging.log(25, 'x')",
                "METRIC:root:x",
            ),
            ("logging.disable(logging.ERROR)", "logging.error('x')", ""),
            ("logging.getLogger('a').setLevel('ERROR')", "logging.getLogger('a').warning('x')", ""),
            ("logging.getLogger('a').disabled = True", "logging.getLogger('a').error('x')", ""),
        ],
    )
    def test_a_run_logs_as_the_notebook_does(self, lab, setup, line, expected):
        lab.cell(setup)
        lab.cell(f"def train(): {line}")
        assert lab.run("train").output.rstrip("\n") == expected

    def test_metrics_that_are_logged_are_scalars(self, isolated):
        isolated.cell("logging.basicConfig(level=logging.INFO, format='%(message)s', force=True)")
        isolated.cell("def train(): logging.info('loss: 0.5')")
        run = isolated.run("train")
        assert (run.output, run.scalars) == ("loss: 0.5\n", {"loss": 0.5})
        again = restart(isolated.context, run, Change(), LaunchOptions(), SilentViewer())
        assert again.wait(30).scalars == {"loss": 0.5}

    def test_a_logger_has_its_formatter_its_filters_and_its_stream(self, isolated):
        isolated.cell(
            "class Short(logging.Formatter):\n    def format(self, record): return f'<{record.getMessage()}>'\n"
            "log = logging.getLogger('mine')\nlog.setLevel(logging.DEBUG)\nlog.propagate = False\n"
            "log.addFilter(lambda record: 'secret' not in record.getMessage())\n"
            "handler = logging.StreamHandler(sys.stdout)\nhandler.setFormatter(Short())\nlog.addHandler(handler)"
        )
        isolated.cell("def train():\n    log.debug('a')\n    log.error('secret')")
        assert isolated.run("train").output == "<a>\n"

    def test_cells_and_workers_log_so(self, isolated):
        isolated.cell("logging.basicConfig(level='INFO', format='%(process)d %(message)s', force=True)")
        text = (
            "import multiprocessing\ndef work(i): logging.info('work')\nlogging.info('main')\n"
            "with multiprocessing.get_context('spawn').Pool(1) as p: p.map_async(work, [1]).get(30)"
        )
        lines = isolated.run(CellOperation(text=text, name="train")).output.split()
        assert lines[1::2] == ["main", "work"]
        assert len({*lines[::2]}) == 2

    def test_a_library_that_sets_its_logger_up_when_it_is_imported_does_not_log_twice(self, isolated):
        with open("talking.py", "w") as file:
            file.write("import logging\nlog = logging.getLogger('talking')\nlog.addHandler(logging.StreamHandler())\n")
        isolated.cell("import talking\ntalking.log.setLevel('INFO')\ntalking.log.propagate = False")
        isolated.cell("def train():\n    import talking\n    talking.log.info('once')")
        assert isolated.run("train").output == "once\n"

    def test_a_run_in_the_notebooks_own_process_logs_to_its_output(self, lab):
        lab.isolation = "inline"
        lab.cell("logging.basicConfig(level='INFO', format='%(message)s', force=True)")
        lab.cell("def train(): logging.info('loss: 0.5')")
        before = logging.root.handlers[0].stream
        assert lab.run("train").scalars == {"loss": 0.5}
        assert logging.root.handlers[0].stream is before

    def test_handlers_of_a_class_of_the_library_itself_are_no_matter_of_the_notebook(self, lab):
        with open("torchlike.py", "w") as file:
            file.write(
                "import logging\nclass Own(logging.Handler):\n"
                "    def emit(self, record): print('own', record.getMessage())\n"
                "for name in ('torchlike', 'torchlike.nn'): logging.getLogger(name).addHandler(Own())\n"
            )
        lab.cell(
            "import torchlike\ndef train():\n"
            "    import torchlike\n    torchlike.logging.getLogger('torchlike').error('x')"
        )
        assert notes_of(lab) == ()
        assert lab.run("train").output == "own x\n"

    def test_of_much_that_stays_the_first_is_named(self, lab):
        lab.cell("import logging.handlers\ndef train(): return 1")
        lab.cell("for i in range(8): logging.getLogger(f'a{i}').addHandler(logging.handlers.QueueHandler(None))")
        (said,) = notes_of(lab)
        assert said.count("QueueHandler") == 5
        assert said.endswith("; 3 more")

    @pytest.mark.parametrize(
        ("setup", "note"),
        [
            (
                "logging.getLogger('a').addHandler(logging.FileHandler('own.log'))",
                "the FileHandler '.*/own.log' of the logger 'a'",
            ),
            (
                "logging.getLogger().addHandler(logging.handlers.QueueHandler(None))",
                "the QueueHandler of the root logger",
            ),
            (LOCKED, "the formatter of the logger 'a'"),
            ("warnings.showwarning = lambda *args: None", "how warnings are shown"),
        ],
    )
    def test_one_note_says_what_stays_in_the_notebook(self, lab, setup, note):
        lab.cell("import logging.handlers, warnings\n" + setup)
        lab.cell("def train():\n    logging.getLogger('a').error('x')\n    return 1")
        (said,) = notes_of(lab)
        assert re.fullmatch(f"set up in the notebook, and not in the run: {note}", said)
        assert lab.run("train").result == 1
        if os.path.exists("own.log"):
            assert os.path.getsize("own.log") == 0


class TestWarnings:
    @pytest.mark.parametrize(
        ("setup", "line", "expected"),
        [
            ("warnings.filterwarnings('ignore')", "warnings.warn('x')", []),
            ("warnings.filterwarnings('ignore', message='no')", "warnings.warn('noise'); warnings.warn('x')", ["x"]),
            ("warnings.simplefilter('always')", "[warnings.warn('x') for _ in range(2)]", ["x", "x"]),
            ("warnings.simplefilter('ignore', Mine)", "warnings.warn(Mine('x')); warnings.warn('y')", ["y"]),
            (
                "logging.captureWarnings(True); logging.basicConfig(format='%(message)s', force=True)",
                "warnings.warn('x')",
                ["x"],
            ),
        ],
    )
    def test_a_run_warns_as_the_notebook_does(self, lab, setup, line, expected):
        lab.cell("class Mine(UserWarning): pass")
        lab.cell(setup)
        lab.cell(f"def train():\n    {line}")
        lines = lab.run("train").output.splitlines()
        assert [line.rpartition("Warning: ")[2] for line in lines if "Warning: " in line] == expected

    def test_a_filter_that_changes_after_a_run_holds_in_the_next(self, isolated):
        isolated.cell("warnings.simplefilter('ignore')\ndef train(): warnings.warn('too far')")
        assert "too far" not in isolated.run("train").output
        isolated.cell("warnings.resetwarnings()\nwarnings.simplefilter('always')")
        assert "UserWarning: too far" in isolated.run("train").output
        isolated.cell("warnings.simplefilter('ignore')")
        assert "too far" not in isolated.run("train").output

    def test_warnings_that_are_errors_end_a_run(self, isolated):
        isolated.cell("warnings.simplefilter('error', UserWarning)\ndef train(): warnings.warn('too far')")
        assert "UserWarning: too far" in isolated.fail("train").run.output.splitlines()[-1]

    def test_those_of_a_library_that_the_run_imports_itself(self, isolated):
        isolated.cell("import pandas\nwarnings.simplefilter('error', pandas.errors.PerformanceWarning)")
        isolated.cell(
            "def train():\n    import pandas as p\n    try: warnings.warn(p.errors.PerformanceWarning('slow'))\n"
            "    except p.errors.PerformanceWarning: return 'raised'"
        )
        assert isolated.run("train").result == "raised"


LIBRARIES = """
import matplotlib.style, numpy, pandas
pandas.set_option("display.precision", 2, "display.float_format", "{:.1f}".format)
numpy.set_printoptions(precision=2, formatter={"int": lambda n: f"i{n}"})
numpy.seterr(divide="raise")
matplotlib.rcParams["figure.dpi"] = 50
matplotlib.style.use("ggplot")
"""
BACK = """
pandas.reset_option("display.precision"); pandas.reset_option("display.float_format")
numpy.set_printoptions(precision=8, formatter=None); numpy.seterr(divide="warn"); matplotlib.rcdefaults()
"""
LOOKING = """
def train():
    import numpy, pandas, matplotlib
    print(pandas.Series([1 / 3]).to_string(), numpy.array([1 / 3]), numpy.array([1]), numpy.geterr()["divide"])
    print(pandas.get_option("display.precision"), matplotlib.rcParams["figure.dpi"], matplotlib.rcParams["axes.grid"])
def idle():
    return sorted({"numpy", "pandas", "matplotlib"} & sys.modules.keys())
"""


DECIMAL = "import decimal\n    return str(decimal.Decimal(1) / 3)"
#: As PyTorch has it, of which the tests have no installation.
TORCH = """
class dtype:
    def __init__(self, name): self.name = name
    def __repr__(self): return f"torch.{self.name}"
float32, float64 = dtype("float32"), dtype("float64")
now = float32
def get_default_dtype(): return now
def set_default_dtype(given):
    global now
    assert isinstance(given, dtype)
    now = given
def manual_seed(seed): pass
"""


@pytest.mark.parametrize("how", ["spawn", "forkserver"])
def test_workers_that_a_run_begins_anew_log_as_the_notebook_does(isolated, how):
    isolated.cell(
        "import multiprocessing\nlogger = logging.getLogger('steps')\nlogger.setLevel(logging.INFO)\n"
        "logger.addHandler(logging.StreamHandler())\n"
        "def work(step): logger.info('loss: %s', step)\n"
        "def train():\n"
        f"    with multiprocessing.get_context({how!r}).Pool(1) as pool: pool.map_async(work, [7]).get(20)"
    )
    assert isolated.run("train").output == "loss: 7\n"


class TestOptions:
    @pytest.fixture
    def set_up(self, isolated):
        isolated.cell(LIBRARIES)
        isolated.cell(LOOKING)
        yield isolated
        isolated.cell(BACK)

    def test_options_of_libraries_hold_in_a_run(self, set_up):
        assert set_up.run("train").output == "0   0.3 [0.33] [i1] raise\n2 50.0 True\n"

    @pytest.mark.parametrize(
        ("setup", "back", "looking", "found"),
        [
            (
                "import decimal; decimal.getcontext().prec = 5",
                "decimal.setcontext(decimal.Context())",
                DECIMAL,
                "0.33333",
            ),
            (
                "import decimal; decimal.getcontext().traps[decimal.DivisionByZero] = False",
                "decimal.setcontext(decimal.Context())",
                "import decimal\n    return str(decimal.Decimal(1) / 0)",
                "Infinity",
            ),
            ("sys.setrecursionlimit(1234)", "sys.setrecursionlimit(1000)", "return sys.getrecursionlimit()", 1234),
            (
                "import sklearn; sklearn.set_config(assume_finite=True)",
                "sklearn.set_config(assume_finite=False)",
                "import sklearn\n    return sklearn.get_config()['assume_finite']",
                True,
            ),
        ],
    )
    def test_options_that_change_results_hold_as_well(self, isolated, setup, back, looking, found):
        isolated.cell(setup)
        isolated.cell(f"def train():\n    {looking}")
        result = isolated.run("train").result
        isolated.cell(back)
        assert result == found

    def test_types_of_numbers_that_a_library_makes_by_default_hold(self, isolated):
        with open("torch.py", "w") as file:
            file.write(TORCH)
        isolated.cell("import torch; torch.set_default_dtype(torch.float64)")
        isolated.cell("def train():\n    import torch\n    return str(torch.get_default_dtype())")
        result = isolated.run("train").result
        isolated.cell("del sys.modules['torch'], torch")
        assert result == "torch.float64"

    def test_they_load_no_library(self, set_up):
        set_up.isolation = "fresh"
        assert set_up.run("idle").result == []

    def test_an_option_that_cannot_travel_is_named(self, lab):
        lab.cell("import pandas, threading\nlock = threading.Lock()\ndef show(x, lock=lock): return 'x'")
        lab.cell("pandas.set_option('display.float_format', show)\ndef train(): return 1")
        assert notes_of(lab) == (
            "set up in the notebook, and not in the run: the pandas option 'display.float_format'",
        )
        assert lab.run("train").result == 1
        lab.cell("pandas.reset_option('display.float_format')")


def test_a_notebook_that_sets_nothing_up_sends_nothing(notebook):
    notebook.cell("import numpy, pandas, matplotlib\ndef train(): return 1")
    assert not os.path.exists(notebook.run("train").dir.setup)


def test_magics_of_the_notebook_are_there_beside_what_is_set_up(notebook):
    notebook.cell("import logging; logging.getLogger('mine').setLevel('DEBUG')")
    notebook.cell(
        "from IPython.core.magic import register_line_magic\n@register_line_magic\ndef twice(line): return line * 2"
    )
    notebook.cell("def train():\n    x = %twice ab\n    return x, logging.getLogger('mine').level")
    assert notebook.run("train").result == ("abab", 10)
    notebook.cell("logging.getLogger('mine').setLevel('NOTSET')")


def test_a_wrong_selection_sets_nothing_up(notebook):
    notebook.cell("import guild_ipy\ntry: guild_ipy.select('loss <')\nexcept guild_ipy.GuildError: pass")
    notebook.cell("def train(): return 1")
    assert not os.path.exists(notebook.run("train").dir.setup)
