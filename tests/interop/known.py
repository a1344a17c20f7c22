"""Differences that are meant: each is known by its reason, which is looked for in what both programs have left.

The reasons are those of docs/differences-from-guild.md. A difference of the same kind without its reason is reported.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from guild_ipy.domain.declarations.source_kind import is_dependency_flag

_RUN_OF_LABEL = re.compile(r"(\S+)=[0-9a-f]{32}(?!\S)")
_RUN_ID = re.compile(r"[0-9a-f]{32}")
#: What we say of what cannot work, before anything is made.
_REFUSALS = (
    r"needs the module '",
    r"could not resolve '",
    r"does not end in \.ipynb",
    r"step '.*' (cannot be run: no operation|names no operation)",
    r"a step (is|says) ",
)


@dataclass(frozen=True, kw_only=True)
class Difference:
    """What both programs show of one thing, and where the runs lie that it is of."""

    run: str
    name: str
    """Which attribute; ``run`` says whether there is one, with the exit status and the last line of the command."""
    theirs: Any
    ours: Any
    runs: tuple[Mapping[str, Any], Mapping[str, Any]] = ({}, {})
    folders: tuple[Path, Path] = (Path(), Path())

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What makes it one that has been told already."""
        return self.run, self.name, json.dumps(self.theirs, sort_keys=True), json.dumps(self.ours, sort_keys=True)


def find_reason(difference: Difference) -> str | None:
    """Return why both differ, if that is meant."""
    return next((reason for reason, applies in _KNOWN.items() if applies(difference)), None)


# -- no run


def _said(*patterns: str) -> Callable[[Difference], bool]:
    return lambda seen: seen.name == "run" and any(re.search(each, seen.ours) for each in patterns)


def _is_refused(seen: Difference) -> bool:
    """Whether we refuse what fails in the other program, for a reason that we know."""
    is_failure = seen.name == "run" and re.match(r"a run: [1-9]", seen.theirs) and seen.ours.startswith("no run: ")
    return bool(is_failure) and _said(*_REFUSALS)(seen)


def _is_deleted_on_success(seen: Difference) -> bool:
    return seen.name == "run" and "is configured for deletion on success" in seen.theirs


# -- a run that ends otherwise


def _printed(number: int, text: str, *, ours: str = "") -> Callable[[Difference], bool]:
    """Look in what a run has printed, of the other program (0) or of us (1), where we show it as `ours`."""

    def applies(seen: Difference) -> bool:
        return text in _read(seen.folders[number] / ".guild/output") and (
            not ours or (seen.name == "status" and seen.ours == ours)
        )

    return applies


def _has_no_source(seen: Difference) -> bool:
    manifest = _read(seen.folders[1] / ".guild/manifest")
    return _printed(0, "No module named", ours="completed")(seen) and not re.search(r"^s ", manifest, re.MULTILINE)


def _is_dead(seen: Difference) -> bool:
    """Whether the process that counts as the running run is dead, and only not collected."""
    pid = _read(seen.folders[0] / ".guild/LOCK").strip()
    state = _read(Path(f"/proc/{pid}/stat")).rpartition(")")[2].split()[:1]
    return seen.name == "status" and seen.theirs == "running" and state in ([], ["Z"])


# -- flags, and labels that are made of them


def _without(names: Callable[[Difference], set[str]]) -> Callable[[Difference], bool]:
    """Compare without some flags, of which there must be one."""

    def applies(seen: Difference) -> bool:
        left_out = names(seen)
        if not left_out or seen.name not in {"flags", "label"}:
            return False
        if seen.name == "label":
            theirs, ours = (_take_out(left_out, text) for text in (seen.theirs, seen.ours))
        else:
            theirs, ours = (_take_away(left_out, flags) for flags in (seen.theirs, seen.ours))
        return bool(theirs == ours)

    return applies


def _take_away(names: set[str], flags: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in flags.items() if name not in names}


def _take_out(names: set[str], label: str) -> str:
    for name in names:
        label = re.sub(rf"(^| ){re.escape(name)}=('[^']*'|\S+)", "", label)
    return label.strip()


def _flags(seen: Difference) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    theirs, ours = (run.get("flags", {}) for run in seen.runs)
    return theirs, ours


def _dependencies(seen: Difference) -> set[str]:
    """Give the flags that say which runs and files were used, by the other program's record of these."""
    theirs, ours = _flags(seen)
    project = Path(_read(seen.folders[0] / ".guild/opref").split(" ")[0].partition(":")[2]).parent
    recorded = yaml.safe_load(_read(seen.folders[0] / ".guild/attrs/deps") or "{}")
    sources = [source for resource in recorded.values() for source in resource.items()]
    names = {name for name, _ in sources}
    files = {str(value.get("uri", "")).removeprefix("file:") for _, value in sources if isinstance(value, dict)}
    in_label = set(_RUN_OF_LABEL.findall(seen.runs[0].get("label", "")))
    return in_label | {
        name
        for name, value in theirs.items()
        if is_dependency_flag(name)
        or name in names
        or value in files
        or _RUN_ID.fullmatch(str(value))
        or (name not in ours and (project / str(value)).is_file())
        or (value is None and name not in ours)  # nothing was found
    }


def _main_options(seen: Difference) -> set[str]:
    """Give the flags that we alone have, of a script of which a sub-command is run."""
    theirs, ours = _flags(seen)
    meta = json.loads(_read(seen.folders[1] / ".guild/job/meta.json") or "{}")
    words = [*meta.get("subcommand", ()), *((meta.get("command") or {}).get("words") or ())]
    return set(ours) - set(theirs) if words else set()


def _objects(seen: Difference) -> set[str]:
    return {name for name, value in _flags(seen)[0].items() if str(value).startswith("<object object at ")}


def _not_passed(seen: Difference) -> set[str]:
    """Give the flags that the other program records as set, and does not give to the command."""
    theirs, ours = _flags(seen)
    command = yaml.safe_load(_read(seen.folders[0] / ".guild/attrs/cmd") or "[]")
    return {
        name for name, value in theirs.items() if value is True and not ours.get(name) and f"--{name}" not in command
    }


# -- scalars


def _is_of_links(seen: Difference) -> bool:
    """Whether what the other program has more is of other runs: behind links to steps, in copies of what was used."""
    if seen.name not in {"scalars", "scalar names"}:
        return False
    more = set(seen.theirs) - set(seen.ours)
    is_rest_equal = set(seen.ours) <= set(seen.theirs) and (
        not isinstance(seen.ours, dict) or all(seen.theirs[name] == value for name, value in seen.ours.items())
    )
    return bool(more) and is_rest_equal and all(_is_of_another(seen.folders[0], name) for name in more)


def _is_of_lines(seen: Difference) -> bool:
    """Whether what we have more was printed in lines of several metrics, which the other program does not read."""
    if seen.name not in {"scalars", "scalar names"}:
        return False
    more = set(seen.ours) - set(seen.theirs)
    output = _read(seen.folders[1] / ".guild/output")
    return bool(more) and set(seen.theirs) <= set(seen.ours) and all(name.rpartition("_")[2] in output for name in more)


def _is_of_another(run: Path, scalar: str) -> bool:
    parts = scalar.rpartition("#")[0].split("/")
    is_copy = ".guild" in parts[1:]
    return is_copy or any(run.joinpath(*parts[:count]).is_symlink() for count in range(1, len(parts) + 1))


def _read(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""


#: Read in this order.
_KNOWN: dict[str, Callable[[Difference], bool]] = {
    "a list where one value is wanted is refused": _said("asks for several trials, where one value is wanted"),
    "a flag without a name of a variable is refused for globals": _said("cannot be a variable of Python"),
    "Guild files are read strictly": _said("has no attribute '"),
    "the attributes of a model outside a list are no operations": _said(
        "no operation '(description|model|operations|resources)' here"
    ),
    "parts of Guild AI are no operations": _said("which is a part of Guild AI"),
    "what cannot work is refused before anything is made": _is_refused,
    "no run is deleted on success": _is_deleted_on_success,
    "the other program lacks Jupyter here": _printed(0, "jupyter-nbconvert is required"),
    "a script cannot import Guild AI, which is not installed with us": _printed(1, "No module named 'guild'"),
    "without a copy of the source the project is imported from": _has_no_source,
    "`expect` has no effect": _printed(0, "stopping because a check failed", ours="completed"),
    "a step takes runs from outside its pipeline": _printed(0, "no suitable run for", ours="completed"),
    "a process that is dead and not collected is no running run": _is_dead,
    "what a dependency has used is no flag": _without(_dependencies),
    "options of the main command are flags of a sub-command": _without(_main_options),
    "a default that is no value is null": _without(_objects),
    "a switch without a default is off": _without(_not_passed),
    "scalars are those that a run has reported itself": _is_of_links,
    "lines and tables of metrics are scalars": _is_of_lines,
}
