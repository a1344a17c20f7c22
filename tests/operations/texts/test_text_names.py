import pytest

from guild_ipy.operations.packing.texts.code_names import TextKind
from guild_ipy.operations.packing.texts.text_names import read_text


def read(text, kind):
    return read_text(text, kind, lambda cell: cell).names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("f(x)", {"f", "x"}),
        ("df1 + df2", {"df1", "df2"}),
        ("x[0]", {"x"}),
        ("loss < best", {"loss", "best"}),
        ("[a for a in b]", {"b"}),
        ("a > @mu and `b c` < @nu", {"mu", "nu"}),
        ("y ~ center(x)", {"center"}),
        ("select a, b from df where x > 1", {"df"}),
        ('SELECT * FROM "df" AS d, other o JOIN third t ON d.a = t.a', {"df", "other", "third"}),
        ("with t as (select 1 from df) select * from t", {"df", "t"}),
        ("eval('x') + 1", {"eval", "x"}),
    ],
)
def test_a_text_that_can_only_be_code_names_variables(text, names):
    assert names <= read(text, TextKind.UNKNOWN)


@pytest.mark.parametrize(
    "text",
    [
        *("data", "model.pt", "data/train.csv", "train-data", "lr, momentum", "loss (train)", "loss: {loss}", "a.b"),
        *("not found", "data and labels", "x in data", "me@host.org", "$HOME", "from data to model", "{x}", "a = b c"),
        *("", "%(x)s", "\\d+", "select", "((((" * 5000, "ä", "f (x", "0x", "1_x + "),
    ],
)
def test_prose_names_of_files_and_keys_name_nothing(text):
    assert read(text, TextKind.UNKNOWN) == set()


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("x", {"x"}),
        ("model.fit", {"model"}),
        ("model.pt", set()),
        ("-n 10 -r3 f(x)", {"f", "x"}),
        ("-f model.fit -q run(x)", {"model", "run", "x"}),
        ("echo {f(x)} $y ${z}", {"f", "x", "y", "z"}),
        ("from df select count(*)", {"df"}),
        ("select * from df where a = :limit", {"df", "limit"}),
        ("helper(", {"helper"}),
        ("df.query('a > @mu')", {"df", "mu"}),
        ("x = 1; y += x", {"y"}),
    ],
)
def test_a_text_that_is_evaluated_means_every_name_in_it(text, names):
    assert read(text, TextKind.CODE) == names


def test_a_shell_command_means_what_is_put_into_it():
    assert read("python train.py --data {data} $lr ${n} > log", TextKind.SHELL) == {"data", "lr", "n"}
    assert read("cat {f('a > @mu')}", TextKind.SHELL) == {"f", "mu"}


def test_the_body_of_a_cell_magic_may_have_magics(notebook):
    body = "%timeit -n 1 f(x)\n!echo {y}\nz"
    found = read_text(body, TextKind.CODE, notebook.context.notebook.to_python)
    assert {"f", "x", "y", "z"} <= found.names
    assert found.magics == {"timeit"}
