from guild_ipy.frame.runs_frame import runs
from guild_ipy.widgets.static_table import make_bundle


def test_it_is_the_table_of_the_frame(add_run):
    add_run("aaaa", label="careful")
    bundle = make_bundle(runs())
    assert "careful" in bundle["text/plain"]
    assert "careful" in bundle["text/html"]
    assert 'class="guild-ipy-beside"' in bundle["text/html"]


def test_a_note_is_below_it_as_text(add_run):
    add_run("aaaa")
    bundle = make_bundle(runs(), "it failed: <b>")
    assert bundle["text/plain"].endswith("\n\nit failed: <b>")
    assert "it failed: &lt;b&gt;" in bundle["text/html"]


def test_nothing_in_it_is_a_script_or_loaded_from_elsewhere(add_run):
    add_run("aaaa", label="</style><script>alert(1)</script>")
    html = make_bundle(runs())["text/html"]
    assert "<script" not in html
    assert "http" not in html
