"""What axe-core finds wrong with a part of a page."""

from pathlib import Path

from playwright.sync_api import Locator

_AXE = Path(__file__).parents[2] / "labextension/node_modules/axe-core/axe.min.js"
_VIOLATIONS = """async element => (await axe.run(element)).violations.map(
    each => `${each.id}: ${each.nodes.map(node => node.html.slice(0, 160)).join(' | ')}`)"""


def find_violations(part: Locator) -> list[str]:
    """Return the rules of axe-core that an element breaks, also in the shadow roots in it, and the elements that do."""
    page = part.page
    if not page.evaluate("'axe' in window"):
        page.add_script_tag(path=_AXE)
    return list(part.evaluate(_VIOLATIONS))
