"""Format 1 of ``meta.json``, as format 2: it had the fields of all kinds of programs side by side."""

from __future__ import annotations

from typing import Any

#: Names of its fields -> those of the program that they belong to.
_FIELDS = {
    "script": {"script": "path", "arguments": "arguments", "subcommand": "command", "constants": "constants"}
    | {name: name for name in ("map_name", "roots", "package")},
    "notebook": {"notebook": "path", "constants": "constants"},
    "exec": {"words": "words"},
    "steps": {"steps": "steps"},
    "packed": {"cells": "cells"},
}
#: The module that runs the steps of a pipeline, which its main.py named and the file did not.
_PIPELINES = "guild_ipy.api.pipeline"


def to_format_2(values: dict[str, Any]) -> dict[str, Any]:
    """Return the content of a file of format 1 as one of format 2 has it."""
    kind = _kind(values)
    known = {old for fields in _FIELDS.values() for old in fields}
    kept = {name: value for name, value in values.items() if name not in known}
    program = {new: values[old] for old, new in _FIELDS[kind].items() if old in values}
    if kind == "steps":
        program["module"] = _PIPELINES
    return {**kept, "program": {"kind": kind, **program}}


def _kind(values: dict[str, Any]) -> str:
    if values.get("steps"):
        return "steps"
    if values.get("words"):
        return "exec"
    if values.get("notebook") is not None:
        return "notebook"
    return "packed" if values.get("script") is None else "script"
