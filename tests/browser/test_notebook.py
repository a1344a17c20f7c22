"""The table in Notebook 7."""

from tests.browser.front_ends import NOTEBOOK, try_table


def test_a_run_is_marked_in_notebook_7(whole_lab, tmp_path, pictures):
    with whole_lab.page.context.browser.new_context(viewport={"width": 1180, "height": 900}) as context:
        context.set_default_timeout(60_000)
        try_table(context, tmp_path, NOTEBOOK, "notebooks", pictures / "notebook-7.png")
