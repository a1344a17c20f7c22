"""What travels, seen from the other side: a payload is opened in a namespace that is nobody's ``__main__``."""

import io
import pickle

import numpy as np
import pytest

from guild_ipy.domain.payload import CellCode, FunctionCall
from guild_ipy.domain.payload_reader import open_payload
from guild_ipy.engine.child.shell.notebook_names import LazyShell, get_ipython
from guild_ipy.engine.child.unpack import unpack
from guild_ipy.operations.packing.pack import pack
from guild_ipy.operations.packing.packer import LARGE_BUFFER, Unsendable
from guild_ipy.store.run_dir import RunDir


@pytest.fixture
def send(notebook, tmp_path):
    """Pack a function of the notebook, change the notebook, and open the payload."""

    def send(name, **uses):
        packed = pack(FunctionCall(function=notebook.shell.user_ns[name]), notebook.context.notebook, uses)
        run_dir = RunDir(f"{tmp_path}/run")
        (tmp_path / "run/.guild/job").mkdir(parents=True)
        (tmp_path / "run/.guild/job/payload.pkl").write_bytes(packed.payload)
        for number, buffer in enumerate(packed.buffers):
            with open(run_dir.buffer(number), "wb") as file:
                file.write(buffer)
        notebook.cell("x = 'changed behind the run'")
        namespace = {"__name__": "__main__"}
        return unpack(run_dir, namespace).function, namespace

    return send


def test_globals_of_the_function_are_the_namespace_of_the_run(notebook, send):
    notebook.cell("x = [1]\ndef f():\n    x.append(2)\n    return x")
    function, namespace = send("f")
    assert function.__globals__ is namespace
    assert function() == [1, 2]
    assert namespace["x"] == [1, 2]


def test_definitions_are_found_by_their_names(notebook, send):
    notebook.cell("class A: pass\nclass B(A): pass\ndef helper(): return B()\ndef f(): return helper()")
    function, namespace = send("f")
    assert {"A", "B", "helper", "f"} <= namespace.keys()
    assert type(function()) is namespace["B"]


def test_what_is_not_named_stays(notebook, send):
    notebook.cell("big = bytes(10)\nother = 1\ndef f(): return other")
    assert "big" not in send("f")[1]


def test_variables_that_are_used_without_being_named_can_be_sent_along(notebook, send):
    notebook.cell("rate = 5\ndef f(): return eval('ra' + 'te')")
    assert send("f", rate=notebook.shell.user_ns["rate"])[0]() == 5


def test_functions_share_what_they_refer_to(notebook, send):
    notebook.cell("log = []\ndef add(x): log.append(x)\ndef f():\n    add(1)\n    return log")
    assert send("f")[0]() == [1]


def test_closures_recursion_and_defaults_come_along(notebook, send):
    notebook.cell(
        "def make(n):\n    def power(x, k=n):\n        return 1 if k == 0 else x * power(x, k - 1)\n    return power\n"
        "f = make(3)"
    )
    assert send("f")[0](2) == 8


def test_the_shell_becomes_one_that_is_made_when_it_is_asked(notebook, send):
    notebook.cell("shell = get_ipython()\ndef f(): return get_ipython, shell")
    getter, shell = send("f")[0]()
    assert getter is get_ipython
    assert type(shell) is LazyShell


def test_open_files_are_refused(notebook):
    notebook.cell("file = open('data.txt', 'w')\ndef f(): return file")
    function = notebook.shell.user_ns["f"]
    with pytest.raises(Unsendable, match="an open file belongs to this process"):
        pack(FunctionCall(function=function), notebook.context.notebook)
    notebook.cell("file.close()")


def test_standard_output_is_that_of_the_run(notebook):
    notebook.cell("import sys\nerror = sys.stderr\ndef f(file=sys.stdout):\n    print('loss: 1', file=file)")
    notebook.cell("def g():\n    print('late', file=error)\n    f()")
    run = notebook.run("g")
    assert sorted(run.output.splitlines()) == ["late", "loss: 1"]
    assert run.scalars == {"loss": 1}


def test_files_in_memory_may_travel(notebook, send):
    notebook.cell("import io\nfile = io.StringIO('text')\ndef f(): return file.getvalue()")
    assert send("f")[0]() == "text"


def test_large_arrays_are_kept_beside_the_payload(notebook, send):
    notebook.cell("import numpy as np\nlarge = np.arange(2**18)\nsmall = np.ones(3)\ndef f(): return large, small")
    packed = pack(FunctionCall(function=notebook.shell.user_ns["f"]), notebook.context.notebook)
    assert [buffer.nbytes for buffer in packed.buffers] == [2 * LARGE_BUFFER]
    assert len(packed.payload) < LARGE_BUFFER
    large, small = send("f")[0]()
    large[0] = 5  # the run may write to its own
    assert np.array_equal(large[1:], np.arange(1, 2**18))
    assert small.tolist() == [1, 1, 1]


def test_the_code_files_of_all_captured_cells_are_named(notebook):
    notebook.cell("def inner(): return 1")
    notebook.cell("def f(): return inner()")
    notebook.cell("def other(): return inner()")
    names = notebook.shell.user_ns
    packed = pack(FunctionCall(function=names["f"]), notebook.context.notebook)
    assert set(packed.code_files) >= {names["f"].__code__.co_filename, names["inner"].__code__.co_filename}
    assert names["other"].__code__.co_filename not in packed.code_files


def test_a_payload_is_the_program_and_then_the_definitions(notebook):
    notebook.cell("def f(): return 1")
    program = FunctionCall(function=notebook.shell.user_ns["f"])
    assert pack(program, notebook.context.notebook).payload.startswith(pickle.PROTO + b"\x05")


def test_variables_of_a_cell_come_along(notebook):
    code = CellCode(source="x", filename="cell", variables={"x": np.float64(2)})
    opened = open_payload(io.BytesIO(pack(code, notebook.context.notebook).payload), {})
    assert opened.variables == {"x": 2.0}
    assert opened.source == "x"
