"""Variables that only a text names come along if they can, and nothing is lost or changed where they cannot."""

import pytest

from guild_ipy.domain.notebook_state import STATE_NAME
from guild_ipy.domain.payload import FunctionCall
from guild_ipy.domain.payload_reader import open_payload
from guild_ipy.operations.functions.cell import CellOperation
from guild_ipy.operations.packing.pack import pack
from guild_ipy.operations.spec_options import SpecOptions


@pytest.fixture
def send(notebook, tmp_path):
    """Pack a function of the notebook and open the payload; the namespace of the run."""

    def send(name):
        packed = pack(FunctionCall(function=notebook.shell.user_ns[name]), notebook.context.notebook)
        namespace = {"__name__": "__main__"}
        (tmp_path / "payload").write_bytes(packed.payload)
        with open(tmp_path / "payload", "rb") as file:
            open_payload(file, namespace, packed.buffers)
        return namespace

    return send


def test_what_cannot_travel_leaves_the_rest_as_it_was(notebook, send):
    notebook.cell("""
        import threading, numpy as np
        shared = [1]
        large = np.ones(2**18)
        class Holder:
            def __init__(self): self.shared, self.large, self.lock = shared, large, threading.Lock()
        a_holder, b_shared, c_large = Holder(), [shared, "x"], {"large": large}
        def train(): return [eval(text) for text in ("a_holder", "b_shared", "c_large")]
    """)
    namespace = send("train")
    assert namespace[STATE_NAME].left_out.keys() == {"a_holder"}
    assert namespace["b_shared"] == [[1], "x"]
    assert namespace["c_large"]["large"].sum() == 2**18


def test_variables_share_what_they_refer_to_with_the_code(notebook, send):
    notebook.cell("shared = [1]\nholder = {'shared': shared}\ndef train(): return shared, eval('holder')")
    namespace = send("train")
    assert namespace["train"]()[0] is namespace["holder"]["shared"]


def test_what_comes_along_may_name_more(notebook, send):
    notebook.cell("a = 1\ndef deep(): return eval('a')\ndef inner(): return eval('deep()')")
    notebook.cell("def train(): return eval('inner()')")
    assert send("train")["train"]() == 1


def test_a_large_one_is_noted(notebook):
    notebook.cell("import numpy as np\nlarge, small = np.ones(2**20), np.ones(2)")
    cell = CellOperation(text="eval('large.sum() + small.sum()')", name="cell")
    notes = cell.template((), {}, SpecOptions(), notebook.context.search_context).notes
    assert notes == ("the variable 'large' (8 MiB) comes along, because a text of the code names it",)


def test_code_without_such_texts_is_packed_as_ever(notebook):
    notebook.cell("a = 1\ndef train(): return 'a', 'b.txt', {'a': 2}")
    packed = pack(FunctionCall(function=notebook.shell.user_ns["train"]), notebook.context.notebook)
    assert packed.sizes == {}
