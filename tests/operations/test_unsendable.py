import socket

import pytest

from guild_ipy.errors import CannotSend
from guild_ipy.operations.find_operation import find_operation
from guild_ipy.operations.functions.cell import CellOperation
from guild_ipy.operations.spec_options import SpecOptions


@pytest.fixture
def refuse(notebook):
    """Try to send an operation; the refusal."""

    def refuse(operation, *args, **given):
        around = notebook.context.search_context
        with pytest.raises(CannotSend) as caught:
            find_operation(operation, around).template(args, given, SpecOptions(), around)
        return caught.value

    return refuse


@pytest.mark.parametrize(
    ("made", "type_name"),
    [
        ("import threading; thing = threading.Lock()", "lock"),
        ("import threading; thing = threading.Thread(target=print)", "Thread"),
        ("import socket; thing = socket.socket(); thing.close()", "socket"),
        ("import sqlite3; thing = sqlite3.connect(':memory:'); thing.close()", "Connection"),
        ("thing = (x for x in 'ab')", "generator"),
        ("thing = open('data.txt', 'w'); thing.close()", "TextIOWrapper"),
        ("thing = open('data.txt', 'wb'); thing.close()", "BufferedWriter"),
        ("import threading; thing = {'deep': [threading.Lock()]}", "dict"),
        ("import threading\nclass Model:\n    pass\nthing = Model()\nthing.lock = threading.Lock()", "Model"),
    ],
)
def test_the_variable_its_type_its_cell_and_the_remedies_are_named(notebook, refuse, made, type_name):
    notebook.cell("a = 1")
    notebook.cell(made)
    notebook.cell("def train(lr=0.1):\n    return thing, lr")
    error = refuse(notebook.shell.user_ns["train"])
    assert (error.variable, error.type_name, error.cell) == ("thing", type_name, "cell In[2]")
    assert str(error).startswith(f"'thing' ({type_name}), made in cell In[2], cannot be sent to a run: ")
    assert str(error).endswith("; create it inside the function, or pass what it is made from as a flag")
    assert "\n" not in str(error)


def test_a_variable_behind_other_functions_is_found(notebook, refuse):
    notebook.cell("import threading\nlock = threading.Lock()")
    notebook.cell("def inner():\n    with lock:\n        return 1\ndef outer():\n    return [inner() for _ in 'a']")
    notebook.cell("def train():\n    return outer()")
    assert refuse(notebook.shell.user_ns["train"]).variable == "lock"


def test_a_variable_in_a_method_of_a_class_is_found(notebook, refuse):
    notebook.cell("import threading\nlock = threading.Lock()")
    notebook.cell("class Model:\n    def fit(self):\n        return lock\ndef train():\n    return Model().fit()")
    assert refuse(notebook.shell.user_ns["train"]).variable == "lock"
    assert refuse(notebook.cell("Model().fit")).variable == "lock"


def test_a_variable_of_a_closure_is_found(notebook, refuse):
    notebook.cell("import threading\ndef make():\n    guard = threading.Lock()\n    return lambda: guard")
    notebook.cell("train = make()")
    error = refuse(notebook.shell.user_ns["train"])
    assert (error.variable, error.cell) == ("guard", "")


def test_the_object_of_a_bound_method_is_named(notebook, refuse):
    notebook.cell(
        "import threading\nclass Model:\n    def __init__(self):\n        self.lock = threading.Lock()\n"
        "    def fit(self):\n        return 1\nmodel = Model()"
    )
    assert refuse(notebook.cell("model.fit")).type_name == "Model"


def test_what_a_partial_holds_is_found(notebook, refuse):
    notebook.cell("import functools, threading\nlock = threading.Lock()\ndef fit(guard, n=1): return guard, n")
    error = refuse(notebook.cell("functools.partial(fit, lock)"))
    assert (error.variable, error.type_name) == ("lock", "lock")
    assert refuse(notebook.cell("functools.partial(fit, guard=lock)")).variable == "lock"
    assert refuse(notebook.cell("functools.partial(fit, guard=threading.Lock())")).variable == "guard"


def test_an_argument_is_named_by_its_parameter(notebook, refuse):
    notebook.cell("def train(connection, lr=0.1):\n    return connection")
    with socket.socket() as connection:
        error = refuse(notebook.shell.user_ns["train"], connection)
    assert (error.variable, error.type_name) == ("connection", "socket")


def test_variables_of_a_cell_are_named(notebook, refuse):
    notebook.cell("import threading\nlock = threading.Lock()")
    error = refuse(CellOperation(text="lr = 0.1\nwith lock:\n    print(lr)"))
    assert (error.variable, error.cell) == ("lock", "cell In[1]")


def test_an_object_that_refuses_in_its_own_words_is_quoted(notebook, refuse):
    notebook.cell(
        "class Secret:\n    def __reduce__(self):\n        raise RuntimeError('Not for you.\\nReally.')\n"
        "key = Secret()\ndef train():\n    return key"
    )
    assert "cannot be sent to a run: not for you; create it" in str(refuse(notebook.shell.user_ns["train"]))


def test_an_innocent_variable_of_that_type_is_not_named(notebook, refuse):
    notebook.cell("import threading\nunused = threading.Lock()\nlock = threading.Lock()\ndef train():\n    return lock")
    assert refuse(notebook.shell.user_ns["train"]).variable == "lock"


@pytest.mark.parametrize(
    ("made", "operation", "variable"),
    [
        (
            "class Model:\n    lock = None\n    def fit(self): return 1\nmodel = Model(); model.lock = lock",
            "model.fit",
            "model",
        ),
        ("def train(n=1, guard=lock): return n", "train", "guard"),
        ("def train(n=1, *, guard=[lock]): return n", "train", "guard"),
        ("def make(inside):\n    return lambda: inside\ntrain = make(lock)", "train", "lock"),
    ],
)
def test_what_has_another_name_in_the_code_is_named_as_the_notebook_names_it(
    notebook, refuse, made, operation, variable
):
    notebook.cell("import threading\nlock = threading.Lock()")
    notebook.cell(made.replace("guard=lock", "guard=threading.Lock()"))
    assert refuse(notebook.cell(operation)).variable == variable
