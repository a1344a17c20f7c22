"""What a new process does not find by its name travels as what it is made from, or is refused by its own name."""

import os
import sys

import pytest

from guild_ipy.errors import CannotSend
from guild_ipy.store.run_list import list_run_dirs

CACHED = """
    import functools
    @functools.lru_cache(maxsize=7)
    def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)
    class Data:
        @functools.cache
        def size(self): return 5
        @staticmethod
        @functools.cache
        def unit(): return 6
        @classmethod
        @functools.lru_cache
        def name(cls): return cls.__name__
        @functools.cached_property
        def rows(self): return [1, 2]
    data = Data()
    data.rows.append(3)
"""
DISPATCHED = """
    import functools
    @functools.singledispatch
    def show(x): return "any"
    @show.register
    def _(x: int): return f"int beside {show('a')}"
    @show.register(list)
    def _(x): return [show(each) for each in x]
    show(1), show([2])
    class Shower:
        @functools.singledispatchmethod
        def show(self, x): return "any"
        @show.register
        def _(self, x: int): return "int"
"""
SENTINELS = """
    class Missing:
        def __reduce__(self): return "MISSING"
    class Slotted:
        __slots__ = ("x",)
        def __reduce__(self): return "SLOTTED"
    class Only(int):
        known = None
        def __new__(cls):
            cls.known = cls.known if cls.known is not None else super().__new__(cls, 7)
            return cls.known
        def __reduce__(self): return "ONLY"
    MISSING, SLOTTED, ONLY = Missing(), Slotted(), Only()
    SLOTTED.x = 3
    def is_missing(x=MISSING): return x is MISSING
"""
DISPATCHER = """
    import functools
    class Jit:
        def __init__(self, function):
            self.function = function
            functools.update_wrapper(self, function)
        def __call__(self, *args): return self.function(*args)
        def __reduce__(self): return self.__qualname__
    @Jit
    def double(x=1): return 2 * x
"""
ASKED_FOR = """
    import sys
    def find(place):
        module, _, name = place.partition(":")
        return getattr(sys.modules[module], name)
    class Curried:
        def __init__(self, n): self.n = n
        def __reduce__(self): return find, ("__main__:curried",)
    curried = Curried(4)
"""
TYPES = """
    import enum, typing
    UserId = typing.NewType("UserId", int)
    P, Ts = typing.ParamSpec("P"), typing.TypeVarTuple("Ts")
    class Call(typing.Generic[P]): pass
    class Shape(typing.Generic[*Ts]): pass
    class Color(enum.Enum):
        RED = 1
        __reduce_ex__ = enum.pickle_by_global_name
    RED = Color.RED
"""
SHARED = """
    def make():
        count = 0
        def step():
            nonlocal count
            count += 1
        return step, lambda: count
    step, get = make()
"""
EXCEPTIONS = """
    class BadData(Exception):
        def __init__(self, message, code): super().__init__(message); self.code = code
    class NoFile(OSError):
        def __init__(self, *, name): super().__init__(2, "is not there", name)
    bad = [BadData("no rows", 4), NoFile(name="x"), UnicodeDecodeError("utf-8", b"a", 0, 1, "why")]
"""


@pytest.mark.parametrize(
    ("made", "expression", "expected"),
    [
        (CACHED, "fib(30), fib.cache_parameters()", (832040, {"maxsize": 7, "typed": False})),
        (CACHED, "Data().size(), Data.unit(), Data.name()", (5, 6, "Data")),
        (CACHED, "Data().rows, data.rows", ([1, 2], [1, 2, 3])),
        (DISPATCHED, "show(1), show([2, 'b'])", ("int beside any", ["int beside any", "any"])),
        (DISPATCHED, "Shower().show(1), Shower().show('a')", ("int", "any")),
        (SENTINELS, "is_missing(), MISSING is not None, SLOTTED.x, ONLY + 1", (True, True, 3, 8)),
        (DISPATCHER, "double(4), double.__wrapped__(1)", (8, 2)),
        (ASKED_FOR, "curried.n", 4),
        (TYPES, "UserId(4), UserId.__supertype__ is int, RED is Color.RED", (4, True, True)),
        (TYPES, "Call.__parameters__ == (P,), P.__module__, Shape.__parameters__ == (Ts,)", (True, "__main__", True)),
        (SHARED, "step(), step(), get()", (None, None, 2)),
        (EXCEPTIONS, "bad[0].code, bad[0].args, bad[1].filename, bad[2].end", (4, ("no rows",), "x", 1)),
    ],
)
def test_what_a_new_process_does_not_know_by_name_travels(notebook, made, expression, expected):
    notebook.cell(made)
    notebook.cell(f"def look(): return {expression}")
    assert notebook.run("look").result == expected


@pytest.mark.parametrize(
    ("made", "name", "flags", "expected"),
    [
        (CACHED, "fib", {"n": 10}, 55),
        (CACHED, "data.size", {}, 5),
        (DISPATCHED, "show", {"x": 1}, "int beside any"),
        (DISPATCHER, "double", {"x": 4}, 8),
    ],
)
def test_it_can_be_the_operation_itself(notebook, made, name, flags, expected):
    notebook.cell(made)
    assert notebook.run(name, **flags).result == expected


def test_annotations_of_a_cached_function_count(notebook):
    notebook.cell("import functools\n@functools.cache\ndef train(n: int, rate: float = 1): return n, rate")
    assert repr(notebook.run("train", n=3, rate=2).result) == "(3, 2.0)"


@pytest.mark.parametrize("name", ["MISSING", "ONLY", "is_missing"])
def test_as_a_result_it_is_that_of_the_notebook(notebook, name):
    notebook.cell(SENTINELS)
    notebook.cell(f"def give(): return [{name}]")
    assert notebook.run("give").result[0] is notebook.shell.user_ns[name]


class TestModules:
    def test_one_that_was_made_here_travels_with_its_functions(self, notebook):
        notebook.cell("""
            import sys, types
            made = types.ModuleType("made_here")
            exec("z = 5\\ndef step():\\n    global z\\n    z += 1\\nclass Thing: pass", vars(made))
            sys.modules["made_here"] = made
            def train():
                import made_here
                made.step()
                return made.z, made_here is made, made.Thing
        """)
        assert notebook.run("train").result == (6, True, notebook.cell("made.Thing"))
        del sys.modules["made_here"]

    def test_one_that_was_made_here_and_holds_a_lock_is_refused_by_name(self, notebook):
        notebook.cell("import threading, types\nmade = types.ModuleType('made_here')\nmade.lock = threading.Lock()")
        notebook.cell("def train(): return made")
        with pytest.raises(CannotSend, match=r"^'made' \(module\), made in cell In\[1\], cannot be sent to a run: "):
            notebook.run("train")

    @pytest.mark.parametrize("folder", ["lib", "../elsewhere"])
    def test_one_of_a_file_elsewhere_is_loaded_from_there(self, notebook, folder):
        load(notebook, folder, "value = 3\nclass H: pass\ndef get(): return value\n")
        notebook.cell("get, h = helpers.get, helpers.H()\ndef train(): return get(), type(h) is helpers.H, h")
        *found, h = notebook.run("train").result
        assert (found, type(h)) == ([3, True], notebook.cell("helpers.H"))

    def test_one_of_a_file_of_the_project_is_as_it_was_when_the_run_was_made(self, notebook):
        load(notebook, "lib", "import os\ndef place(): return os.path.realpath(__file__)\n")
        notebook.cell("def train(): return helpers.place()")
        run = notebook.run("train")
        assert run.result == os.path.realpath(f"{run.dir.sourcecode}/lib/helpers.py")

    def test_one_of_a_folder_that_has_left_the_path_is_found(self, notebook):
        os.makedirs("lib/pack")
        write("lib/pack/__init__.py", "")
        write("lib/pack/deep.py", "def get(): return 3\n")
        notebook.cell("import sys\nsys.path.insert(0, 'lib')\nfrom pack import deep\nsys.path.remove('lib')")
        notebook.cell("get = deep.get\ndef train(): return deep.get(), get()")
        assert notebook.run("train").result == (3, 3)


class TestRefusals:
    def refuse(self, notebook, name):
        with pytest.raises(CannotSend) as caught:
            notebook.run(name)
        assert not os.path.exists(notebook.context.home.runs) or not list(list_run_dirs(notebook.context.home))
        return caught.value

    def test_what_cannot_be_found_again_is_refused_before_anything_is_made(self, notebook):
        notebook.cell("""
            known = {}
            def find(name): return known[name]
            class Thing:
                def __init__(self, name): known[name] = self
                def __reduce__(self): return find, ("a",)
            thing = Thing("a")
            def train(): return thing
        """)
        error = self.refuse(notebook, "train")
        assert (error.variable, error.type_name) == ("thing", "Thing")
        assert "a new process cannot open it: NameError: name 'known' is not defined" in str(error)

    def test_a_dispatcher_with_a_lock_is_refused_by_its_name(self, notebook):
        notebook.cell(DISPATCHER)
        notebook.cell("import threading\ndouble.lock = lock = threading.Lock()\ndef train(): return double(2)")
        assert self.refuse(notebook, "train").variable == "double"

    def test_a_name_that_only_an_attribute_has_is_not_blamed(self, notebook):
        notebook.cell("import threading\nrows = threading.Lock()\nguard = threading.Lock()")
        notebook.cell("class Data:\n    rows = 3\n    def read(self): return self.rows, guard")
        notebook.cell("def train(): return Data().rows, Data().read()")
        assert self.refuse(notebook, "train").variable == "guard"

    @pytest.mark.parametrize(
        "decorator", ["property", "classmethod", "staticmethod", "functools.cache", "functools.cached_property"]
    )
    def test_a_variable_within_a_decorated_method_is_found(self, notebook, decorator):
        notebook.cell("import functools, threading\nguard = threading.Lock()")
        notebook.cell(f"class Data:\n    @{decorator}\n    def read(self): return guard\ndef train(): return Data")
        assert self.refuse(notebook, "train").variable == "guard"

    def test_an_attribute_of_a_class_is_named_with_it(self, notebook):
        notebook.cell("import threading\nclass Data:\n    guard = threading.Lock()\ndef train(): return Data")
        assert self.refuse(notebook, "train").variable == "Data.guard"


@pytest.mark.parametrize("isolation", ["fork", "inline"])
def test_classes_of_the_notebook_stay_as_they_are(notebook, isolation):
    notebook.isolation = isolation
    notebook.cell(SENTINELS)
    notebook.cell("rate = 1\nclass Model:\n    def get(self): return rate\nmain = __import__('__main__')")
    notebook.cell("def train(): return Model().get(), MISSING")
    assert notebook.run("train").result[0] == 1
    assert notebook.cell("rate = 2\nModel().get()") == 2
    assert sys.modules["__main__"] is notebook.shell.user_module


def test_frames_of_all_that_travels_name_their_cells(notebook):
    notebook.cell("import functools\n@functools.cache\ndef inner(x):\n    return 1 / x")
    notebook.cell("class Model:\n    def fit(self):\n        return (lambda x: inner(x))(0)")
    notebook.cell("def outer():\n    return (lambda: Model().fit())()")
    lines = notebook.fail("outer").run.output.splitlines()
    assert [line.split(", in ")[0] for line in lines if "Cell In" in line] == [
        "  Cell In[3], line 2",
        "  Cell In[3], line 2",
        "  Cell In[2], line 3",
        "  Cell In[2], line 3",
        "  Cell In[1], line 4",
    ]


def load(notebook, folder, text):
    """Load a module as a notebook does that gives its path."""
    os.makedirs(folder)
    write(f"{folder}/helpers.py", text)
    notebook.cell(f"""
        import importlib.util, sys
        spec = importlib.util.spec_from_file_location("helpers", "{folder}/helpers.py")
        helpers = sys.modules["helpers"] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(helpers)
    """)


def write(path, text):
    with open(path, "w") as file:
        file.write(text)


#: As pydantic has it, of which the tests have no installation.
VALIDATED = """
import functools, sys, types
class ConfigWrapper:
    __slots__ = ("config_dict",)
    def __getattr__(self, name): return self.config_dict[name]
class ValidateCallWrapper:
    __slots__ = ("function", "config_wrapper", "validate_return", "namespace", "annotations")
    def __init__(self, function, config, validate_return, namespace):
        self.function, self.validate_return, self.namespace = function, validate_return, namespace or {}
        self.config_wrapper, self.annotations = ConfigWrapper(), None
        self.config_wrapper.config_dict = config or {}
        if not self.config_wrapper.config_dict.get("defer_build"): self.build()
    def build(self):
        self.annotations = __import__("typing").get_type_hints(self.function)
    def __call__(self, **values):
        if self.annotations is None: self.build()
        return self.function(**{name: self.annotations[name](value) for name, value in values.items()})
def validate_call(function):
    wrapper = ValidateCallWrapper(function, None, False, sys._getframe(1).f_globals).__call__
    @functools.wraps(function)
    def call(*args, **kwargs): return wrapper(*args, **kwargs)
    return call
"""


def test_a_function_that_checks_its_arguments_travels_without_the_rest_of_the_notebook(notebook):
    os.makedirs("pydantic/_internal")
    with open("pydantic/__init__.py", "w") as file:
        file.write("from pydantic._internal._validate_call import validate_call")
    with open("pydantic/_internal/_validate_call.py", "w") as file:
        file.write(VALIDATED)
    notebook.cell("import pydantic, threading\nlock = threading.Lock()\nclass Own(int): pass")
    notebook.cell("@pydantic.validate_call\ndef train(n: int = 3, own: 'Own' = 4): return n, own")
    assert notebook.run("train", n=5).result == (5, 4)


@pytest.mark.parametrize("made", ["names = globals()", "class Own:\n    names = globals()\nnames = [Own()][0].names"])
def test_what_holds_the_namespace_of_the_notebook_holds_that_of_the_run(notebook, made):
    notebook.cell("import threading\nlock, large, x = threading.Lock(), bytes(10**7), 3")
    notebook.cell(f"{made}\ndef look(): return names is globals(), names['x'], names['__name__']")
    run = notebook.run("look")
    assert run.result == (True, 3, "__main__")
    assert os.path.getsize(run.dir.payload) < 10**5


def test_methods_of_classes_that_are_not_written_in_python_travel(notebook):
    notebook.cell("import pandas as pd\nread, write = pd.Timestamp.fromisoformat, pd.Timestamp('2024-02-03').strftime")
    notebook.cell(
        "def look(day: pd.Timestamp = pd.Timestamp('2025')): return day.year, read('2024-01-01').year, write('%m')"
    )
    assert notebook.run("look").result == (2025, 2024, "02")
