"""Reads what an operation runs (``main``, ``exec``, ``notebook``, ``steps``), and ``flags-dest``."""

from __future__ import annotations

from collections.abc import Iterator

from guild_ipy.domain.declarations.operation_def import (
    ExecMain,
    FlagsDest,
    FlagsDestKind,
    Main,
    NotebookMain,
    PythonMain,
    StepsMain,
)
from guild_ipy.errors import suggest
from guild_ipy.operations.flag_references import check_references
from guild_ipy.operations.guildfile.defining.steps import read_steps
from guild_ipy.operations.guildfile.reading.fields import leads_out, read_text, read_words
from guild_ipy.operations.guildfile.reading.yaml_nodes import MapNode, ScalarNode, YamlNode

#: The attributes that say what an operation runs.
MAINS = ("exec", "main", "notebook", "steps")
#: Words of Guild AI -> kinds of destinations.
_KINDS = {kind.value: kind for kind in FlagsDestKind} | {"dict": FlagsDestKind.GLOBAL}
_NAMED = frozenset({FlagsDestKind.GLOBAL, FlagsDestKind.NAMESPACE, FlagsDestKind.CONFIG})
_CONFIG_ENDINGS = (".yml", ".yaml", ".json", ".cfg", ".ini")


def read_main(name: str, node: MapNode) -> Main:
    """Read what an operation runs; without such an attribute it is the module with the name of the operation."""
    given = [word for word in MAINS if node.get(word) is not None]
    if len(given) > 1:
        entry = node.entry(given[1])
        assert entry is not None
        raise entry.place.error(f"operation {name!r} has {given[0]!r} and {given[1]!r}; keep one of them")
    if not given:
        return PythonMain(module=name.removesuffix(".py").replace("-", "_"), origin=str(node.place))
    found = node.get(given[0])
    assert found is not None
    if given[0] == "steps":
        return StepsMain(steps=read_steps(found))
    if given[0] == "notebook":
        return _read_notebook(found)
    words = read_words(found, given[0])
    if not words:
        raise found.place.error(f"{given[0]} of operation {name!r} is empty; name what it runs")
    for word in words:
        check_references(word, found.place.error)
    if given[0] == "exec":
        return ExecMain(words=words, origin=str(found.place))
    return PythonMain(module=words[0], arguments=words[1:], origin=str(found.place))


def unused_options(notebook: YamlNode) -> Iterator[str]:
    """Return notes that the options of a notebook have no effect here."""
    _, *options = read_words(notebook, "notebook")
    yield from (f"{notebook.place}: notebook option {each!r} is not supported and has no effect" for each in options)


def _read_notebook(node: YamlNode) -> NotebookMain:
    path, *options = read_words(node, "notebook") or ("",)
    wrong = next((each for each in options if not each.startswith("-")), None)
    if wrong is not None:
        raise node.place.error(f"{wrong!r} stands behind the notebook {path!r}; put a path with spaces in quotes")
    if not path.endswith(".ipynb"):
        raise node.place.error(f"notebook {path!r} does not end in .ipynb; name a notebook file")
    return NotebookMain(path=path, origin=str(node.place))


def read_flags_dest(node: YamlNode) -> FlagsDest:
    """Read ``flags-dest``; ``off`` and ``no`` mean the command line, as in Guild AI 0.9.0."""
    if isinstance(node, ScalarNode) and node.value is False:
        return FlagsDest(kind=FlagsDestKind.ARGS)
    text = read_text(node, "flags-dest")
    word, colon, name = text.partition(":")
    kind = _KINDS.get(word)
    if kind is None:
        hint = suggest(word, _KINDS)
        raise node.place.error(
            f"flags-dest {text!r} is none of args, globals, global:NAME, namespace:NAME, config:PATH{hint}"
        )
    if kind in _NAMED and not name:
        raise node.place.error(f"flags-dest {text!r} names nothing; write {word}:NAME")
    if kind is FlagsDestKind.CONFIG:
        _check_config(name, node)
    elif kind in _NAMED and not all(part.isidentifier() for part in name.split(".")):
        raise node.place.error(f"flags-dest {text!r} names no variable of Python; write {word}:NAME")
    if colon and kind not in _NAMED:
        name = ""  # args:click; the library is found from the script
    return FlagsDest(kind=kind, name=name)


def _check_config(path: str, node: YamlNode) -> None:
    if leads_out(path):
        raise node.place.error(f"config file {path!r} leads out of the run directory; name a path below the project")
    if not path.removesuffix(".in").endswith(_CONFIG_ENDINGS):
        raise node.place.error(f"config file {path!r} is none of {', '.join(_CONFIG_ENDINGS)}; rename it")
