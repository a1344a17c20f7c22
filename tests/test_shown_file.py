"""What ``cat`` shows of a file: each as what it is, and nothing in it acts."""

import base64
import json
import os
import pickle

import pytest
from IPython.core.formatters import DisplayFormatter

from guild_ipy.domain.values.file_type import FileKind, tell_type
from guild_ipy.view.shown_file import FileText, show_file

PNG = b"\x89PNG\r\n\x1a\n\0\0\0"
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def show(home):
    """Show a file with this content; the value, and its MIME bundle in a notebook."""
    run_dir = home.run_dir("0123456789abcdef" * 2)
    os.makedirs(run_dir.attrs)

    def show(name, content):
        with open(f"{run_dir.path}/{name}", "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())
        shown = show_file(run_dir, name)
        formatter = DisplayFormatter()
        formatter.active_types = formatter.format_types
        return shown, formatter.format(shown)[0]

    return show


@pytest.mark.parametrize(
    ("name", "head", "kind", "title"),
    [
        ("x", b"\xff\xd8\xff\xe0", FileKind.IMAGE, "JPEG image"),
        ("x", b"RIFF\0\0\0\0WEBP", FileKind.IMAGE, "WebP image"),
        ("x.html", b"PK\x03\x04", FileKind.BINARY, "ZIP archive"),
        ("x.npy", b"\x93NUMPY\x01", FileKind.BINARY, "NumPy array"),
        ("x.mp4", b"\0\0\0\x18ftyp", FileKind.BINARY, "video/mp4 file"),
        ("x.png", b"\0\1\2", FileKind.BINARY, "binary file"),
        ("x.JSON", b"{}", FileKind.JSON, "JSON"),
        ("x.py", "# größer\n".encode("latin-1"), FileKind.TEXT, "text"),
        ("x", ("é" * 5000).encode()[:8191] + b"\xc3", FileKind.TEXT, "text"),
        ("x", b"\xc3\x01\x02", FileKind.BINARY, "binary file"),
        ("x", b"", FileKind.TEXT, "text"),
    ],
)
def test_a_file_is_told_by_how_it_begins_and_then_by_its_name(name, head, kind, title):
    found = tell_type(name, head)
    assert (found.kind, found.name) == (kind, title)


def test_text_stays_text(show):
    shown, bundle = show("a.txt", "one\ntwo\n")
    assert (shown, type(shown)) == ("one\ntwo\n", FileText)
    assert bundle == {"text/plain": "one\ntwo\n"}


def test_an_image_is_an_image(show):
    shown, bundle = show("a.png", PNG)
    assert shown == "a.png: PNG image, 11 bytes"
    assert base64.b64decode(bundle["image/png"]) == PNG
    assert bundle["text/plain"] == shown


def test_an_image_that_front_ends_do_not_take_is_in_a_page(show):
    _, bundle = show("a.gif", b"GIF89a\0")
    assert "src='data:image/gif;base64," in bundle["text/html"]


def test_a_table_is_a_table(show):
    shown, bundle = show("a.csv", f'name,loss\n"a, b",0.5\n{SCRIPT},1\n')
    assert shown.startswith("name,loss\n")
    assert ">a, b</td>" in bundle["text/html"]
    assert "&lt;script&gt;" in bundle["text/html"]
    assert "<script" not in bundle["text/html"]


def test_a_large_table_says_what_is_left_out(show):
    text = "\n".join(",".join(map(str, range(50))) for _ in range(5000))
    _, bundle = show("a.csv", text)
    assert "the first 100 of about 4999 rows, the first 30 of 50 columns" in bundle["text/html"]
    assert bundle["text/html"].count("<tr>") == 101


def test_json_has_a_line_for_each_value(show):
    shown, bundle = show("a.json", '{"b":[1,"ü"]}')
    assert json.loads(shown) == {"b": [1, "ü"]}
    assert bundle == {"text/plain": '{\n  "b": [\n    1,\n    "ü"\n  ]\n}'}


@pytest.mark.parametrize("text", ["{", "[" * 100_000, "not json"])
def test_what_is_no_json_stays_text(show, text):
    assert show("a.json", text)[1] == {"text/plain": text}


def test_a_page_has_a_sandbox_that_it_cannot_leave(show):
    _, bundle = show("a.html", f"'></iframe>\"{SCRIPT}<img src=http://x/>")
    page = bundle["text/html"]
    assert page.startswith("<iframe sandbox='' srcdoc='&lt;meta http-equiv=&quot;Content-Security-Policy&quot;")
    assert page.count("<") == 2  # the frame alone
    assert page.count("'") == 6


def test_an_svg_is_an_image(show):
    _, bundle = show("a.svg", f"<svg>{SCRIPT}</svg>")
    assert bundle["text/html"].startswith("<img alt='a.svg' ")
    assert "script" not in bundle["text/html"]


def test_markdown_has_no_html(show):
    _, bundle = show("a.md", f"# Title\n{SCRIPT} 1 < 2\n<!-- x -->")
    assert bundle["text/markdown"].startswith("# Title\n")
    assert "1 < 2" in bundle["text/markdown"]
    assert not any(tag in bundle["text/markdown"] for tag in ("<s", "</", "<!"))


def test_bytes_are_never_shown(show):
    shown, bundle = show("m\x1b.pt", b"PK\x03\x04" + b"\0" * 2000)
    assert shown == "m\\x1b.pt: ZIP archive, 2.0 kB; its bytes are not shown"
    assert bundle == {"text/plain": shown}


def test_what_is_too_large_says_so(show):
    shown, bundle = show("a.png", PNG + bytes(11_000_000))
    assert shown == "a.png: PNG image, 11 MB; it is too large to be shown, open the file itself"
    assert bundle == {"text/plain": shown}


def test_of_a_long_text_the_beginning_and_the_end_are_shown(show):
    text = "begin\n" + "x" * 1_000_000 + "\nend"
    shown, bundle = show("a.txt", text)
    assert shown == text
    assert bundle["text/plain"].startswith("begin\n")
    assert bundle["text/plain"].endswith("\nend")
    assert "… 800010 characters are left out here;" in bundle["text/plain"]


def test_the_value_is_a_text_that_travels(show):
    shown, bundle = show("a.csv", "a,b\n")
    copied = pickle.loads(pickle.dumps(shown))
    assert (copied, copied._repr_mimebundle_()) == (shown, bundle)
