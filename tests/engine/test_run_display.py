"""What a run displays: its text is in the output, and the whole of it is kept beside it, at the same place."""

import os
from textwrap import dedent

import pytest

from guild_ipy.launching.launch import LaunchOptions
from guild_ipy.launching.restart import Change, restart
from guild_ipy.operations.functions.cell import CellOperation
from guild_ipy.session.viewer import SilentViewer
from guild_ipy.store.displays.display import DisplayKind
from guild_ipy.store.displays.display_log import read_displays
from guild_ipy.verbs.looking.info import get_info
from tests.notebook_files import write_notebook

PLOT = """
import matplotlib.pyplot as plt
plt.plot([1, 2, 3])
"""


def run_cell(notebook, text):
    operation = CellOperation(text=dedent(text).strip() + "\n", name="cell", number=1)
    return notebook.run(operation)


def bundles(run):
    return [display.data for display in read_displays(run.dir)]


def texts_at_displays(run):
    """The bytes of the output that each display says are its own."""
    with open(run.dir.output, "rb") as file:
        output = file.read()
    return [output[each.at : each.at + each.length].decode() for each in read_displays(run.dir)]


def test_displays_are_kept_with_the_place_of_their_text(notebook):
    run = run_cell(
        notebook,
        """
        from IPython.display import HTML, Markdown
        print("before")
        display(HTML("<b>é</b>"), Markdown("*one*"))
        print("after")
        """,
    )
    html, markdown = bundles(run)
    assert html == {"text/plain": "<IPython.core.display.HTML object>", "text/html": "<b>é</b>"}
    assert markdown["text/markdown"] == "*one*"
    assert run.output.startswith("before\n<IPython.core.display.HTML object>\n")
    assert run.output.endswith("after\n")
    assert texts_at_displays(run) == [f"{bundle['text/plain']}\n" for bundle in (html, markdown)]


def test_a_display_function_that_was_imported_in_the_notebook_shows_in_the_run(notebook):
    notebook.cell("from IPython.display import display, SVG\ndef draw():\n    display(SVG('<svg/>'))")
    assert bundles(notebook.run("draw"))[0]["image/svg+xml"] == "<svg/>"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("x = 1\nx + 1", ["2"]),
        ("x = 1\nx + 1;", []),
        ("x = 1\nx + 1  # why;", ["2"]),
        ("print('only')", []),
        ("None", []),
        ("class Own:\n    def _ipython_display_(self): print('self')\nOwn()", []),
        ("async def f(): return 3\nawait f()", ["3"]),
    ],
)
def test_the_value_of_the_last_line_of_a_cell_is_shown(notebook, text, shown):
    run = run_cell(notebook, text)
    assert [display.data["text/plain"] for display in read_displays(run.dir)] == shown
    assert all(display.kind is DisplayKind.RESULT for display in read_displays(run.dir))


def test_figures_are_shown_where_the_code_shows_them_and_saved(notebook):
    run = run_cell(notebook, PLOT + "plt.show()\nprint('between')\nplt.plot([3, 2])\nplt.figure()\nNone")
    first, second, empty = bundles(run)
    assert first["text/plain"] == second["text/plain"] == "<Figure size 640x480 with 1 Axes>"
    assert first["image/png"].startswith("iVBOR")
    assert second["image/png"].startswith("iVBOR")
    assert empty == {"text/plain": "<Figure size 640x480 with 0 Axes>"}
    assert run.output.splitlines()[1] == "between"
    assert sorted(os.listdir(f"{run.path}/figures")) == ["figure-1.png", "figure-2.png"]


def test_a_script_shows_its_figures(notebook):
    with open("plot.py", "w") as file:
        file.write(PLOT + "plt.show()\nplt.title('open at the end')\n")
    shown = bundles(notebook.run("plot.py"))
    assert [sorted(bundle) for bundle in shown] == [["image/png", "text/plain"]] * 2


def test_a_figure_of_the_code_itself_is_not_replaced(notebook):
    run = run_cell(notebook, PLOT + "import os; os.mkdir('figures'); open('figures/figure-1.png', 'w').write('mine')\n")
    assert os.path.getsize(f"{run.path}/figures/figure-1.png") == len("mine")
    assert os.path.getsize(f"{run.path}/figures/figure-2.png") > 1000


def test_the_displays_of_a_notebook_file_are_those_of_its_cells(notebook):
    write_notebook("shows.ipynb", "from IPython.display import HTML\ndisplay(HTML('<i>a</i>'))\nprint('b')\n1 + 1")
    run = notebook.run("shows.ipynb")
    html, value = read_displays(run.dir)
    assert html.data["text/html"] == "<i>a</i>"
    assert (value.kind, value.data) == (DisplayKind.RESULT, {"text/plain": "2"})
    assert texts_at_displays(run) == ["<IPython.core.display.HTML object>\n", "2\n"]


def test_an_update_is_kept_and_one_that_reads_the_same_has_no_text(notebook):
    run = run_cell(
        notebook,
        """
        from IPython.display import HTML
        handle = display(HTML("0"), display_id=True)
        for step in range(3): handle.update(HTML(str(step)))
        """,
    )
    first, *updates = read_displays(run.dir)
    assert {each.display_id for each in updates} == {first.display_id}
    assert [(each.kind, each.data["text/html"], each.length) for each in updates] == [
        (DisplayKind.UPDATE, str(step), 0) for step in range(3)
    ]
    assert run.output.count("HTML object") == 1


def test_files_of_what_is_cleared_are_deleted(notebook):
    run = run_cell(
        notebook,
        PLOT
        + """
from IPython.display import clear_output
for step in range(3):
    clear_output(wait=True)
    plt.plot([step]); plt.show()
""",
    )
    displays = read_displays(run.dir)
    assert [each.kind.value for each in displays] == ["clear_output", "display_data"] * 3
    assert len([name for name in os.listdir(run.dir.displays) if name.endswith(".png")]) == 1
    assert "image/png" in displays[-1].data


def test_a_widget_is_shown_as_its_text_with_one_line_that_says_so(notebook):
    run = run_cell(notebook, "import ipywidgets\ndisplay(ipywidgets.IntSlider())\ndisplay(ipywidgets.IntSlider())")
    assert bundles(run) == [{"text/plain": "IntSlider(value=0)"}] * 2
    assert run.output.count("note: a widget of a run is shown as its text") == 1


def test_captured_displays_are_not_shown(notebook):
    notebook.cell("from IPython.display import HTML")
    run = run_cell(notebook, "%%capture kept\ndisplay(HTML('x'))")
    assert bundles(run) == []


def test_bundles_without_text_are_told_by_their_types(notebook):
    run = run_cell(notebook, "display({'application/vnd.vegalite.v5+json': {'mark': 'bar'}}, raw=True)")
    assert run.output == "<application/vnd.vegalite.v5+json>\n"
    assert bundles(run) == [{"application/vnd.vegalite.v5+json": {"mark": "bar"}}]


def test_large_values_come_back_from_their_files(notebook):
    run = run_cell(
        notebook,
        """
        display({"text/html": "é" * 50_000, "application/json": {"a": [1] * 9000}, "image/png": b"\\x89PNG" * 9000},
                raw=True)
        """,
    )
    (bundle,) = bundles(run)
    assert bundle["text/html"] == "é" * 50_000
    assert bundle["application/json"] == {"a": [1] * 9000}
    assert bundle["image/png"].startswith("iVBOR") or len(bundle["image/png"]) == 48_000
    assert os.path.getsize(run.dir.display_log) < 2000


def test_a_forked_process_and_threads_show_at_places_of_their_own(notebook):
    run = run_cell(
        notebook,
        """
        import os, threading
        from IPython.display import HTML
        def show(number): [display(HTML(f"{number}-{each}")) for each in range(20)]
        display(HTML("first"))
        threads = [threading.Thread(target=show, args=(number,)) for number in range(3)]
        if (child := os.fork()) == 0:
            show(9); os._exit(0)
        for thread in threads: thread.start()
        for thread in threads: thread.join()
        os.waitpid(child, 0)
        None
        """,
    )
    assert len(bundles(run)) == 81
    assert set(texts_at_displays(run)) == {"<IPython.core.display.HTML object>\n"}


def test_a_run_that_is_killed_has_the_displays_that_were_shown(notebook):
    error = notebook.fail(
        CellOperation(
            text="display({'text/html': 'a'}, raw=True)\nimport os; os.kill(os.getpid(), 9)\n", name="c", number=1
        )
    )
    assert bundles(error.run) == [{"text/html": "a"}]


def test_a_restart_begins_without_displays(notebook):
    notebook.cell("def show(text='a'): display({'text/html': text * 10_000}, raw=True)")
    run = notebook.run("show")
    again = restart(notebook.context, run, Change(flags={"text": "b"}), LaunchOptions(), SilentViewer())
    assert bundles(again) == [{"text/html": "b" * 10_000}]
    assert len(os.listdir(again.dir.displays)) == 2


def test_info_counts_displays_and_has_their_pictures(notebook):
    run = run_cell(notebook, PLOT + "plt.show()\ndisplay({'text/html': '<b>x</b>'}, raw=True)")
    info = get_info(run)
    assert info.sections["displays"] == {"image/png": "1", "text/html": "1"}
    assert info._repr_html_().count("<img ") == 1
    assert "<b>x" not in info._repr_html_()
    assert "image/png: 1" in str(info)
