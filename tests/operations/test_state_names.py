import ast

import pytest

from guild_ipy.operations.functions.state_names import find_state_names


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("n = 1\nn = 2", 2),
        ("n = 1\n\nn += 1", 3),
        ("n = 1\nwhile (n := n - 1): pass", 2),
        ("n = 1\nasync def f():\n    global n\n    async for n in g(): pass", 4),
        ("n = 1\nclass A:\n    global n\n    n = 2", 4),
        ("n = 1\nimport n.inner", 2),
        ("n = 1\nmatch x:\n    case {'a': 1, **n}: pass", 3),
        ("n = 1\nmatch x:\n    case [1, *n]: pass", 3),
        ("n = 1\nfor i in a:\n    for n in b: pass", 3),
        ("n = []\n[n.append(i) for i in range(3)]", 2),
        ("n = []\ndel n[0]", 2),
        ("m = n = 1\nn, k = 2, 3", 2),
        ("n = 1\nwith open('x') as n: pass", 2),
        ("n = 1\n[n := i for i in range(3)]", 2),
        ("n = 1\nprint(f'{(n := 2)}')", 2),
        ("n = 1\ndef f():\n    def g():\n        global n\n        n = 2", 5),
        ("n = 1\nif x:\n    n = 2", 3),
        ("n = 1\ndel n", 2),
        ("n = [1]\nn += [2]", 2),
        ("n = 1\ndef f(x=(n := n + 1)): pass", 2),
        ("n = 1\ndef f(*, x=(n := n + 1)): pass", 2),
        ("n = 1\nf = lambda x=(n := n + 1): x", 2),
        ("n = 1\n@(n := print)\ndef f(): pass", 2),
        ("n = 1\ndef f() -> (n := int): pass", 2),
        ("n = 1\nclass A((n := B)): pass", 2),
        ("n = 1\ntry: f()\nfinally: n = 2", 3),
        ("n = 1\n{i: (n := i) for i in a if i}", 2),
        ("n = 1\nx = [j for i in a if (n := i) for j in b]", 2),
        ("n = 1\ntry: f()\nexcept E as n: pass", 3),
        ("n = 1\nfrom a import b as n", 2),
        ("n = 1\nmatch x:\n    case A(b=n): pass", 3),
        ("n = 1\ndef f():\n    global n\n    n += 1", 4),
        ("n = 1\ndef f():\n    global n\n    print([n := i for i in a])", 4),
        ("n = 1\ndef f():\n    global n\n    def n(): pass", 4),
        ("n = 1\nclass A:\n    n = 2\n    def f(self):\n        global n\n        n = 3", 6),
        ("n = []\nclass A:\n    n = 2\n    def f(self): n.append(1)", 4),
        ("n = []\nclass A: n.append(1)", 2),
        ("n = [[1]]\nn[0][0] = 2", 2),
        ("n = [[1]]\nn[0].append(2)", 2),
        ("n = 1\nasync with f() as n: await g()", 2),
    ],
)
def test_a_change_is_found_with_its_line(source, line):
    assert find_state_names(ast.parse(source))["n"] == line


@pytest.mark.parametrize(
    "source",
    [
        "n = 1\ndef f(n=2): n += 1",
        "n = 1\ndef f():\n    [n := i for i in range(3)]",
        "n = 1\n{n: n for n in range(3)}",
        "n = []\n[n.append(1) for n in lists]",
        "n = 1\ndef f():\n    import n",
        "n: int\nn = 1",
        "n = 1\nm.n = 2",
        "n = [1]\nprint(n[0], n.index(1))",
        "n = 1\nclass A:\n    n = 2\n    n += 1",
        "n = 1\nclass A:\n    def n(self): pass",
        "n = []\ndef f(n):\n    def g(): n.append(1)",
        "n = []\nclass A:\n    n = []\n    n.append(1)",
        "n = 1\ndef f():\n    n = 2\n    def g():\n        nonlocal n\n        n = 3",
        "n = 1\ndef f(x=[n for n in a]): return lambda n: n",
        "n = 1\nclass A:\n    def f(self, x=(n := 2)): pass",
        "n = 1\nreturn",
    ],
)
def test_a_name_of_another_scope_is_another_name(source):
    assert "n" not in find_state_names(ast.parse(source))
