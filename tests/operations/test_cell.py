import pytest

from guild_ipy.domain.values.flags import FlagType
from guild_ipy.errors import FlagError, UsageError
from guild_ipy.operations.flag_values.typed_text import FlagText
from guild_ipy.operations.functions.cell import CellOperation, bind_cell


@pytest.fixture
def bind(notebook):
    def bind(text, **given):
        return bind_cell(CellOperation(text=text, name="train", number=7), given, notebook.context.notebook)

    return bind


def test_constants_at_the_top_are_flags(bind):
    bound = bind("import math\nlr = 0.1\nlayers: list = [1, 2]\nname = 'a'\nprint(lr)\nlate = 5")
    assert bound.flags == {"lr": 0.1, "layers": [1, 2], "name": "a"}
    assert [flag.type for flag in bound.flag_defs] == [FlagType.NUMBER, FlagType.LIST, FlagType.STRING]


def test_given_values_take_the_place_of_constants(bind):
    bound = bind("lr = 0.1\nn = 3\nprint(lr)", lr=FlagText("0.5"))
    assert bound.flags == {"lr": 0.5, "n": 3}
    assert "lr = 0.1" in bound.code.source


def test_a_flag_that_is_not_assigned_at_the_top_is_refused(bind):
    with pytest.raises(FlagError, match=r"unknown flag 'late' for train\(\)"):
        bind("lr = 0.1\nprint(lr)\nlate = 5", late=1)


def test_computed_and_private_variables_are_no_flags(bind):
    assert bind("n = 3\ntotal = n * 2\n_hidden = 1\ndata = load()\nlr = 0.1").flags == {"n": 3, "lr": 0.1}


@pytest.mark.parametrize(
    "change",
    [
        "x = 2",
        "x += 1",
        "for x in range(3): pass",
        "for i, (x, *y) in []: pass",
        "del x",
        "print(x := 2)",
        "[x := i for i in range(3)]",
        "with open('a') as x: pass",
        "import math as x",
        "from math import pi as x",
        "try: pass\nexcept OSError as x: pass",
        "def f():\n    global x\n    x = 2",
        "def f():\n    def g():\n        global x\n        x += 2",
        "def x(): pass",
        "class x: pass",
        "match 1:\n    case x: pass",
        "if True:\n    x = 2",
        "x.append(3)",
        "x[0] = 1",
        "def f():\n    x.append(3)",
    ],
)
def test_a_name_that_the_cell_changes_is_no_flag(bind, change):
    assert bind(f"x = [1]\nlr = 0.1\n{change}").flags == {"lr": 0.1}


@pytest.mark.parametrize(
    "use",
    [
        "print(x)",
        "[x for x in range(3)]",
        "def f(x): x += 1",
        "def f():\n    x = 2\n    x.append(1)",
        "class A:\n    x = 2",
        "lambda x: x",
        "y = sorted(x)",
        "y[x] = 1",
        "x: list",
    ],
)
def test_a_name_that_the_cell_only_reads_is_a_flag(bind, use):
    assert bind(f"x = [1]\n{use}").flags == {"x": [1]}


def test_a_value_for_a_name_that_the_cell_changes_is_refused_with_the_line(bind):
    with pytest.raises(FlagError, match=r"'total' is not a flag of train\(\): line 3 of the cell changes it") as caught:
        bind("total = 0\nfor i in range(3):\n    total += i", total=5)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("constant", ["n = None", "n = 3", "n: int | None = 3", "n = 'a'"])
def test_none_can_be_typed_for_a_constant(bind, constant):
    assert bind(constant, n=FlagText("None")).flags == {"n": None}


def test_variables_of_the_notebook_that_it_names_come_along(bind, notebook):
    notebook.cell("data = [1, 2]\nunused = 3\ndef f(x): return x")
    bound = bind("lr = 0.1\ndef inner():\n    return f(data)\ninner()")
    assert dict(bound.code.variables) == {"data": [1, 2], "f": notebook.shell.user_ns["f"]}


def test_magics_become_python(bind, notebook):
    bound = bind("lr = 0.1\n!echo $lr\n%time x = 1\nfiles = !ls")
    assert bound.code.source.splitlines()[1] == "get_ipython().system('echo $lr')"
    assert "get_ipython" in bound.code.variables


def test_a_cell_that_is_no_python_is_refused_with_its_line(bind):
    with pytest.raises(UsageError, match=r"the cell is no Python: .* \(line 2\)"):
        bind("lr = 0.1\nfor")


def test_the_code_of_equal_cells_has_one_name_and_that_of_others_has_another(bind):
    assert bind("a = 1").code.filename == bind("a = 1", a=2).code.filename
    assert bind("a = 1").code.filename != bind("a = 2").code.filename


def test_an_empty_cell_takes_no_flags(bind):
    assert bind("").flags == {}
    with pytest.raises(FlagError, match="it takes no flags"):
        bind("", lr=1)


@pytest.mark.parametrize(
    "head", ["%%time", "%%timeit -n 1", "%%capture out", "%%prun -q", "%%time\n%%capture", "%%time\n\n%matplotlib"]
)
def test_constants_below_a_magic_that_runs_them_are_flags(bind, head):
    bound = bind(f"{head}\nlr = 0.1\nname = 'ä'\nprint(lr)\nlate = 5", lr=FlagText("0.5"))
    assert bound.flags == {"lr": 0.5, "name": "ä"}


def test_lines_of_magics_may_stand_among_the_constants(bind):
    text = "%matplotlib inline\n!pip --version\nlr = 0.1\n%load_ext autoreload\nn = 2\nprint()\n%cd ..\nlate = 1"
    assert bind(text).flags == {"lr": 0.1, "n": 2}


@pytest.mark.parametrize("text", ["%%bash\nlr=1", "%%html\nlr = 1", "print()\n%time lr = 1"])
def test_what_another_magic_gets_has_no_flags(bind, text):
    assert bind(text).flags == {}


def test_a_cell_below_a_magic_that_is_no_python_is_refused_with_its_line(bind):
    with pytest.raises(UsageError, match=r"the cell is no Python: .* \(line 3\)"):
        bind("%%time\nlr = 0.1\nfor")


def test_flags_below_a_magic_have_their_values_in_the_run(notebook):
    text = "%%time\n%%capture out\nlr = 0.1; name = 'ä'\n%time rate = lr * 2\nassert (lr, rate, name) == (3, 6, 'ä')"
    assert notebook.run(CellOperation(text=text, name="train"), lr=3).flags == {"lr": 3, "name": "ä"}


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("(1, 2)", "a tuple"),
        ("{1, 2}", "a set"),
        ("{'a': 1}", "a map"),
        ("[(1, 2)]", "a list of other values"),
        ("3 * 4", "the result of an expression"),
        ("load()", "the result of an expression"),
    ],
)
def test_why_a_name_with_another_value_is_no_flag_is_said(bind, value, said):
    with pytest.raises(FlagError, match=rf"^'sizes' is not a flag of train\(\): its value is {said}, and flags are "):
        bind(f"lr = 0.1\nsizes = {value}\nprint(sizes)", sizes=FlagText("[3, 4]"))
