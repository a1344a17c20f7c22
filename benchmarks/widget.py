"""The table of runs in a page of JupyterLab, beside itables and ipydatagrid on the same frame: `make bench-widget`."""

import argparse
import gzip
import os
import random
import secrets
import statistics
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from homes import make_home
from race import Spread
from report import Figure, Report, Table, describe_machine, figure_table, milliseconds
from table_contenders import OURS, PEERS, SETUP, TABLES, TableContender

import guild_ipy
from tests.browser.jupyterlab import Lab, open_lab
from tests.surroundings import enter

SIZES, SMALL_SIZES = (10_000, 100_000), (1_000,)
ROUNDS, SMALL_ROUNDS = 3, 1
_PAGES = 60
#: Between two things that are measured, so that what one leaves to be done does not count for the next.
_REST_MS = 1_000
_MiB = 2**20
_MOST_BUNDLE = 100
_MOST_OPENING = 1.5
PAINT, COMPLETE, SORT, FILTER, UPDATE = "first paint", "all rows there", "sort", "filter", "50 rows changed"
FRAME, SLOW_FRAME, HEAP = "a frame of scrolling, p50", "a frame of scrolling, p95", "memory of the page"
OPEN, LEAST = "a table, from its cell to the first paint", "the frame and an empty table"

_TOOLS = """
window.bench = {
    page: window.jupyterapp.shell.currentWidget.node,
    painted: () => new Promise(done => requestAnimationFrame(() => setTimeout(done))),
    async until(isSo) {
        const start = performance.now();
        while (!isSo()) {
            if (performance.now() - start > 120000) throw new Error(`not so after 2 minutes: ${isSo}`);
            await bench.painted();
        }
        await bench.painted();
    },
    async time(act, isSo) {
        const start = performance.now();
        act();
        await bench.until(isSo);
        return (performance.now() - start) / 1000;
    },
    run(index) {
        const {commands, shell} = window.jupyterapp;
        const {content} = shell.currentWidget;
        content.deselectAll();
        content.activeCellIndex = index;
        void commands.execute('notebook:run-cell');
    },
}"""


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A page, and a home with so many runs."""

    lab: Lab
    count: int

    def measure(self, table: TableContender) -> dict[str, float]:
        """Open a table in a new notebook and use it; seconds, and bytes of memory."""
        lab, page = self.lab, self.lab.page
        label = secrets.token_hex(4)
        lab.open([table.setup, table.open, table.change.replace("LABEL", label), table.tell])
        page.evaluate(_TOOLS)
        lab.run(0)
        before = self._memory()
        find = f"const found = () => {table.find};"
        first = f"(() => {{ const seen = found(); return seen && ({table.first})(seen) }})"
        is_so = f"what => () => {{ const seen = found(); return seen && what(seen, {self.count}) }}"
        tools = f"{find} const first = {first}; const when = {is_so};"
        found = page.evaluate(
            f"""async () => {{ {tools}
                const start = performance.now();
                bench.run(1);
                await bench.until(when({table.is_shown}));
                const shown = (performance.now() - start) / 1000;
                await bench.until(when({table.is_complete}));
                return [shown, (performance.now() - start) / 1000];
            }}"""
        )
        page.wait_for_timeout(_REST_MS)
        seen = {PAINT: found[0], COMPLETE: found[1], HEAP: self._memory() - before}
        seen[UPDATE] = self._update(tools, label)
        page.wait_for_timeout(_REST_MS)
        seen[SORT] = page.evaluate(
            f"""async () => {{ {tools}
                const before = first();
                return bench.time(() => ({table.sort})(found()), () => first() !== before);
            }}"""
        )
        page.wait_for_timeout(_REST_MS)
        seen |= self._scroll(tools, table)
        page.wait_for_timeout(_REST_MS)
        seen[FILTER] = page.evaluate(
            f"""async () => {{ {tools}
                return bench.time(() => ({table.filter})(found()), when({table.is_filtered}));
            }}"""
        )
        lab.close()
        return seen

    def race_opening(self) -> dict[str, float]:
        """Open our table; and read its frame and open an empty table."""
        lab, page = self.lab, self.lab.page
        table = TABLES[0]
        lab.open([f"{SETUP}\nguild_ipy.table(operations='none')", "guild_ipy.table()", _LEAST])
        page.evaluate(_TOOLS)
        lab.run(0).locator(".guild-ipy-live").wait_for()
        lab.page.wait_for_timeout(500)
        seen = {}
        for name, cell in random.sample([(OPEN, 1), (LEAST, 2)], 2):
            lab.output(cell)
            # The new one is told from that of another cell by the output that it is in.
            find = (
                f"window.jupyterapp.shell.currentWidget.content.widgets[{cell}].node"
                ".querySelector('.guild-ipy-live')?.shadowRoot?.querySelector('[role=grid]')"
            )
            is_there = table.is_shown if name == OPEN else "grid => grid !== null"
            seen[name] = page.evaluate(
                f"""async () => {{
                    const isThere = () => {{ const grid = {find}; return grid && ({is_there})(grid) }};
                    return bench.time(() => bench.run({cell}), isThere);
                }}"""
            )
            page.wait_for_timeout(1000)
        lab.close()
        return seen

    def _scroll(self, tools: str, table: TableContender) -> dict[str, float]:
        frames = self.lab.page.evaluate(
            f"""async () => {{ {tools}
                const times = [];
                let last = await new Promise(requestAnimationFrame);
                for (let page = 0; page < {_PAGES}; page++) {{
                    ({table.scroll})(found());
                    const now = await new Promise(requestAnimationFrame);
                    times.push((now - last) / 1000);
                    last = now;
                }}
                return times;
            }}"""
        )
        return {FRAME: statistics.median(frames), SLOW_FRAME: statistics.quantiles(frames, n=20)[-1]}

    def _update(self, tools: str, label: str) -> float:
        self.lab.run(2)
        self.lab.output(1)
        seconds: float = self.lab.page.evaluate(
            f"""async () => {{ {tools}
                return bench.time(() => bench.run(3), () => first()?.includes('{label}'));
            }}"""
        )
        return seconds

    def _memory(self) -> float:
        session = self.lab.page.context.new_cdp_session(self.lab.page)
        session.send("HeapProfiler.collectGarbage")
        used = session.send("Runtime.getHeapUsage")
        session.detach()
        return float(used["usedSize"] + used["embedderHeapUsedSize"] + used["backingStorageSize"])


_LEAST = "guild_ipy.runs().guild.compare()\nguild_ipy.table(operations='none')"


@contextmanager
def open_scene(count: int, homes: str | None) -> Iterator[Scene]:
    """Make a home and open JupyterLab on it."""
    with tempfile.TemporaryDirectory(prefix="guild-ipy-bench-", ignore_cleanup_errors=True) as folder:
        enter(folder)
        home = f"{homes or folder}/{count}"
        if not os.path.exists(home):
            make_home(home, count, is_slim=True)
        os.environ |= {"GUILD_HOME": home, "GUILD_IPY_CACHE": f"{homes or folder}/cache"}
        work = Path(folder, "work")
        work.mkdir()
        with open_lab(work) as lab:
            yield Scene(lab=lab, count=count)


def measure(sizes: Sequence[int], rounds: int, homes: str | None) -> Report:
    """Measure all sizes in turn; in each round all tables, in another order each time."""
    figures, tables = [bundle_figure()], []
    for count in sizes:
        with open_scene(count, homes) as scene:
            found: dict[str, list[Mapping[str, float]]] = {table.name: [] for table in TABLES}
            openings = [scene.race_opening()][1:]  # the first one fills the index
            for number in range(rounds):
                for table in random.Random(number).sample(TABLES, len(TABLES)):
                    found[table.name].append(scene.measure(table))
                openings.append(scene.race_opening())
        figures += size_figures(count, found, openings)
        tables.append(times_table(count, found))
        print(tables[-1], flush=True)
    return Report(script="widget.py", figures=figures, tables=tables)


def bundle_figure() -> Figure:
    """Hold the bundle against its limit."""
    bundle = Path(guild_ipy.__file__).parent / "static" / "widget.js"
    size = len(gzip.compress(bundle.read_bytes())) / 1024
    return Figure(promise="the bundle, gzipped", most=_MOST_BUNDLE, found=Spread.of([size]), unit="KiB")


def size_figures(
    count: int, found: Mapping[str, Sequence[Mapping[str, float]]], openings: Sequence[Mapping[str, float]]
) -> list[Figure]:
    """Hold what was found at one size against the peers, and the opening against the least that it can be."""
    at = f"at {count:,} runs"
    figures = [
        Figure(promise=f"{at}: {what}, ours / {peer}", most=1, found=_ratio(found[OURS], found[peer], what))
        for what in found[OURS][0]
        for peer in PEERS
    ]
    opening = Spread.of([each[OPEN] / each[LEAST] for each in openings])
    return [*figures, Figure(promise=f"{at}: {OPEN} / {LEAST}", most=_MOST_OPENING, found=opening)]


def _ratio(ours: Sequence[Mapping[str, float]], others: Sequence[Mapping[str, float]], what: str) -> Spread:
    return Spread.of([one[what] / max(other[what], 1e-9) for one, other in zip(ours, others, strict=True)])


def times_table(count: int, found: Mapping[str, Sequence[Mapping[str, float]]]) -> Table:
    """Show what was found of each table at one size."""
    rows = [
        [_unit_of(what), *(_written(what, [one[what] for one in found[table.name]]) for table in TABLES)]
        for what in found[OURS][0]
    ]
    return Table(
        title=f"A table of {count:,} runs in JupyterLab",
        columns=["", *(table.name for table in TABLES)],
        rows=rows,
        notes=[_NOTE],
    )


_NOTE = (
    "Medians of all rounds. A time ends when the page has painted; a frame of this browser takes 16.7 ms at least. "
    "Each table shows 15 rows at a time, and rests for a second before each step. Scrolling goes a page down in each "
    "frame. The filter keeps the half of the runs whose flag act is relu, from the last key to the painted rows: our "
    "expression is answered by Python, itables looks for the text in the page, ipydatagrid compares the column there."
)


def _unit_of(what: str) -> str:
    return f"{what}, MiB" if what == HEAP else f"{what}, ms"


def _written(what: str, values: Sequence[float]) -> str:
    median = statistics.median(values)
    return f"{median / _MiB:.1f}" if what == HEAP else milliseconds(median)


def main() -> None:
    """Measure, and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="few runs, once: to see that it works")
    parser.add_argument("--sizes", type=int, nargs="+", help="so many runs")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="how often")
    parser.add_argument("--homes", help="a folder in which homes are kept for the next time")
    options = parser.parse_args()
    sizes = options.sizes or (SMALL_SIZES if options.small else SIZES)
    print(describe_machine())
    report = measure(sizes, SMALL_ROUNDS if options.small else options.rounds, options.homes)
    print(figure_table(report.figures))


if __name__ == "__main__":
    main()
