"""Tables in a page of JupyterLab: what cells open and change them, and how the page looks at them and uses them.

In each piece of JavaScript ``find()`` returns what the others are about; they are functions of it and of the number of
runs.
"""

from dataclasses import dataclass

#: Of all contenders: the frame is that of our table, as anybody would make it.
SETUP = """
import warnings
warnings.simplefilter("ignore")
import guild_ipy
frame = guild_ipy.runs().guild.compare()
"""


@dataclass(frozen=True, kw_only=True)
class TableContender:
    """One kind of table."""

    name: str
    setup: str
    """Python: what is imported and read before anything is timed."""
    open: str
    """Python: opens the table."""
    change: str
    """Python: gives 50 rows the label `LABEL`, the first one among them, and does not tell the page."""
    tell: str
    """Python: brings what has changed to the page."""
    find: str
    is_shown: str
    """Whether rows can be seen."""
    is_complete: str
    """Whether all rows are there."""
    first: str
    """What is seen in the first row."""
    sort: str
    """Sorts by `loss`."""
    filter: str
    """Filters the runs whose flag `act` is `relu`, half of them."""
    is_filtered: str
    scroll: str
    """Goes a page down: all show 15 rows at a time."""


_CHANGED = "frame.iloc[:1000:20].index"
_OURS = TableContender(
    name="ours",
    setup=SETUP,
    open="table = guild_ipy.table()\ntable._requests._keep_watching = lambda: None\ntable",
    change='guild_ipy.label(*frame["run"].iloc[:1000:20], set="LABEL")\nNone',
    tell="table._tell_change(table._runs.generation())",
    find="bench.page.querySelector('.guild-ipy-live')?.shadowRoot?.querySelector('[role=grid]')",
    is_shown="grid => grid.querySelector('[aria-rowindex=\"2\"]') !== null",
    is_complete="(grid, count) => grid.getAttribute('aria-rowcount') === `${count + 1}`",
    first="grid => grid.querySelector('[aria-rowindex=\"2\"]')?.innerText",
    sort="grid => grid.querySelector('[title^=\"loss:\"] button').click()",
    filter="""grid => {
        const box = grid.getRootNode().querySelector('[aria-label=filter]');
        box.value = 'act = relu';
        box.dispatchEvent(new InputEvent('input', {bubbles: true}));
    }""",
    is_filtered="(grid, count) => Number(grid.getAttribute('aria-rowcount')) < 0.6 * count",
    scroll="grid => { grid.scrollTop += 390 }",
)
_ITABLES = TableContender(
    name="itables",
    setup=f"{SETUP}from itables.widget import ITable",
    open="table = ITable(frame, maxBytes=0, pageLength=15, style='width:100%')\ntable",
    change=f'frame.loc[{_CHANGED}, "label"] = "LABEL"',
    tell="table.update(frame)",
    find="bench.page.querySelector('.dt-container')",
    is_shown="box => box.querySelector('tbody td') !== null",
    is_complete="(box, count) => box.querySelector('.dt-info')?.innerText.includes(count.toLocaleString('en'))",
    first="box => box.querySelector('tbody tr')?.innerText",
    sort="""box => [...box.querySelectorAll('th')].find(each => each.innerText.trim() === 'loss')
        .querySelector('.dt-column-order').click()""",
    filter="""box => {
        const input = box.querySelector('.dt-search input');
        input.value = 'relu';
        input.dispatchEvent(new InputEvent('input', {bubbles: true}));
    }""",
    is_filtered="box => box.querySelector('.dt-info').innerText.includes('filtered')",
    scroll="box => box.querySelector('.dt-paging-button.next').click()",
)
_IPYDATAGRID = TableContender(
    name="ipydatagrid",
    setup=f"{SETUP}from ipydatagrid import DataGrid",
    open="table = DataGrid(frame, layout={'height': '342px'})\ntable",
    change=f'frame.loc[{_CHANGED}, "label"] = "LABEL"',
    tell="table.data = frame",
    find="""(() => {
        const ofWidget = widget => {
            if (widget._view?.grid?.grid?.dataModel) return widget._view.grid.grid;
            for (const each of widget.layout ?? []) {
                const found = ofWidget(each);
                if (found) return found;
            }
        };
        return ofWidget(window.jupyterapp.shell.currentWidget.content.widgets[1]);
    })()""",
    is_shown="grid => grid.isVisible && grid.pageHeight > 0 && grid.dataModel.rowCount('body') > 0",
    is_complete="(grid, count) => grid.dataModel.rowCount('body') === count",
    first="grid => [0, 1, 2, 3].map(column => grid.dataModel.data('body', 0, column)).join(' ')",
    sort="grid => grid.dataModel.addTransform({type: 'sort', column: 'loss', desc: false})",
    filter="grid => grid.dataModel.addTransform({type: 'filter', operator: '=', column: 'act', value: 'relu'})",
    is_filtered="(grid, count) => grid.dataModel.rowCount('body') < 0.6 * count",
    scroll="grid => grid.scrollBy(0, 300)",
)
TABLES = (_OURS, _ITABLES, _IPYDATAGRID)
OURS, PEERS = _OURS.name, (_ITABLES.name, _IPYDATAGRID.name)
