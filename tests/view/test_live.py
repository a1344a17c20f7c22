import pytest

from guild_ipy.domain.values.flags import FlagDef
from guild_ipy.verbs.looking.operations import OperationInfo, format_operations
from guild_ipy.view.live import collapse_returns


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain\n", "plain\n"),
        ("\r 1%\r 2%\r 3%", "\r 3%"),
        ("1%\r2%\r", "\r2%\r"),
        ("a\r\nb\r\n", "a\nb\n"),
        ("x\ry\nz\n", "\ry\nz\n"),
        ("\x1b[31mred\x1b[0m\n", "\x1b[31mred\x1b[0m\n"),
        ("", ""),
    ],
)
def test_of_a_line_only_the_last_segment_is_kept(text, shown):
    assert collapse_returns(text) == shown


def test_operations_are_one_line_each():
    flags = (FlagDef(name="lr", default=0.1), FlagDef(name="data", required=True))
    infos = [
        OperationInfo(name="train", kind="function", flags=flags, description="Train it.\n\nIn detail."),
        OperationInfo(name="prepare.py", kind="script"),
    ]
    assert format_operations(infos) == "train       lr=0.1 data=  Train it.\nprepare.py"
