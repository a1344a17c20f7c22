import pytest

from guild_ipy.engine.follow import OutputTail
from guild_ipy.settings import Settings


@pytest.fixture
def output(run_dir):
    """The output file, open for appending."""
    with open(run_dir.output, "ab", buffering=0) as file:
        yield file


def script(*steps):
    """Wait as a run would that does one step at a time and has ended after the last."""
    left = list(steps)

    def wait(_timeout):
        left.pop(0)()
        return not left

    return wait


def follow(run_dir, *steps, rate=200_000, **options):
    settings = Settings(output_interval=0.001, output_rate=rate)
    return list(OutputTail(run_dir, settings, **options).follow(script(*steps)))


def nothing():
    pass


def test_output_comes_in_portions_as_it_grows(run_dir, output):
    parts = follow(run_dir, lambda: output.write(b"a\n"), nothing, lambda: output.write(b"b\nc"), nothing)
    assert parts == ["a\n", "b\nc"]


def test_what_was_there_comes_first_unless_it_is_not_wanted(run_dir, output):
    output.write(b"old\n")
    assert follow(run_dir, nothing) == ["old\n"]
    assert follow(run_dir, lambda: output.write(b"new\n"), from_start=False) == ["new\n"]


def test_a_run_without_output_gives_nothing(run_dir):
    assert follow(run_dir, nothing, nothing) == []


def test_characters_are_not_cut(run_dir, output):
    text = "añ€😀\n".encode()
    steps = [lambda byte=byte: output.write(bytes([byte])) for byte in text]
    assert "".join(follow(run_dir, *steps)) == "añ€😀\n"


def test_what_is_no_text_is_replaced_also_at_the_end(run_dir, output):
    assert follow(run_dir, lambda: output.write(b"a\xffb\xe2\x82")) == ["a�b�"]


def test_carriage_returns_and_colours_are_kept(run_dir, output):
    assert follow(run_dir, lambda: output.write(b"\r1%\r\x1b[31m2%\n")) == ["\r1%\r\x1b[31m2%\n"]


def test_a_flood_is_passed_over_and_said_so(run_dir, output):
    flood = b"".join(b"line %d\n" % number for number in range(100_000))
    parts = follow(run_dir, nothing, lambda: output.write(flood), rate=10_000)
    text = "".join(parts)
    notice, *lines = text.strip().splitlines()
    assert notice.startswith("… 1,0")
    assert notice.endswith(f" bytes of output are not shown here; all of it is in {run_dir.output} …")
    assert lines[-1] == "line 99999"
    assert all(line.startswith("line ") for line in lines)
    assert len(text) < 20_000


def test_a_long_flood_is_shown_at_the_rate_and_its_end_whole(run_dir, output):
    steps = [lambda: output.write(b"x" * 999 + b"\n")] * 500
    text = "".join(follow(run_dir, *steps, rate=20_000))
    assert "bytes of output are not shown here" in text
    assert text.endswith("x" * 999 + "\n")
    assert len(text) < 60_000


def test_a_line_without_end_is_passed_over_too(run_dir, output):
    text = "".join(follow(run_dir, lambda: output.write(b"x" * 1_000_000), rate=10_000))
    assert len(text) < 80_000
    assert "… 9" in text
