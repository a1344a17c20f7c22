"""The files of a run that have its flags in their text, made anew for other flags: script and configuration."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace

from guild_ipy.domain.program import SOURCECODE_DIR, ScriptProgram
from guild_ipy.engine.meta import JobMeta
from guild_ipy.engine.run_files.script_text import change_script
from guild_ipy.store.files.whole_file import read_bytes
from guild_ipy.store.run_dir import RunDir
from guild_ipy.store.used_runs.manifest import ManifestEntry, format_manifest, read_manifest


def changed_files(meta: JobMeta, run_dir: RunDir) -> Iterator[tuple[str, bytes]]:
    """Return the files of a run that have its flags in them; UsageError if what is there cannot be read."""
    yield from _changed_script(meta, run_dir)
    if meta.command is None or not meta.command.config:
        return
    from guild_ipy.operations.config_file import change_config  # start-up cost, as above
    from guild_ipy.operations.guildfile.filled_command import config_values

    path = os.path.join(run_dir.path, meta.command.config)
    yield path, change_config(path, config_values(meta.flags, meta.flag_defs))


def _changed_script(meta: JobMeta, run_dir: RunDir) -> Iterator[tuple[str, bytes]]:
    """Return the script with other constants; the first time also its own text, and the manifest that says where it is.

    A script that is not in the run directory, or is a link to one that is not, stays as it is.
    """
    script = meta.program
    if not isinstance(script, ScriptProgram) or not script.constants:
        return
    if os.path.isabs(script.path) or meta.sourcecode == SOURCECODE_DIR:
        return
    path = os.path.join(run_dir.path, script.path)
    inner = f"{SOURCECODE_DIR}/{script.path}"
    aside = os.path.join(run_dir.path, inner)
    own = read_bytes(aside)
    original = own if own is not None else read_bytes(path)
    if original is None or os.path.islink(path):
        return
    changed = change_script(original, script.constants, script.map_name)
    if own is None and changed != original:
        yield aside, original
        entries = [_moved(entry, script.path, inner) for entry in read_manifest(run_dir)]
        made = ManifestEntry(kind="i", path=os.path.normpath(script.path), origin=(f"flags:{script.path}",))
        yield run_dir.manifest, format_manifest([*entries, made]).encode()
    yield path, changed


def _moved(entry: ManifestEntry, path: str, new: str) -> ManifestEntry:
    return replace(entry, path=new) if entry.kind == "s" and entry.path == os.path.normpath(path) else entry
