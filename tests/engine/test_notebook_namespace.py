"""Code of a notebook behaves in a run as it does in the notebook."""

import os

import pytest

from guild_ipy.errors import RunError
from guild_ipy.launching.launch import LaunchOptions
from guild_ipy.launching.restart import start
from guild_ipy.operations.functions.cell import CellOperation


@pytest.fixture(params=["fork", "fresh"])
def isolated(notebook, request):
    notebook.isolation = request.param
    return notebook


class TestNamesOfTheNotebook:
    def test_classes_and_their_objects_can_be_pickled(self, isolated):
        isolated.cell("import pickle\nclass Model:\n    pass")
        isolated.cell(
            "def train():\n    model = Model()\n    model.size = 3\n"
            "    return pickle.loads(pickle.dumps(model)).size, pickle.loads(pickle.dumps(Model)) is Model"
        )
        assert isolated.run("train").result == (3, True)

    def test_the_main_module_has_them(self, isolated):
        isolated.cell(
            "rate = 5\ndef helper():\n    return rate\ndef train():\n    import __main__\n    return __main__.helper()"
        )
        isolated.cell(
            "def look():\n    import __main__\n    return __main__.train is train, __name__, train.__module__\ntrain"
        )
        isolated.cell("def both():\n    import __main__\n    __main__.rate = 7\n    return helper(), look()")
        assert isolated.run("both").result == (7, (True, "__main__", "__main__"))

    def test_source_of_functions_can_be_read(self, isolated):
        isolated.cell("import inspect\n\ndef helper():\n    # a comment\n    return 1")
        isolated.cell("def train():\n    return inspect.getsource(helper), inspect.getsource(train)")
        helper, train = isolated.run("train").result
        assert helper == "def helper():\n    # a comment\n    return 1\n"
        assert train.startswith("def train():\n    return inspect")

    def test_functions_can_be_sent_to_a_pool_of_spawned_processes(self, isolated):
        isolated.cell("import multiprocessing\nfactor = 3\ndef scale(x):\n    return x * factor")
        isolated.cell(
            "def train():\n    with multiprocessing.get_context('spawn').Pool(1) as pool:\n"
            "        return pool.map(scale, [1, 2])"
        )
        assert isolated.run("train").result == [3, 6]

    def test_functions_can_be_sent_to_a_pool_of_forked_processes(self, isolated):
        isolated.cell("import multiprocessing\ndef scale(x):\n    return x * 2")
        isolated.cell(
            "def train():\n    with multiprocessing.get_context('fork').Pool(1) as pool:\n"
            "        return pool.map(scale, [1, 2])"
        )
        assert isolated.run("train").result == [2, 4]

    def test_globals_can_be_changed(self, isolated):
        isolated.cell("count = 0\nlog = []\ndef step():\n    global count\n    count += 1\n    log.append(count)")
        isolated.cell(
            "def train(n=3):\n    for _ in range(n):\n        step()\n    return count, log, globals()['count']"
        )
        assert isolated.run("train").result == (3, [1, 2, 3], 3)
        assert isolated.cell("(count, log)") == (0, [])

    def test_the_value_of_a_global_is_that_of_the_moment_of_the_run(self, isolated):
        isolated.cell("rate = 1\ndef train():\n    return rate")
        isolated.cell("rate = 2")
        assert isolated.run("train").result == 2

    def test_recursion_closures_dataclasses_and_partials_work(self, isolated):
        isolated.cell("from dataclasses import dataclass\nimport functools\n@dataclass\nclass Point:\n    x: int = 1")
        isolated.cell("def make(n):\n    def add(x):\n        return x + n\n    return add\nadd_two = make(2)")
        isolated.cell("def fact(n):\n    return 1 if n < 2 else n * fact(n - 1)")
        isolated.cell("triple = functools.partial(lambda a, b: a * b, 3)")
        isolated.cell("def train(n=4):\n    return Point(add_two(n)), fact(n), triple(n)")
        point, factorial, product = isolated.run("train").result
        assert (point, factorial, product) == (isolated.cell("Point(6)"), 24, 12)

    def test_a_bound_method_takes_its_object_along(self, isolated):
        isolated.cell("""
            class Model:
                size = 3
                def fit(self, lr=0.1):
                    self.size += 1
                    return self.size * lr
            model = Model()
        """)
        assert isolated.run("model.fit", lr=2).result == 8
        assert isolated.cell("model.size") == 3

    def test_a_result_of_a_class_of_the_notebook_is_of_that_class(self, isolated):
        isolated.cell("class Model:\n    size = 3\ndef train():\n    return [Model()]")
        (model,) = isolated.run("train").result
        assert type(model) is isolated.shell.user_ns["Model"]

    def test_a_result_of_a_class_that_the_notebook_lost_can_still_be_read(self, isolated):
        isolated.cell("class Model:\n    size = 3\ndef train():\n    return Model()")
        run = isolated.run("train")
        isolated.cell("del Model")
        assert run.result.size == 3


class TestShell:
    def test_a_body_may_call_the_system(self, isolated):
        isolated.cell(
            "def train(word='hi'):\n    !echo $word there\n    files = !echo one; echo two\n    return list(files)"
        )
        run = isolated.run("train", word="hello")
        assert run.output.split() == ["hello", "there"]
        assert run.result == ["one", "two"]

    def test_a_body_may_use_magics_and_the_shell(self, isolated):
        isolated.cell("""
            def train():
                %env NEW=1
                folder = %pwd
                return folder, get_ipython().user_ns['train'] is train
        """)
        run = isolated.run("train")
        assert run.result == (str(run.path), True)


class TestModulesBesideTheNotebook:
    def test_the_snapshot_wins_over_the_file_that_was_edited_later(self, isolated):
        write_module("localmod", "def answer():\n    return 'as it was'\n")
        isolated.cell("import localmod\ndef train():\n    return localmod.answer()")
        staged = isolated.run("train", request={"stage": True})
        write_module("localmod", "def answer():\n    return 'edited'\n")
        assert start_staged(isolated, staged).result == "as it was"

    def test_packages_and_data_of_the_project_are_found(self, isolated):
        os.mkdir("pkg")
        write_module("pkg/__init__", "")
        write_module("pkg/deep", "import os\nPLACE = os.path.dirname(__file__)\n")
        isolated.cell("def train():\n    from pkg.deep import PLACE\n    return PLACE")
        run = isolated.run("train")
        assert run.result == f"{run.dir.sourcecode}/pkg"

    def test_a_module_that_the_notebook_has_imported_is_new_in_each_run(self, isolated):
        write_module("state", "seen = []\n")
        isolated.cell("import state\ndef train():\n    state.seen.append(1)\n    return len(state.seen)")
        assert [isolated.run("train").result, isolated.run("train").result] == [1, 1]


class TestTracebacks:
    def test_frames_of_cells_are_named_as_in_the_notebook(self, isolated):
        isolated.cell("def inner(x):\n    # why\n    return 1 / x")
        isolated.cell("def outer():\n    return [inner(0)]")
        lines = isolated.fail("outer").run.output.splitlines()
        assert "  Cell In[2], line 2, in outer" in lines
        assert "  Cell In[1], line 3, in inner" in lines
        assert lines[lines.index("  Cell In[1], line 3, in inner") + 1] == "    return 1 / x"

    def test_causes_are_shown_too(self, isolated):
        isolated.cell("""
            def train():
                try:
                    {}["key"]
                except KeyError as error:
                    raise ValueError("bad") from error
        """)
        output = isolated.fail("train").run.output
        assert "KeyError: 'key'" in output
        assert "The above exception was the direct cause of the following exception:" in output
        assert output.endswith("ValueError: bad\n")

    def test_a_syntax_error_of_a_module_shows_its_line(self, isolated):
        write_module("broken", "def f(:\n")
        isolated.cell("def train():\n    import broken")
        output = isolated.fail("train").run.output
        assert 'broken.py", line 1\n    def f(:\n          ^' in output
        assert "importlib" not in output

    def test_groups_of_exceptions_are_shown(self, isolated):
        isolated.cell("def train():\n    raise ExceptionGroup('both', [ValueError('a'), TypeError('b')])")
        output = isolated.fail("train").run.output
        assert "ExceptionGroup: both (2 sub-exceptions)" in output
        assert "ValueError: a" in output


class TestCells:
    def run(self, notebook, text, number=7, **flags):
        return notebook.run(CellOperation(text=text, name="train", number=number), **flags)

    def test_a_cell_runs_with_its_flags_and_gives_its_last_expression(self, isolated):
        run = self.run(isolated, "lr = 0.1\nn = 2\nrate = lr * n\nprint('loss:', rate)\nrate", lr=0.5)
        assert (run.result, run.scalars, run.flags) == (1.0, {"loss": 1.0}, {"lr": 0.5, "n": 2})
        assert run.operation == "train()"
        assert "lr" not in isolated.shell.user_ns

    def test_a_cell_that_ends_with_a_statement_gives_nothing(self, isolated):
        assert self.run(isolated, "x = 1\nfor y in [x]:\n    y").result is None

    def test_a_cell_uses_variables_of_the_notebook_and_leaves_them(self, isolated):
        isolated.cell("data = [1, 2]\ndef double(x): return [y * 2 for y in x]")
        assert self.run(isolated, "data = double(data)\ndata").result == [2, 4]
        assert isolated.cell("data") == [1, 2]

    def test_magics_and_top_level_await_work(self, isolated):
        run = self.run(isolated, "import asyncio\nn = 2\n!echo flag $n\nawait asyncio.sleep(0, n + 1)", n=5)
        assert (run.output.split(), run.result) == (["flag", "5", "6"], 6)

    def test_definitions_of_a_cell_can_be_pickled_and_read(self, isolated):
        run = self.run(
            isolated,
            "import inspect, pickle\nclass A: pass\ndef f():\n    return 1\npickle.dumps(A), inspect.getsource(f)",
        )
        assert run.result[1] == "def f():\n    return 1\n"

    def test_a_failing_cell_names_itself_as_the_notebook_does(self, isolated):
        isolated.cell("def inner(): return 1 / 0")
        with pytest.raises(RunError) as caught:
            self.run(isolated, "x = 1\ninner()", number=7)
        output = caught.value.run.output
        assert "Cell In[7], line 2, in <module>\n    inner()" in output
        assert "Cell In[1], line 1, in inner\n" in output


def write_module(name, text):
    with open(f"{name}.py", "w") as file:
        file.write(text)


def start_staged(notebook, run):
    return start(notebook.context, run, LaunchOptions(isolation=notebook.isolation), notebook.viewer)
