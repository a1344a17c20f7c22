import ast

import pytest

from guild_ipy.operations.scripts.static_values import NotStaticError, evaluate, find_names


def value_of(source, **names):
    return evaluate(ast.parse(source, mode="eval").body, {"name": "lr", **names})


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("-1", -1),
        ("2 * n + 1", 7),
        ("1e-3 / 2", 0.0005),
        ("2 ** 10", 1024),
        ("'a' + 'b'", "ab"),
        ("[1, n]", [1, 3]),
        ("('a', 'b')", ["a", "b"]),
        ("int(1e6)", 1_000_000),
        ("float('inf')", float("inf")),
        ("not n", False),
        ("f'--{name}-{n:02d}'", "--lr-03"),
        ("'--{}'.format(name)", "--lr"),
        ("'--%s-%d' % (name, n)", "--lr-3"),
        ("name.upper().replace('L', '--')", "--R"),
        ("{'a': 1, **{'b': n}}", {"a": 1, "b": 3}),
        ("dict(a=1)['a']", 1),
        ("sorted({'b': load(), 'a': 1})", ["a", "b"]),
        ("{'a': n}.items()", [["a", 3]]),
        ("list(range(1, 4))", [1, 2, 3]),
        ("[*(1, 2), n]", [1, 2, 3]),
        ("[f'x{i}' for i in range(3) if i != 1]", ["x0", "x2"]),
        ("[a + b for a, b in zip(['a'], ['b'])]", ["ab"]),
        ("1 if n == 3 else 2", 1),
    ],
)
def test_arithmetic_of_literals_and_names_is_static(source, value):
    assert value_of(source, n=3) == value


@pytest.mark.parametrize(
    "source",
    [
        "load()",
        "config.lr",
        "unknown",
        "1 / 0",
        "'a' + 1",
        "int('x')",
        "9 ** 9 ** 9",
        "'x' * 10 ** 9",
        "f'{load()}'",
        "f'{n:999999999}'",
        "f'{n!r}'",
        "'{:999999999}'.format(n)",
        "'{0.__class__}'.format(n)",
        "'%*d' % (999999999, n)",
        "range(10 ** 9)",
        "[[i for i in range(200)] for j in range(200)]",
        "('x' * 2).replace('x', y)",
        "{[1]: 2}",
        "[1][5]",
        "str([load()])",
        "open('x')",
    ],
)
def test_anything_else_is_not(source):
    with pytest.raises(NotStaticError):
        value_of(source, n=3)


def test_names_have_a_value_when_they_are_bound_once():
    source = "a = 1\nb = a + 1\nc: int = 3\nd = 1\nd = 2\ne = 1\nfor e in x: pass\ng = load()\nif x:\n    h = 1"
    assert find_names(ast.parse(source)) == {"a": 1, "b": 2, "c": 3}


def test_growing_text_is_given_up():
    lines = ["a0 = 'x' + 'x'", *(f"a{n + 1} = a{n} + a{n}" for n in range(60))]
    assert len(find_names(ast.parse("\n".join(lines)))) < 20
