import ast

import pytest

from guild_ipy.operations.packing.texts.free_names import find_free_names


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        ("a = b\nprint(a)", {"b", "print"}),
        ("a = a + 1", {"a"}),
        ("a += 1", {"a"}),
        ("del a", {"a"}),
        ("a.b = c[d] = 1", {"a", "c", "d"}),
        ("a: int = 1\na", {"int"}),
        ("a: int\na", {"int", "a"}),
        ("import os, numpy as np\nos, np, numpy", {"numpy"}),
        ("for _ in c:\n    _, d\nelse:\n    e", {"c", "d", "e"}),
        ("if a:\n    b = 1\nb", {"a", "b"}),
        ("while a:\n    a = b\n", {"a", "b"}),
        ("with a() as b, b.c as d:\n    b, d", {"a"}),
        ("try:\n    a = b\n    a\nexcept c as d:\n    d, e\nfinally:\n    f", {"b", "e", "f"}),
        ("[_ for _ in a if b]", {"a", "b"}),
        ("lambda x, *y, z=d: (x, y, z, w)", {"d", "w"}),
        ("def f(x):\n    y = x\n    return y, z", {"z"}),
        ("def f():\n    global y\n    y = 1\n    return y", {"y"}),
        ("def f():\n    def g():\n        x = 1\n    [y for y in 'a']\n    return x, y, g", {"x", "y"}),
        ("def f():\n    return a\na = 1\nf()", {"a"}),
        ("class A(b):\n    c = 1\n    def d(self):\n        return e", {"b", "e"}),
    ],
)
def test_names_that_a_cell_reads_before_it_gives_them_a_value(cell, names):
    assert find_free_names(ast.parse(cell)) == names
