"""Code that is written as text finds its names in a run as it does in the notebook."""

import os

import pytest

from guild_ipy.operations.functions.cell import CellOperation

NOTEBOOK = """
import functools, threading
import numpy as np
import pandas as pd
mu = 2
name = "world"
df = pd.DataFrame({"a": [1, 2, 3, 4]})
df1 = df2 = df
lock = threading.Lock()
def helper(n): return n * mu
def outer(n): return helper(n) + 1
def sql(text):  # stands for duckdb.sql and its kind, which look for frames among the variables of the caller
    import sys
    names = sys._getframe(1).f_globals
    return [len(names[word]) for word in text.replace(",", " ").split() if isinstance(names.get(word), pd.DataFrame)]
"""


@pytest.fixture
def forked(notebook):
    notebook.cell(NOTEBOOK)
    return notebook


@pytest.fixture(params=["fork", "fresh"])
def isolated(forked, request):
    forked.isolation = request.param
    return forked


def run_cell(notebook, text, **flags):
    return notebook.run(CellOperation(text=text, name="cell", number=7), **flags)


CODE = [
    ("df.query('a > @mu').a.tolist()", [3, 4]),
    ("pd.eval('df1 + df2').a.tolist()", [2, 4, 6, 8]),
    ("eval('mu')", 2),
    ("eval('outer(mu)')", 5),
    ("eval(f'outer({1 + 1})')", 5),
    ("globals()['mu']", 2),
    ("sql('select * from df, df1')", [4, 4]),
    ("[eval(text) for text in ('mu', 'helper(3)')]", [2, 6]),
    ("eval('eval(\"helper(1)\")')", 2),
    ("(lambda text: eval(text))('helper(4)')", 8),
]


@pytest.mark.parametrize(("code", "result"), CODE)
def test_a_cell_may_name_variables_in_texts(forked, code, result):
    assert run_cell(forked, code).result == result


def test_a_function_may_name_variables_in_texts(isolated):
    for number, (code, _) in enumerate(CODE):
        isolated.cell(f"def code{number}():\n    'Needs lock.locked().'\n    return {code}")
    isolated.cell(f"def train(): return [{', '.join(f'code{number}()' for number in range(len(CODE)))}]")
    assert isolated.run("train").result == [result for _, result in CODE]


@pytest.mark.parametrize("future", ["", "from __future__ import annotations\n"])
def test_annotations_that_are_texts_count(isolated, future):
    isolated.cell("import typing\nclass Net: pass\nclass Data: net: 'Net'")
    isolated.cell(f"{future}def train(net: 'Net | None' = None): return sorted(typing.get_type_hints(train))")
    isolated.cell(f"{future}def fit(): return [each.__name__ for each in typing.get_type_hints(Data).values()]")
    assert (isolated.run("train").result, isolated.run("fit").result) == (["net"], ["Net"])


def test_texts_may_be_values_of_variables_defaults_flags_and_attributes(forked):
    forked.cell("""
        texts = ["mu", "helper(1)"]
        class Model:
            limit = "a > @mu"
            def __init__(self): self.text = "outer(2)"
            def fit(self, more="df1.shape", *, last="len(df2)"):
                found = [eval(text) for text in (*texts, self.text, more, last)]
                return [*found, len(df.query(self.limit))]
        fit = Model().fit
        part = functools.partial(lambda text, k=1: eval(text) + k, "helper(5)")
    """)
    assert forked.run("fit").result == [2, 2, 5, (4, 1), 4, 2]
    assert forked.run("fit", more="name + 'x'").result[3] == "worldx"
    assert forked.run("part").result == 11


def test_magics_and_shell_commands_find_variables(isolated):
    isolated.cell("""
        def train(k=3):
            %time z = outer(k)
            %timeit -n 1 -r 1 helper(mu)
            %prun -q outer(mu)
            out = !echo {name} {helper(k)} $name
            return list(out)
    """)
    assert isolated.run("train").result == ["world 6 world"]
    assert run_cell(isolated, "out = !echo {name} {helper(3)} $name\n%time z = outer(mu)\nlist(out), z").result == (
        ["world 6 world"],
        5,
    )


@pytest.mark.parametrize("magic", ["%%time", "%%capture out", "%%timeit -n 1", "%%prun -q", "%%time\n%%capture"])
def test_the_body_of_a_cell_magic_finds_variables(forked, magic):
    body = "assert outer(mu) == 5 and len(df.query('a > @mu')) == 2\nshown = !echo {name}\nassert shown == ['world']"
    assert str(run_cell(forked, f"{magic}\n{body}").status) == "completed"


def test_the_line_of_a_cell_magic_finds_variables(forked):
    assert "got world 2" in run_cell(forked, '%%bash -s {name} "$mu"\necho got $1 $2').output


def test_a_variable_that_cannot_travel_is_missed_by_name_only_where_it_is_needed(forked):
    assert run_cell(forked, "'lock.locked()'").result == "lock.locked()"
    forked.cell("def train(): return eval('lock.locked()')")
    output = forked.fail("train").run.output
    assert "NameError: name 'lock' is not defined\n" in output
    assert "the notebook's variable 'lock' did not come along to the run: cannot pickle '_thread.lock' object" in output


def test_a_name_that_no_text_has_is_missed_with_the_remedy(forked):
    forked.cell("def train(): return eval('m' + 'u')")
    assert "if the notebook has 'mu', take it along with --uses mu: " in forked.fail("train").run.output
    forked.cell("def other(): return mu_is_nowhere")
    assert "--uses" not in forked.fail("other").run.output


def test_a_plain_interpreter_sends_names_in_texts_too(run_python):
    printed = run_python("""
        import guild_ipy, threading
        mu, lock = 2, threading.Lock()
        def train(text="mu + 1"): return eval(text), eval("mu")
        print(guild_ipy.run(train).result)
        try:
            guild_ipy.run(train, text="lock.locked()")
        except guild_ipy.RunError as error:
            print(error.run.output)
    """)
    assert "(3, 2)\n" in printed
    assert "the notebook's variable 'lock' did not come along to the run: cannot pickle" in printed


def test_a_variable_that_only_prose_names_stays(forked):
    forked.cell("def train():\n    import __main__\n    return ['mu', 'df.csv', 'data/df', 'mu (df)'], dir(__main__)")
    assert not {"mu", "df"} & set(forked.run("train").result[1])


def test_a_run_without_magics_makes_no_shell(forked):
    forked.cell("""
        def train():
            import sys
            with open("x", "w") as file:
                file.write("x")
            print(df)
            shell = sys.modules.get("IPython.core.interactiveshell")
            return shell is not None and shell.InteractiveShell.initialized(), eval("helper(1)")
    """)
    assert forked.run("train").result == (False, 2)
    assert os.listdir() == []
