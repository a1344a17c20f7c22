"""The variables that a run has in addition to the environment of its starter."""

from __future__ import annotations

import re
from collections.abc import Iterable

from guild_ipy.domain.opref import OpRef
from guild_ipy.domain.values.argument import argument_text
from guild_ipy.domain.values.flags import FlagDef, Flags
from guild_ipy.engine.meta import JobMeta
from guild_ipy.store.guild_home import Home
from guild_ipy.store.run_dir import RunDir


def run_environment(run_dir: RunDir, home: Home, opref: OpRef, project_dir: str, meta: JobMeta) -> dict[str, str]:
    """Return the variables that Guild AI adds to the environment, and some that make output readable."""
    return {
        **meta.env,
        "PYTHONUNBUFFERED": "1",
        "COLUMNS": "120",
        "MPLBACKEND": "Agg",
        "RUN_DIR": run_dir.path,
        "RUN_ID": run_dir.id,
        "GUILD_HOME": home.path,
        "GUILD_OP": opref.to_opspec(),
        "GUILD_SOURCECODE": meta.sourcecode,
        "PROJECT_DIR": project_dir,
        "CMD_DIR": project_dir,
        **_flag_environment(meta.flags, meta.flag_defs),
    }


def _flag_environment(flags: Flags, definitions: Iterable[FlagDef]) -> dict[str, str]:
    """Return the variables ``FLAG_<NAME>`` as Guild AI 0.9.0 writes them; NUL and half a character fit in none."""
    known = {definition.name: definition for definition in definitions}
    texts = {}
    for name, value in flags.items():
        definition = known.get(name)
        variable = (definition.env_name if definition else None) or "FLAG_" + _NO_VARIABLE.sub("_", name.upper())
        encoding = (*definition.env_encoding, *definition.arg_encoding) if definition else ()
        texts[variable] = argument_text(value, encoding)
    return {name: text for name, text in texts.items() if not _UNSAYABLE.search(text)}


_NO_VARIABLE = re.compile("[^A-Z0-9_]")
_UNSAYABLE = re.compile("[\0\ud800-\udc7f\udd00-\udfff]")
