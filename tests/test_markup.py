import re

import pytest

from guild_ipy import markup

WHITE, DARK = (255, 255, 255), (17, 17, 17)  # pages of JupyterLab's light and dark theme
BLACK = (0, 0, 0)


def blend(page, background):
    *colour, alpha = map(float, re.findall(r"[\d.]+", background))
    return [alpha * own + (1 - alpha) * below for own, below in zip(colour, page, strict=True)]


def luminance(colour):
    """Relative luminance, as WCAG 2.2 defines it."""
    shares = [part / 255 for part in colour]
    linear = [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("background", [markup.ADDED, markup.REMOVED])
@pytest.mark.parametrize(("page", "text"), [(WHITE, BLACK), (DARK, WHITE)])
def test_what_is_set_off_is_readable_on_light_and_dark_pages(background, page, text):
    assert contrast(text, blend(page, background)) >= 4.5


@pytest.mark.parametrize(("page", "text"), [(WHITE, BLACK), (DARK, WHITE)])
def test_faint_text_is_readable_on_light_and_dark_pages(page, text):
    assert contrast(blend(page, f"{text} {markup.FAINT}"), page) >= 4.5


def test_no_text_is_markup():
    shown = markup.names_and_texts({"<b>": "a & <script>"}, caption="Run")
    assert "<b>" not in shown
    assert "<td style='text-align:left'>a &amp; &lt;script&gt;</td>" in shown


def test_lines_stay_lines():
    assert markup.lines("a\n\tb\x07") == "a\n\tb\\x07"
