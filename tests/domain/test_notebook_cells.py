import pytest

from guild_ipy.domain.source_text.notebook_cells import CodeCell, find_cell_constants, replace_cell_constants

MAGICS = """\
%matplotlib inline
!pip install a \\
    b "
lr = ( 0.1 )  # é
files = !ls
if lr:
    %time f()
ä = "é"; n = 3
frame?
await work()"""


def cells(*sources, **tagged):
    return [CodeCell(source=source) for source in sources] + [
        CodeCell(source=source, tags=("hidden", tag)) for tag, source in tagged.items()
    ]


@pytest.mark.parametrize(
    ("code", "constants"),
    [
        (cells("lr = 0.1", "n: int = 2\nf = g()"), {"lr": 0.1, "n": 2}),
        (cells("lr = 0.1", "lr = 0.5"), {"lr": 0.1}),
        (cells("lr = 0.1", parameters="n = 2"), {"n": 2}),
        (cells("lr = 0.1", other="n = 2"), {"lr": 0.1, "n": 2}),
        (cells("a = 1", parameters=""), {}),
        (cells(MAGICS), {"lr": 0.1, "ä": "é", "n": 3}),
        (cells("%%bash\nn=4", " \n%%html\nm = 1", "k = 1"), {"k": 1}),
        (cells(" \n%%time\nm = 1", "%%timeit -n 1\n%%capture out\n%cd ..\nj = 2"), {"m": 1, "j": 2}),
        (cells("%%time\n%%bash\nn=4", "%%time", "%%time_it\nn = 1"), {}),
        (cells("this is no Python", "'''\n%in a text\n'''\nk = 1"), {"k": 1}),
        (cells("x = '\ud800'", "a = '\\d'"), {"a": "\\d"}),
        (cells("(" * 5000, "k = 1"), {"k": 1}),
        (cells("!" * 10 + "\n" + "%x\n" * 1000 + "n = 1", ""), {}),
        ([], {}),
    ],
)
def test_flags_are_constants_of_the_parameters_cell_or_of_all(code, constants):
    assert find_cell_constants(code) == constants


def test_of_two_parameters_cells_the_first_counts():
    tagged = [CodeCell(source=f"{name} = 1", tags=("parameters",)) for name in "ab"]
    assert find_cell_constants(tagged) == {"a": 1}


def test_values_are_replaced_where_they_stand_and_nothing_else():
    code = cells(MAGICS, "lr = 3", "no Python")
    new = replace_cell_constants(code, {"lr": 0.5, "n": None, "ä": "x"})
    assert new == [MAGICS.replace("( 0.1 )", "( 0.5 )").replace('"é"; n = 3', "'x'; n = None"), "lr = 3", "no Python"]


def test_equal_values_leave_every_byte():
    code = cells("lr = 1e-1\nlayers = [1,\n  2]", MAGICS)
    assert replace_cell_constants(code, find_cell_constants(code)) == [cell.source for cell in code]


def test_what_no_cell_has_is_refused():
    with pytest.raises(ValueError, match="has no constant 'n'"):
        replace_cell_constants(cells("lr = 1"), {"n": 1})
