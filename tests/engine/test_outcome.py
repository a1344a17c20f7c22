"""What a run returned or raised comes back, or the run says that it does not."""

import pytest

from guild_ipy.errors import LostException, ResultError
from guild_ipy.operations.functions.cell import CellOperation


@pytest.fixture(params=["fork", "fresh"])
def isolated(notebook, request):
    notebook.isolation = request.param
    notebook.cell("import threading")
    return notebook


class TestResults:
    def test_one_that_cannot_be_pickled_is_said_in_the_last_line(self, isolated):
        isolated.cell("def train():\n    print('done')\n    return {'loss': 0.5, 'lock': threading.Lock()}")
        run = isolated.run("train")
        why = "cannot pickle '_thread.lock' object; its text is in run.result_text"
        assert run.output == f"done\nthe result (dict) could not be kept: {why}\n"
        with pytest.raises(ResultError) as caught:
            _ = run.result
        assert str(caught.value) == f"the result of run {run.short_id} could not be read back: {why}"
        assert caught.value.text == run.result_text
        assert run.result_text.startswith("{'loss': 0.5, 'lock': <unlocked")

    def test_one_that_cannot_be_made_again_says_why(self, isolated):
        isolated.cell("def make(): raise LookupError('no such model')")
        isolated.cell("class Model:\n    def __reduce__(self): return make, ()\ndef train(): return Model()")
        with pytest.raises(ResultError, match="could not be read back: LookupError: no such model"):
            _ = isolated.run("train").result

    def test_no_result_is_none(self, isolated):
        isolated.cell("def train(): pass")
        run = isolated.run("train")
        assert (run.result, run.result_text) == (None, None)

    def test_what_a_cell_defines_comes_back(self, isolated):
        cell = "class New:\n    size = 3\ndef inner(): return New.size\n[New(), inner]"
        new, inner = isolated.run(CellOperation(text=cell)).result
        assert (new.size, inner()) == (3, 3)

    def test_classes_of_the_notebook_beside_a_lambda_are_its_own_and_stay_as_they_are(self, isolated):
        isolated.cell("rate = 1\nclass Model:\n    def get(self): return rate")
        isolated.cell("def train(): return Model(), lambda: 1")
        model, _ = isolated.run("train").result
        assert type(model) is isolated.shell.user_ns["Model"]
        assert isolated.cell("rate = 2\nModel().get()") == 2

    def test_a_function_that_it_made_names_its_cell(self, isolated):
        isolated.cell("def train():\n    return lambda x: 1 / x")
        with pytest.raises(ZeroDivisionError) as caught:
            isolated.run("train").result(0)
        assert caught.traceback[-1].frame.code.raw.co_filename == isolated.cell("train.__code__.co_filename")


class TestExceptions:
    @pytest.mark.parametrize(
        ("base", "init", "raised", "args"),
        [
            ("Exception", "self, message, code: super().__init__(message)", "Bad('no rows', 4)", ("no rows",)),
            ("OSError", "self, *, name: super().__init__(2, name)", "Bad(name='x')", (2, "x")),
            ("KeyError", "self, a, b=1: super().__init__(a, b)", "Bad('k')", ("k", 1)),
            ("Exception", "self, a, b: self.sum = a + b", "Bad(1, 2)", (1, 2)),
        ],
    )
    def test_one_with_arguments_of_its_own_comes_back(self, isolated, base, init, raised, args):
        head, _, body = init.partition(": ")
        isolated.cell(f"class Bad({base}):\n    def __init__({head}):\n        {body}\n        self.mine = 3")
        isolated.cell(f"def fail(): raise {raised}")
        error = isolated.fail("fail").exception
        assert (type(error), error.args, error.mine) == (isolated.shell.user_ns["Bad"], args, 3)

    def test_one_that_cannot_be_pickled_has_a_stand_in(self, isolated):
        isolated.cell("class Bad(Exception):\n    def __init__(self, a, b):\n        self.lock = threading.Lock()")
        isolated.cell("def fail():\n    raise Bad('leg', 3)")
        failure = isolated.fail("fail")
        error = failure.exception
        assert isinstance(error, LostException)
        assert (str(error), error.type_name, error.message) == ("Bad: ('leg', 3)", "Bad", "('leg', 3)")
        assert failure.run.output.startswith(error.traceback)
        assert "line 2, in fail\n    raise Bad('leg', 3)" in error.traceback
        last = failure.run.output.splitlines()[-1]
        assert last.startswith("the exception (Bad) could not be kept: cannot pickle '_thread.lock' object; ")

    def test_one_that_cannot_be_made_again_has_a_stand_in(self, isolated):
        isolated.cell("def make(): raise LookupError('nothing')")
        isolated.cell("class Bad(Exception):\n    def __reduce__(self): return make, ()\ndef fail(): raise Bad('leg')")
        error = isolated.fail("fail").exception
        assert (error.type_name, error.message, error.reason) == ("Bad", "leg", "LookupError: nothing")

    def test_one_of_a_class_of_a_script_comes_back(self, isolated):
        with open("train.py", "w") as file:
            file.write("class Bad(ValueError):\n    def __init__(self, a, b):\n        self.b = b\nraise Bad(1, 2)\n")
        error = isolated.fail("train.py").exception
        assert (type(error).__name__, isinstance(error, ValueError), error.b) == ("Bad", True, 2)
