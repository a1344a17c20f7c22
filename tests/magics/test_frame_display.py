"""How IPython displays frames of runs, and all other frames."""

import os
import re
from html.parser import HTMLParser

import itables
import pandas as pd
import pytest

OURS = 'class="guild-runs"'
TAGS = set("div style table thead tbody tr th td b p".split())
HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "</td></tr></table><h1>x",
    "</style><script>alert(1)</script>",
    "<!-- ",
    "--><script>alert(1)</script>",
    "<![CDATA[<b>]]>",
    '" onmouseover="alert(1)',
    "' onmouseover='alert(1)",
    '"><script>alert(1)</script>',
    "'><img src=x onerror=alert(1)>",
    "javascript:alert(1)",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;",
    "&quot; onclick=alert(1)",
    "\\x3cscript\\x3ealert(1)",
    "<a href='javascript:alert(1)'>x</a>",
    "<iframe srcdoc='<script>1</script>'>",
    "<style>*{display:none}</style>",
    "<math><mtext></mtext><script>1</script></math>",
    "<td class='error'>",
    "<b>bold",
    "<p>",
    "<plaintext>",
    "<xmp>",
    "<textarea>",
    "<title>",
    "<noscript><p title='</noscript><img src=x>'>",
    "<template><script>1</script></template>",
    "<object data=x>",
    "<embed src=x>",
    "<link rel=stylesheet href=//evil>",
    "<meta http-equiv=refresh content=0>",
    "<base href=//evil>",
    "<form action=//evil><input>",
    "<details open ontoggle=alert(1)>",
    "<\x00script>alert(1)</script>",
    "\u202e<script>\u202c",
    "\ufeff<script>",
    "a\nb\r\n<script>\x1b[31m",
    "${alert(1)}{{7*7}}",
    "$x$ \\(y\\)",
    "\uff1cscript\uff1e",
    "x" * 300 + "<script>",
]


class Tags(HTMLParser):
    """Collects the tags, attributes and comments of HTML, and the text of its cells."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.attributes, self.others, self.text = set(), set(), [], []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data):
        self.text.append(data)

    def handle_comment(self, data):
        self.others.append(data)

    handle_decl = handle_pi = unknown_decl = handle_comment


@pytest.fixture
def trained(train):
    train.run("first = %guild_run train lr=0.5 epochs=1 --label first")
    train.run("second = %guild_run train lr=0.25 epochs=2")
    return train


@pytest.fixture
def display(session):
    """What a front end gets for a value."""
    return lambda value: session.shell.display_formatter.format(value)[0]


def test_a_listing_is_shown_for_people(trained, display):
    frame = trained.run("df = %guild_runs\ndf")

    shown = display(frame)

    assert OURS in shown["text/html"]
    assert "<b>✓</b> completed" in shown["text/html"]
    assert re.search(r">\d{4}-\d\d-\d\d \d\d:\d\d:\d\d<", shown["text/html"])
    assert "2 runs" in shown["text/plain"]
    assert "✓ completed" in shown["text/plain"]
    assert str(frame.time.dtype) == "timedelta64[us]"


@pytest.mark.parametrize(
    "change",
    [
        lambda df: df[df.status == "completed"],
        lambda df: df.sort_values("started"),
        lambda df: df.head(1),
        lambda df: df.assign(note="x"),
        lambda df: df.set_index("run"),
        lambda df: df[["run", "started"]],
        lambda df: pd.concat([df, df]),
        lambda df: df.guild.compare(),
        lambda df: df.guild.compare("loss"),
        lambda df: df.guild.flags(),
        lambda df: df.guild.scalars(),
    ],
)
def test_what_is_made_of_a_listing_is_shown_in_the_same_way(trained, display, change):
    assert OURS in display(change(trained.run("df = %guild_runs\ndf")))["text/html"]


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"run": ["a"], "lr": [0.123456789]}),
        pd.DataFrame({"run": pd.array(["a"], dtype="string"), "status": ["completed"]}),
        pd.DataFrame(),
        pd.DataFrame({"x": range(100_000)}),
        pd.DataFrame({"when": [pd.Timestamp("2026-11-30 12:00:00.123456")], "gone": [pd.NaT]}),
        pd.DataFrame({("a", "b"): [1]}),
    ],
)
@pytest.mark.parametrize(
    "options", [("display.precision", 6), ("display.max_rows", 4), ("display.precision", 2), ("display.width", 40)]
)
def test_a_frame_of_others_looks_as_ever(session, display, frame, options):
    with pd.option_context(*options):
        with_extension = display(frame)
        session.shell.run_line_magic("unload_ext", "guild_ipy")
        without = display(frame)
        session.shell.run_line_magic("load_ext", "guild_ipy")

    assert with_extension == without
    assert OURS not in with_extension["text/html"]


def test_a_frame_that_says_no_more_which_run_a_row_is_about_looks_as_ever(trained, display):
    means = trained.run("df = %guild_compare\ndf.groupby('operation', observed=True)[['loss']].mean()")

    assert display(means)["text/html"] == means._repr_html_()


def test_pandas_may_be_told_to_give_no_html(trained, display):
    frame = trained.run("df = %guild_runs\ndf")

    with pd.option_context("display.notebook_repr_html", False):
        assert set(display(frame)) == {"text/plain"}


def test_one_setting_leaves_frames_to_pandas(trained, display, monkeypatch):
    frame = trained.run("df = %guild_runs\ndf")

    trained.run("%env GUILD_IPY_TABLES=pandas")
    try:
        assert display(frame) == {"text/html": frame._repr_html_(), "text/plain": repr(frame)}
    finally:
        del os.environ["GUILD_IPY_TABLES"]


def test_without_the_extension_frames_are_those_of_pandas(trained, display):
    frame = trained.run("df = %guild_runs\ndf")
    trained.shell.run_line_magic("unload_ext", "guild_ipy")

    shown = display(frame)

    trained.shell.run_line_magic("load_ext", "guild_ipy")
    assert shown == {"text/html": frame._repr_html_(), "text/plain": repr(frame)}


@pytest.mark.filterwarnings("ignore:Series.values")  # itables, with pandas 3.1
def test_interactive_tables_of_itables_come_first(trained, display):
    frame = trained.run("df = %guild_runs\ndf")
    itables.init_notebook_mode(all_interactive=True)

    interactive = display(frame)["text/html"]

    itables.init_notebook_mode(all_interactive=False)
    assert OURS not in interactive
    assert "itables" in interactive
    assert OURS in display(frame)["text/html"]


def test_a_styler_of_a_frame_is_shown_as_it_was_styled(trained, display):
    frame = trained.run("df = %guild_compare\ndf")

    shown = display(frame.style.format(precision=2).hide(axis="index"))["text/html"]

    assert OURS not in shown
    assert "0.50" in shown


def check_markup(html, text):
    """Look for anything in HTML that is not a part of our tables."""
    found = Tags(html)
    assert found.tags <= TAGS, text
    assert found.attributes <= {"class", "title"}, text
    assert not found.others, text


def test_no_label_or_flag_of_a_run_becomes_markup(train, display):
    train.shell.user_ns["text"] = " ".join(HOSTILE)
    train.run("run = %guild_run train epochs=1 opt={text} --label {text}")

    with pd.option_context("display.max_colwidth", None):
        html = display(train.run("df = %guild_compare\ndf"))["text/html"]

    check_markup(html, "all of them")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html


def test_no_text_of_a_frame_becomes_markup(trained, display):
    frame = trained.run("df = %guild_compare\ndf")
    for text in HOSTILE:
        told = frame.assign(**{text: text, "opt": text, "label": text, "notebook": f"/{text}", "project": f"/{text}"})
        for each in (told, told.set_index(text), told.rename_axis(text)):
            check_markup(display(each)["text/html"], text)
