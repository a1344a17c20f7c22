"""More than 500 texts that would execute something, in every place where a run has a text, through every view."""

import subprocess
import sys

import pytest

from guild_ipy.store.guild_home import Home
from tests.hostile import FIRE, TEXTS, make_hostile_home

SET_UP = """
import guild_ipy, os
os.environ["GUILD_HOME"] = {home!r}
%load_ext guild_ipy
from tests.hostile import TEXTS
def show(text): print(text)
"""
VIEWS = (
    "%guild_runs",
    "%guild_runs --details",
    "%guild_compare",
    "%guild_select 'lr != 0' --frame",
    "for n in range(1, 13): display(guild_ipy.info(f'{n:032x}', output=True))",
    "for n in range(1, 13): display(guild_ipy.get_run(f'{n:032x}'))",
    "for n in range(1, 13): display(guild_ipy.get_run(f'{n:032x}').files)",
    "for n in range(1, 13): display(get_ipython().run_line_magic('guild_cat', f'{n:032x}'))",
    "for n in range(1, 13): _ = get_ipython().run_line_magic('guild_watch', f'{n:032x}')",
    "for n in (1, 2):\n    for path in [*guild_ipy.get_run(n).files.names]: display(guild_ipy.cat(n, path=path))",
    "%guild_diff 1 2",
    "%guild_lineage 1",
    "df = guild_ipy.runs(); display(df.guild.scalars(), df.guild.flags()); df.guild.plot('loss')",
    "for text in TEXTS[::40]: _ = guild_ipy.run(show, text=text, _label=text, _tag=[text], _comment=text)",
    "guild_ipy.label(1, set=TEXTS[30]); guild_ipy.tag(1, add=[TEXTS[31]]); guild_ipy.mark(1)\n%guild_runs",
)
#: Attributes and elements in the output that execute something.
_ACTIVE = """area => [...area.querySelectorAll('*')].flatMap(node => [
    ...[...node.attributes].filter(each => each.name.startsWith('on')).map(each => `${node.tagName} ${each.name}`),
    ...(node.tagName === 'SCRIPT' ? ['SCRIPT'] : []),
    ...(node.tagName === 'IFRAME' && node.getAttribute('sandbox') !== '' ? ['IFRAME'] : []),
    ...(/^\\\\s*javascript:/i.test(node.getAttribute('href') ?? '') ? ['HREF'] : []),
])"""


@pytest.fixture
def home(tmp_path):
    home = Home(f"{tmp_path}/home")
    assert make_hostile_home(home) >= 500
    return home


def test_nothing_fires(lab, home, tmp_path):
    path = lab.open([SET_UP.format(home=home.path), *VIEWS])
    lab.page.evaluate("delete window.fired")
    found, failed = {}, {}
    for index in range(len(VIEWS) + 1):
        area = lab.run(index)
        found[index] = area.evaluate(_ACTIVE)
        if "Error" in area.inner_text() or (index and FIRE not in area.inner_text()):
            failed[index] = area.inner_text()[-400:]
        area.locator("td, span, code, a").first.hover() if index in (1, 3) else None
    assert failed == {}
    assert {index: each for index, each in found.items() if each} == {}
    assert lab.page.evaluate("window.fired") is None
    lab.command("docmanager:save")
    _look_at_exported(lab, lab.folder / path, tmp_path)
    print(f"{len(TEXTS)} texts in {len(VIEWS)} views, in JupyterLab and in an exported page: nothing fired")


def _look_at_exported(lab, notebook, tmp_path):
    """Export the notebook as nbconvert does, and open the page, which loads nothing from elsewhere."""
    command = [sys.executable, "-m", "nbconvert", "--to", "html", "--output-dir", str(tmp_path), str(notebook)]
    subprocess.run(command, check=True, capture_output=True)
    page = lab.page.context.browser.new_page()
    page.route("**/*", lambda route: route.continue_() if route.request.url.startswith("file:") else route.abort())
    page.goto((tmp_path / notebook.name).with_suffix(".html").as_uri())
    page.wait_for_load_state()
    assert page.evaluate("window.fired") is None
    assert FIRE in page.content()
    page.close()
