r"""Text with cursor movements, beside what a terminal would have on its screen."""

import pytest

from guild_ipy.view.cell.terminal_text import TerminalText, find_control


def screen(*texts):
    terminal = TerminalText()
    for text in texts:
        terminal.feed(text)
    return terminal.text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\nb\n", "a\nb\n"),
        ("a\nb", "a\nb\n"),
        ("\r 1%\r 20%\r100%", "100%\n"),
        ("longer line\rshort", "shortr line\n"),
        ("first one\rsecond\rthird", "thirddone\n"),
        ("a\r\nb\r\n", "a\nb\n"),
        ("abc\x08\x08X", "aXc\n"),
        ("one\ntwo\n\x1b[2Aup\x1b[2B\n", "upe\ntwo\n\n"),
        ("keep\ndrop\x1b[2K\rnew\n", "keep\nnew\n"),
        ("a\n\n\nb\n", "a\n\n\nb\n"),
        ("\x1b[31mred\x1b[0m plain\n", "\x1b[0;31mred\x1b[0m plain\n"),
        ("\x1b[1;32mbold\x1b[0m\n", "\x1b[0;1;32mbold\x1b[0m\n"),
        ("\x1b[38;2;1;2;3mx\x1b[0m\n", "\x1b[0;38;2;1;2;3mx\x1b[0m\n"),
        ("\x1b[93;44mx\n", "\x1b[0;93;44mx\x1b[0m\n"),
        ("\x1b]0;title\x07text\n", "text\n"),
        ("\x1b[?25lhidden\x1b[?25h\n", "hidden\n"),
        ("tab\tend\n", "tab     end\n"),
        ("日本\n", "日本\n"),
        ("<b>&\n", "<b>&\n"),
        ("", ""),
        ("\n", "\n"),
    ],
)
def test_the_screen_is_that_of_a_terminal(text, shown):
    assert screen(text) == shown


@pytest.mark.parametrize("cut", range(1, 40, 3))
def test_it_does_not_matter_how_the_text_is_cut(cut):
    text = "outer 1/2\n\rinner 1/9\rinner 9/9\x1b[A\router 2/2\n\x1b[31minner\x1b[0m\n"
    parts = [text[place : place + cut] for place in range(0, len(text), cut)]
    assert screen(*parts) == screen(text)


def test_nested_bars_take_their_lines():
    bar = "outer: {}\n\rinner: {}\x1b[A\r"
    assert screen(*(bar.format(n, n * 7) for n in range(50)), "\n\n") == "outer: 49\ninner: 343\n"


def test_lines_that_have_left_the_screen_are_final():
    terminal = TerminalText()
    terminal.feed("".join(f"{number}\n" for number in range(200)))
    final = terminal.take_final_lines()
    assert [*final, *terminal.text.splitlines()] == [str(number) for number in range(200)]
    assert terminal.take_final_lines() == []


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("plain\n", None),
        ("a\r\nb\n", None),
        ("\x1b[31mred\x1b[0m\n", None),
        ("a\nb\rc", 2),
        ("\r1%", 0),
        ("a\n\x1b[A", 2),
    ],
)
def test_the_first_line_whose_cursor_moves(text, place):
    assert find_control(text) == place


@pytest.mark.parametrize(("text", "settled"), [("a\n", True), ("a", False), ("a\nb\x1b[A\r", False), ("\ra\r", False)])
def test_a_screen_is_settled_below_all_text(text, settled):
    terminal = TerminalText()
    terminal.feed(text)
    assert terminal.is_settled is settled
