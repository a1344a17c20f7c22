"""What a notebook finds without asking for it, IPython's names and magics, a run finds too, or misses with one line."""

import builtins
import os

import pytest

from guild_ipy.errors import RunError
from guild_ipy.launching.launch import LaunchOptions
from guild_ipy.operations.functions.cell import CellOperation


def run_cell(notebook, text, **flags):
    return notebook.run(CellOperation(text=text, name="cell", number=7), **flags)


def fail_cell(notebook, text):
    with pytest.raises(RunError) as caught:
        run_cell(notebook, text)
    return caught.value.run.output


class TestDisplay:
    def test_it_prints_the_text_form(self, notebook):
        output = run_cell(notebook, "import pandas as pd\ndisplay(pd.DataFrame({'a': [1]}), 'text', {'b': 2})").output
        assert output == "   a\n0  1\n'text'\n{'b': 2}\n"

    @pytest.mark.parametrize("isolation", ["fork", "fresh"])
    def test_functions_and_modules_of_the_project_have_it(self, notebook, isolation):
        notebook.isolation = isolation
        with open("shows.py", "w") as file:
            file.write("def show(x): display(x)\n")
        notebook.cell("import shows\ndef report(n=1):\n    shows.show('there')\n    display(n)")
        assert notebook.run("report", n=3).output == "'there'\n3\n"

    def test_the_imported_one_is_the_same(self, notebook):
        notebook.cell("from IPython.display import HTML, display as show")
        assert run_cell(notebook, "show('a', HTML('<b>'))").output == "'a'\n<IPython.core.display.HTML object>\n"

    def test_it_gives_a_handle_and_hears_what_an_object_says_of_itself(self, notebook):
        notebook.cell("class Model:\n    def _repr_pretty_(self, printer, cycle): printer.text('a model')")
        text = "handle = display(Model(), display_id=True)\nhandle.display(1)\nhandle.update(Model())"
        assert run_cell(notebook, text).output == "a model\n1\na model\n"


def test_a_run_in_the_process_of_the_notebook_leaves_its_builtins_and_its_shell(notebook):
    before = dict(vars(builtins))
    text = "%time x = 1\ndisplay(x)\nget_ipython().user_ns is vars()"
    assert run_cell(notebook, text, request={"launch": LaunchOptions(isolation="inline")}).result is False
    assert vars(builtins) == before


class TestNamesOfTheNotebook:
    @pytest.mark.parametrize(("leave", "status"), [("exit()", 0), ("quit()", 0), ("exit(3)", 3), ("%time exit(4)", 4)])
    def test_exit_ends_the_run(self, notebook, leave, status):
        text = f"{leave}\nprint('never')"
        run = run_cell(notebook, text) if status == 0 else None
        output = run.output if run else fail_cell(notebook, text)
        assert "never" not in output

    def test_what_ipython_keeps_comes_along_where_it_is_read(self, notebook):
        notebook.cell("40 + 2")
        assert run_cell(notebook, "_, Out[1], In[1]").result == (42, 42, "40 + 2")

    def test_a_loop_over_an_underscore_does_not_read_the_last_result(self, notebook):
        notebook.cell("import threading")
        notebook.cell("threading.Lock()")
        assert run_cell(notebook, "for _ in range(2): pass\n[_ for _ in range(2)]").result == [0, 1]

    def test_a_name_that_the_cell_gives_a_value_first_does_not_come_along(self, notebook):
        notebook.cell("import threading\nlock = threading.Lock()")
        assert run_cell(notebook, "lock = 1\nlock + 1").result == 2

    def test_open_is_the_builtin_one(self, notebook):
        output = fail_cell(notebook, "open('nothere')")
        assert "IPython" not in output

    def test_get_ipython_is_the_shell_of_the_run(self, notebook):
        notebook.cell("from IPython import get_ipython as getter\nmu = 2")
        notebook.cell("def train(): return getter() is get_ipython(), getter().user_ns['mu'], get_ipython().ev('mu')")
        assert notebook.run("train").result == (True, 2, 2)


class TestMagics:
    @pytest.mark.parametrize(
        ("magic", "output"),
        [
            ("%matplotlib inline", ""),
            ("%matplotlib", "Using matplotlib backend: agg\n"),
            ("%matplotlib qt", "%matplotlib qt: a run shows no windows; its figures are saved as files\n"),
            ("%config InlineBackend.figure_format = 'retina'", ""),
            ("%load_ext autoreload\n%autoreload 2", ""),
            ("%env RATE=5", "env: RATE=5\n"),
            ("%history", "%history does nothing here: a run has no history of cells\n"),
            ("%autosave 60", "%autosave does nothing here: a run has no front end\n"),
            ("%debug", "%debug does nothing here: nobody is at a run to answer\n"),
            ("%who int", "x\t \n"),
            ("%cd /", "/\n"),
        ],
    )
    def test_each_does_the_sensible_thing_or_says_one_line(self, notebook, magic, output):
        assert run_cell(notebook, f"x = 1\n{magic}\nNone").output == output

    def test_figures_are_saved_after_matplotlib_inline(self, notebook):
        run = run_cell(notebook, "%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1])\nplt.show()")
        assert os.listdir(f"{run.path}/figures") == ["figure-1.png"]
        assert run.output == "<Figure size 640x480 with 1 Axes>\n"

    def test_pylab_gives_its_names(self, notebook):
        assert run_cell(notebook, "%pylab inline\narray([1, 2]).sum()").result == 3

    @pytest.mark.parametrize(
        ("text", "line"),
        [
            ("%nosuch 1", "UsageError: Line magic function `%nosuch` not found.\n"),
            ("%%nosuch\n1", "UsageError: Cell magic `%%nosuch` not found.\n"),
        ],
    )
    def test_an_unknown_one_is_missed_with_one_line(self, notebook, text, line):
        assert fail_cell(notebook, text) == line

    @pytest.mark.parametrize("text", ["%%capture\n1 / 0", "%%capture out\nx = 1\n[][0]", "%%time\n1 / 0"])
    def test_an_error_below_a_cell_magic_is_the_error_of_the_run(self, notebook, text):
        output = fail_cell(notebook, text)
        assert output.splitlines()[-1].partition(":")[0] in {"ZeroDivisionError", "IndexError"}
        assert "site-packages" not in output

    def test_a_script_that_fails_in_run_fails_the_run(self, notebook):
        output = fail_cell(notebook, "with open('a.py', 'w') as file: file.write('1 / 0')\n%run a.py")
        assert output.endswith("ZeroDivisionError: division by zero\n")


class TestMagicsOfTheNotebook:
    def test_registered_functions_classes_and_aliases_are_there(self, notebook):
        notebook.cell("""
            from IPython.core.magic import Magics, line_magic, magics_class, register_cell_magic, register_line_magic
            factor = 3
            @register_line_magic
            def triple(line): return int(line) * factor
            @register_cell_magic
            def shout(line, cell): return line, cell.upper(), factor
            @magics_class
            class Mine(Magics):
                def __init__(self, shell, data):
                    super().__init__(shell)
                    self.data = data
                @line_magic
                def mine(self, line): return self.data, self.shell.user_ns["factor"]
            get_ipython().register_magics(Mine(get_ipython(), [1]))
        """)
        notebook.cell("%alias_magic three triple\n%alias greet echo hello %s")
        run = run_cell(notebook, "a = %triple 2\nb = %mine\nc = %three 4\n%greet you\na, b, c;")
        assert (run.result, run.output.split()) == ((6, ([1], 3), 12), ["hello", "you"])
        assert run_cell(notebook, "%%shout a\nbc").result == ("a", "BC\n", 3)

    def test_one_that_cannot_travel_is_missed_by_name(self, notebook):
        notebook.cell("""
            import threading
            from IPython.core.magic import register_line_magic
            lock = threading.Lock()
            @register_line_magic
            def locked(line): return lock.locked()
        """)
        assert run_cell(notebook, "if False:\n    %locked").output == ""
        assert fail_cell(notebook, "%locked") == (
            "UsageError: the notebook's magic 'locked' did not come along to the run: "
            "cannot pickle '_thread.lock' object\n"
        )

    def test_those_that_a_module_registers_when_it_is_imported_are_there(self, notebook):
        with open("mymagics.py", "w") as file:
            file.write(
                "from IPython.core.magic import register_line_magic\n"
                "@register_line_magic\ndef twice(line): return line * 2\n"
            )
        notebook.cell("import mymagics")
        notebook.cell("def train():\n    x = %twice ab\n    return x")
        assert notebook.run("train").result == "abab"
        assert run_cell(notebook, "import mymagics\nx = %twice c\nx").result == "cc"

    def test_those_of_a_loaded_extension_are_there(self, notebook):
        with open("myext.py", "w") as file:
            file.write(
                "def load_ipython_extension(shell):\n"
                "    shell.register_magic_function(lambda line: line * 2, magic_name='twice')\n"
            )
        notebook.cell("%load_ext myext\n%load_ext autoreload")
        notebook.cell("def train():\n    x = %twice ab\n    %autoreload 2\n    return x")
        assert notebook.run("train").result == "abab"
