import pytest

from guild_ipy.view.cell.batch_in_cell.trial_output import TrialOutput

ID = "0123456789abcdef0123456789abcdef"
BEGIN = f"INFO: [guild] Running trial {ID}: train() (x=1)\n"


@pytest.fixture
def output():
    return TrialOutput()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("note: no locks\n", "note: no locks\n"),
        (f"INFO: [guild] Initialed trial {ID} (x=1)\n", ""),
        (f"{BEGIN}a line\n", ""),
        (f"{BEGIN}ERROR: [guild] Trial {ID} ended: error - no\nWARNING: [guild] 1 of 3 trials failed\n", ""),
        (
            f"{BEGIN}WARNING: [guild] Trial {ID} is not run: it was deleted\n",
            f"WARNING: [guild] Trial {ID} is not run: it was deleted\n",
        ),
        ("x" * 2000 + "\n", "x" * 2000 + "\n"),
    ],
)
@pytest.mark.parametrize("size", [1, 7, 10000])
def test_only_what_the_table_does_not_tell_is_shown(output, text, shown, size):
    pieces = [text[begin : begin + size] for begin in range(0, len(text), size)]
    assert "".join(map(output.take, pieces)) + output.take_rest() == shown


def test_the_last_lines_of_the_last_trial_are_kept(output):
    output.take(f"{BEGIN}first\n{BEGIN}")
    assert output.last_lines == []
    output.take("".join(f"line {number}\n" for number in range(9)))
    assert output.last_lines == ["line 5", "line 6", "line 7", "line 8"]


def test_a_progress_bar_is_seen_as_it_stands(output):
    output.take(BEGIN)
    for percent in range(100):
        output.take(f"\r\x1b[31m{percent}%\x1b[0m")
    assert output.last_lines == ["99%"]


def test_a_last_line_without_an_end_is_shown(output):
    assert (output.take("it cannot"), output.take(" be"), output.take_rest()) == ("", "", "it cannot be\n")
