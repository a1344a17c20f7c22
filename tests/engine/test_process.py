"""How the process of a run shows what its operation raised: as the user's code has told ``sys.excepthook``."""

import sys

import pytest

from guild_ipy.domain.status import RunStatus

RAISES = "\n    raise ValueError('no data')"


@pytest.fixture(params=["fork", "fresh", "inline"])
def isolated(notebook, request):
    notebook.isolation = request.param
    return notebook


def test_a_hook_of_the_user_takes_the_place_of_the_traceback(isolated):
    hook = "lambda kind, error, traceback: print('HOOK', kind.__name__, error, traceback.tb_frame.f_code.co_name)"
    isolated.cell(f"import sys\ndef work():\n    sys.excepthook = {hook}{RAISES}")
    error = isolated.fail("work")
    assert error.run.output == "HOOK ValueError no data work\n"
    assert (error.run.exit_status, repr(error.exception)) == (1, "ValueError('no data')")


def test_a_hook_finds_the_error_where_python_puts_it(isolated):
    isolated.cell(f"import sys\ndef work():\n    sys.excepthook = lambda *_: print('HOOK', sys.last_value){RAISES}")
    assert isolated.fail("work").run.output == "HOOK no data\n"


def test_the_hook_of_the_notebook_stays_as_it_is(notebook):
    notebook.isolation, before = "inline", sys.excepthook
    notebook.cell(f"import sys\ndef work():\n    sys.excepthook = print{RAISES}")
    notebook.fail("work")
    assert sys.excepthook == before


def test_a_hook_may_call_the_one_before_it_which_names_cells(isolated):
    isolated.cell("""
        import sys
        def work():
            before = sys.excepthook
            def note(*raised):
                print("noted")
                before(*raised)
            sys.excepthook = note
            raise ValueError("no data")
    """)
    output = isolated.fail("work").run.output
    assert output.startswith("noted\nTraceback (most recent call last):\n  Cell In[1], line 8, in work\n")
    assert output.endswith("ValueError: no data\n")


def test_tracebacks_of_rich_are_shown(isolated):
    isolated.cell(f"import rich.traceback\ndef work():\n    rich.traceback.install(){RAISES}")
    output = isolated.fail("work").run.output
    assert "Traceback (most recent call last) ─" in output
    assert "❱ 4" in output or "in work" in output
    assert "guild_ipy/engine" not in output
    assert "Cell In" not in output


def test_a_module_that_sets_a_hook_when_it_is_imported_has_its_way(isolated):
    with open("hooks.py", "w") as file:
        file.write("import sys\nsys.excepthook = lambda *raised: print('HOOK of a module')\n")
    isolated.cell(f"def work():\n    import hooks{RAISES}")
    assert isolated.fail("work").run.output == "HOOK of a module\n"


def test_a_script_has_its_hook(isolated):
    with open("hooked.py", "w") as file:
        file.write("import sys\nsys.excepthook = lambda *raised: print('HOOK', raised[1])\n1 / 0\n")
    assert isolated.fail("hooked.py").run.output == "HOOK division by zero\n"


def test_a_hook_that_fails_is_shown_with_what_it_was_called_for(isolated):
    isolated.cell(f"import sys\ndef work():\n    sys.excepthook = lambda *raised: 1 / 0{RAISES}")
    output = isolated.fail("work").run.output
    assert output.startswith("Error in sys.excepthook:\nTraceback (most recent call last):\n  Cell In[1], line 3")
    assert "ZeroDivisionError: division by zero\n\nOriginal exception was:\nTraceback" in output
    assert output.endswith("ValueError: no data\n")
    assert "During handling" not in output


@pytest.mark.parametrize(("hook", "exit_status"), [("lambda *_: sys.exit(7)", 7), ("None", 1), ("[].append", 1)])
def test_the_exit_status_is_that_of_the_hook_if_it_has_one(isolated, hook, exit_status):
    isolated.cell(f"import sys\ndef work():\n    sys.excepthook = {hook}{RAISES}")
    run = isolated.fail("work").run
    assert (run.exit_status, run.status) == (exit_status, RunStatus.ERROR)


def test_an_interrupt_is_told_to_the_hook_too(isolated):
    isolated.cell("import sys\ndef work():\n    sys.excepthook = lambda *r: print(r[0])\n    raise KeyboardInterrupt")
    run = isolated.fail("work").run
    assert (run.output, run.status) == ("<class 'KeyboardInterrupt'>\n", RunStatus.TERMINATED)
