"""Texts that would execute something if a page took them for markup, and a home full of runs that have them."""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Iterator

from guild_ipy.domain.values.scalars import ScalarPoint
from guild_ipy.store.events.event_writer import EventWriter
from guild_ipy.store.files.attrs import write_attr
from guild_ipy.store.guild_home import Home
from guild_ipy.store.run_dir import RunDir

#: Sets ``window.fired``, also from within a frame.
FIRE = "top.fired=1"
_ENDINGS = (
    *(
        "",
        "'",
        '"',
        "'>",
        '">',
        "</td>",
        "</div>",
        "</code>",
        "</style>",
        "</svg>",
        "</script>",
        "-->",
        "]]>",
        "`",
        "\\",
    ),
    *("&#39;", "&quot;>", "</title>", "</textarea>", "</iframe>", "\x1b[31m", "\u202e", "*/"),
)
_PAYLOADS = (
    f"<script>{FIRE}</script>",
    f"<img src=x onerror={FIRE}>",
    f"<svg onload={FIRE}>",
    f"<svg><script>{FIRE}</script></svg>",
    f'<iframe srcdoc="<script>{FIRE}</script>"></iframe>',
    f"<iframe src=javascript:{FIRE}></iframe>",
    f"<body onload={FIRE}>",
    f"<details open ontoggle={FIRE}>x</details>",
    f"<a href=javascript:{FIRE}>x</a>",
    f"<math><mtext><img src=x onerror={FIRE}></mtext></math>",
    f"<style onload={FIRE}></style>",
    f"<video><source onerror={FIRE}></video>",
    f"<audio src=x onerror={FIRE}></audio>",
    f"<input autofocus onfocus={FIRE}>",
    f"<object data=javascript:{FIRE}></object>",
    f"<embed src=javascript:{FIRE}>",
    f"<form action=javascript:{FIRE}><button autofocus>x</button></form>",
    f"<marquee onstart={FIRE}>x</marquee>",
    f"<link rel=stylesheet href=x onerror={FIRE}>",
    f"<svg><animate onbegin={FIRE} attributeName=x dur=1s></svg>",
    f" autofocus tabindex=1 onfocus={FIRE} x=",
    f"' autofocus tabindex=1 onfocus={FIRE} x='",
    f"[x](javascript:{FIRE})",
)
TEXTS = tuple(ending + payload for ending, payload in itertools.product(_ENDINGS, _PAYLOADS))
_RUNS = 12


def make_hostile_home(home: Home) -> int:
    """Fill a home with runs whose every text is one of these; return how many texts there are."""
    texts = itertools.cycle(TEXTS)
    used = sum(_make_run(home.run_dir(f"{number:032x}"), texts) for number in range(1, _RUNS + 1))
    assert used >= len(TEXTS)
    return len(TEXTS)


def _make_run(run_dir: RunDir, texts: Iterator[str]) -> int:
    count = 0

    def text() -> str:
        nonlocal count
        count += 1
        return next(texts)

    os.makedirs(run_dir.attrs)
    os.makedirs(run_dir.displays)
    write_attr(run_dir, "id", run_dir.id)
    for name in ("label", "host", "user", "vcs_commit", "platform", "error", "own"):
        write_attr(run_dir, name, text())
    write_attr(run_dir, "started", 1_700_000_000_000_000)
    write_attr(run_dir, "stopped", 1_700_000_001_000_000)
    write_attr(run_dir, "exit_status", 1)
    write_attr(run_dir, "tags", [text(), text()])
    write_attr(run_dir, "flags", {text().replace("\x1b", ""): text(), "lr": text(), "same": 0.1})
    write_attr(run_dir, "comments", [{"body": text(), "user": text(), "host": text(), "time": 1}])
    write_attr(run_dir, "origin", {"notebook": text(), "project": text()})
    _write(run_dir.opref, f"func:lab.ipynb '' '' {json.dumps(text())}".encode())
    _write(run_dir.output, "\n".join([text(), f"\r{text()}", f"\x1b[2A{text()}", text()]).encode())
    names = [text().replace("/", "_")[:60] for _ in range(4)]
    contents = {
        **{name: text().encode() for name in names},
        "page.html": f"<h1>page</h1>{text()}".encode(),
        "image.svg": f"<svg xmlns='http://www.w3.org/2000/svg' onload='{FIRE}'><script>{FIRE}</script></svg>".encode(),
        "notes.md": f"# notes\n{text()}\n".encode(),
        "table.csv": f"a,b\n{json.dumps(text())},{json.dumps(text())}\n".encode(),
        "values.json": json.dumps({text(): [text()]}).encode(),
        "plain.txt": text().encode(),
    }
    for name, content in contents.items():
        _write(f"{run_dir.path}/{name}", content)
    events = EventWriter(run_dir.guild)
    events.write([ScalarPoint(tag=text(), step=1, value=0.5), ScalarPoint(tag="loss", step=1, value=0.5)])
    events.close()
    bundles = [
        {"text/html": text(), "text/plain": text()},
        {"image/svg+xml": f"<svg onload={FIRE}><script>{FIRE}</script></svg>", "text/plain": text()},
        {"text/markdown": text(), "text/latex": text()},
        {"application/javascript": FIRE, "text/html": text(), "image/png": text()},
        {"application/vnd.bokehjs_exec.v0+json": {}, "text/html": f"<script>{FIRE}</script>"},
    ]
    with open(run_dir.display_log, "w") as log:
        for number, bundle in enumerate(bundles):
            data = {kind: {"value": value} for kind, value in bundle.items()}
            entry = {"id": f"1-{number}", "kind": "display_data", "at": 0, "length": 0, "data": data}
            entry |= {"metadata": {"isolated": False}, "display_id": text(), "wait": False}
            log.write(json.dumps(entry) + "\tabc\n")
    return count


def _write(path: str, content: bytes) -> None:
    with open(path, "wb") as file:
        file.write(content)
