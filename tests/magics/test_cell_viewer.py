"""A run below its cell, by the messages of a real kernel."""

import pytest

from tests.cell_outputs import open_kernel, run_code, take_updates

TRAIN = """
import time, os
def train(lr=0.1, epochs=3, path=""):
    for epoch in range(epochs):
        print(f"loss: {lr / (epoch + 1):.4f}", flush=True)
    while path and not os.path.exists(path): time.sleep(0.01)
    return lr
"""


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    """A kernel with the extension and an operation; all tests of this file use it."""
    with open_kernel(tmp_path_factory.mktemp("kernel"), TRAIN) as client:
        yield client


def show(client, code, **options):
    reply, outputs = run_code(client, code, **options)
    assert reply["status"] == "ok", reply
    return outputs


def test_the_head_is_updated_in_place_and_says_how_the_run_ended(client):
    outputs = show(client, "%guild_run train lr=0.5")
    head, stream = outputs.shown
    assert stream.text == "loss: 0.5000\nloss: 0.2500\nloss: 0.1667\n"
    assert head.text.startswith("train() · ")
    assert " · completed in " in head.text
    assert head.text.endswith(" · lr=0.5 epochs=3 path= · loss 0.1667") or "loss 0.1667" in head.text
    assert any(" · running" in each["text/plain"] for each in head.history)
    assert "<svg" in head.data["text/html"]
    assert "<script" not in head.data["text/html"]


def test_a_run_that_was_just_shown_is_not_shown_again(client):
    assert show(client, "%guild_run train").kinds == ["text/html", "stream"]
    assert show(client, "run = %guild_run train\nrun").kinds == ["text/html", "stream"]
    assert "operation" in show(client, "run").shown[-1].text


def test_displays_are_at_their_places(client):
    outputs = show(
        client,
        """%%guild_run
import matplotlib.pyplot as plt
from IPython.display import HTML, Markdown
print("before")
plt.plot([1, 2]); plt.show()
print("between")
display(HTML("<b>x</b>"), Markdown("*y*"))
{"the": "value"}
""",
    )
    assert outputs.kinds == [
        *("text/html", "stream", "image/png", "stream", "text/html", "text/markdown", "text/plain", "text/html")
    ]
    head, _, figure, between, html, _, value, end = outputs.shown
    assert "1 figure" in head.text
    assert figure.data["image/png"].startswith("iVBOR")
    assert (between.text, html.data["text/html"], value.text) == ("between\n", "<b>x</b>", "{'the': 'value'}")
    assert end.text.startswith("completed in ")


def test_displays_are_updated_and_cleared_without_touching_the_rest_of_the_cell(client):
    outputs = show(
        client,
        """print("mine")
_ = get_ipython().run_cell_magic("guild_run", "", '''
from IPython.display import clear_output, HTML
handle = display(HTML("first"), display_id=True)
handle.update(HTML("second"))
for step in range(5):
    clear_output(wait=True)
    print("step", step)
    display(HTML(f"picture {step}"))
''')""",
    )
    assert outputs.shown[0].text == "mine\n"
    html = [output.data["text/html"] for output in outputs.shown[2:-1] if "text/html" in output.data]
    assert html == ["picture 4"]
    assert "step 4" in outputs.text
    assert "step 3" not in outputs.text
    assert "second" in [bundle.get("text/html") for bundle in outputs.shown[2].history]


@pytest.mark.parametrize("clearing", ["clear_output()", "clear_output(wait=True)"])
@pytest.mark.parametrize("after", ["print('after')", "display(Markdown('after'))"])
def test_clearing_takes_away_text_and_displays_of_before_and_leaves_the_head(client, clearing, after):
    code = f"""%%guild_run cleared
from IPython.display import clear_output, Markdown
print("before")
display(Markdown("picture"))
print("between")
{clearing}
{after}
"""
    for outputs in (show(client, code), show(client, "_ = %guild_watch")):
        head, shown, _ = outputs.shown
        assert "cleared() · " in head.text
        assert " · completed in " in head.text
        assert "after" in str(shown.data)
    assert len(show(client, "%guild_cat").shown) == 1


def test_clearing_that_waits_for_nothing_clears_nothing(client):
    code = "%%guild_run\nprint('a')\ndisplay({'text/html': 'b'}, raw=True)\nclear_output(wait=True)"
    assert show(client, "from IPython.display import clear_output\n1;").shown == []
    assert show(client, code).kinds == ["text/html", "stream", "text/html", "text/html"]
    assert show(client, "%guild_cat").kinds == ["stream", "text/html"]


def test_heads_of_other_runs_stay_when_a_run_clears_its_text_and_go_on(client, tmp_path):
    code = f"""_ = %guild_run train path={tmp_path}/go --background
def clears():
    print("before")
    clear_output()
    print("after")
_ = %guild_run clears
"""
    outputs = show(client, code)
    going, head, after, _ = outputs.shown
    assert ("train() · " in going.text, "clears() · " in head.text, after.text) == (True, True, "after")
    (tmp_path / "go").touch()
    take_updates(client, outputs, lambda outputs: "completed in" in going.text)


def test_an_update_of_a_cleared_display_changes_nothing_else(client):
    code = """%%guild_run
handle = display({"text/html": "first"}, raw=True, display_id=True)
clear_output()
display({"text/html": "second"}, raw=True)
handle.update({"text/html": "third"}, raw=True)
"""
    assert [each.data["text/html"] for each in show(client, code).shown[1:-1]] == ["second"]


def test_a_progress_bar_takes_one_line(client):
    outputs = show(
        client,
        "%%guild_run\nimport sys\nfor n in range(500): sys.stderr.write(f'\\r{n}/500')\nprint('\\ndone')",
    )
    _, bar, *rest = outputs.shown
    assert (bar.text + "".join(each.text for each in rest)).split() == ["499/500", "done"]


def test_of_100000_lines_a_page_gets_the_first_and_the_last(client):
    outputs = show(client, "%%guild_run\nfor number in range(100_000): print('line', number)")
    assert "line 0\n" in outputs.text
    assert "line 99999" in outputs.text
    assert "shows all" in outputs.text or "bytes of output are not shown here" in outputs.text
    assert outputs.text.count("\n") < 1200
    assert outputs.messages < 60


def test_each_run_of_a_loop_has_a_head(client):
    outputs = show(client, "for lr in (1, 2, 3):\n    %guild_run train lr=$lr epochs=0")
    assert [each.text.split(" · ")[0] for each in outputs.shown] == ["train()"] * 3
    assert [f"lr={lr} " in each.text for lr, each in enumerate(outputs.shown, start=1)] == [True] * 3


def test_a_background_run_says_in_its_cell_how_it_ended(client, tmp_path):
    outputs = show(client, f"%guild_run train path={tmp_path}/go --background")
    (head,) = outputs.shown
    assert "goes on in the background" in head.text
    show(client, "1 + 1")
    (tmp_path / "go").touch()
    take_updates(client, outputs, lambda outputs: "completed in" in outputs.text)
    assert "loss 0.0333" in head.text


def test_the_python_function_shows_the_same(client):
    assert show(client, "import guild_ipy\n_ = guild_ipy.run(train, lr=2.0)").kinds == ["text/html", "stream"]


def test_a_captured_run_is_not_shown(client):
    outputs = show(client, "%%capture kept\n_ = %guild_run train")
    assert outputs.shown == []
    assert show(client, "print(len(kept.outputs), 'loss' in kept.stdout)  # the head, and its update").text == "2 True"


def test_a_preview_alone_is_text(client):
    outputs = show(client, "%guild_run train --preview")
    assert outputs.text.startswith("You are about to run train()\n")
    assert outputs.kinds == ["stream"]


def test_watch_shows_what_was_displayed(client):
    show(client, "%%guild_run shown\nprint('text')\ndisplay({'text/html': '<i>x</i>'}, raw=True)")
    outputs = show(client, "_ = %guild_watch")
    assert outputs.kinds == ["text/html", "stream", "text/html", "text/html"]
    assert outputs.shown[0].text.startswith("shown() · ")
    assert outputs.shown[2].data == {"text/html": "<i>x</i>"}


def test_html_of_others_is_not_shown(client, tmp_path):
    show(client, "%%guild_run foreign\ndisplay({'text/html': '<script>x</script>', 'text/plain': 'words'}, raw=True)")
    show(client, f"os.environ['XDG_DATA_HOME'] = {str(tmp_path)!r}")
    outputs = show(client, "_ = %guild_watch")
    assert {"text/plain": "words"} in [output.data for output in outputs.shown]
    assert "not made by you" in outputs.text
    assert not any("<script" in str(output.data) for output in outputs.shown)


def test_operation_and_flags_with_markup_are_escaped(client):
    hostile = "<img src=x onerror=alert(1)>"
    code = f"import guild_ipy\ndef odd(text): print(text, text + ': 1')\n_ = guild_ipy.run(odd, {hostile!r})"
    outputs = show(client, code)
    assert hostile in outputs.shown[1].text
    assert not any("<img" in str(output.data.get("text/html")) for output in outputs.shown)


def test_cat_shows_all_that_the_run_showed_and_its_value_is_text(client):
    show(client, "%%guild_run whole\nfor n in range(3000): print(n)\ndisplay({'text/html': '<i>x</i>'}, raw=True)")
    outputs = show(client, "%guild_cat")
    assert outputs.kinds == ["stream", "text/html"]
    assert outputs.text.splitlines()[:3000] == [str(number) for number in range(3000)]
    assert show(client, "text = %guild_cat\nprint(text[:2], len(text.splitlines()))").text == "0\n 3001"


def test_a_run_whose_metrics_are_not_read_says_so_in_its_head(client):
    outputs = show(client, "%%guild_run\nprint('the loss is now 0.53')")
    assert "no scalars were found in its output" in outputs.shown[0].text


def test_an_inline_run_keeps_what_it_displays_and_it_is_shown_once(client):
    code = """%%guild_run inline --isolation inline
import matplotlib.pyplot as plt
from IPython.display import Markdown
print("before")
display(Markdown("cleared"))
clear_output(wait=True)
print("text")
handle = display(Markdown("first"), display_id=True)
handle.update(Markdown("second"))
plt.plot([1]); plt.show()
plt.plot([2])
40 + 2
"""
    show(client, "from IPython.display import clear_output\n1;")
    outputs = show(client, code)
    kinds = ["text/plain", "text/markdown", "image/png", "text/plain", "image/png"]
    assert outputs.kinds == ["text/html", *kinds, "text/html"]
    _, text, markdown, _, value, _, _ = outputs.shown
    assert (text.text, markdown.data["text/markdown"], value.text) == ("text", "second", "42")
    watched = show(client, "_ = %guild_watch")
    assert watched.kinds == outputs.kinds
    assert show(client, "%guild_cat").kinds == ["stream", *kinds[1:]]
    assert "image/png: 2" in show(client, "%guild_info").text
    assert show(client, "display('mine')").text == "'mine'"


def test_figures_of_the_cell_itself_are_not_those_of_an_inline_run(client):
    show(client, "import matplotlib.pyplot as plt\n_ = get_ipython().run_line_magic('matplotlib', 'inline')")
    code = """
plt.figure(); _ = plt.plot([1])
def draws():
    plt.figure(); plt.plot([2])
_ = get_ipython().run_line_magic("guild_run", "draws --isolation inline")
"""
    assert show(client, code).kinds == ["text/html", "image/png", "text/html", "image/png"]
    assert "image/png: 1" in show(client, "%guild_info").text
