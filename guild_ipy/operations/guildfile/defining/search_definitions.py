"""Reads how trials of an operation are searched."""

from __future__ import annotations

from guild_ipy.domain.choosing.best import Best
from guild_ipy.domain.declarations.search_def import OptimizerDef, SearchDef
from guild_ipy.operations.guildfile.reading.fields import Parts, read_bool, read_number, read_text
from guild_ipy.operations.guildfile.reading.yaml_nodes import ListNode, MapNode, ScalarNode, YamlNode

_DIRECTIONS = ("minimize", "maximize")


def read_search(parts: Parts) -> SearchDef:
    """Read ``optimizer`` or ``optimizers``, ``objective`` and ``default-max-trials``."""
    several = parts.node.get("optimizers")
    if several is not None and parts.node.get("optimizer") is not None:
        raise several.place.error(f"{parts.owner} has both 'optimizer' and 'optimizers'; write all under 'optimizers'")
    single = parts.get("optimizer", _read_single)
    return SearchDef(
        optimizers=(single,) if single is not None else parts.get("optimizers", _read_several, ()),
        objective=parts.get("objective", _read_objective),
        most_trials=parts.get("default-max-trials", _read_count),
    )


def _read_single(node: YamlNode, what: str) -> OptimizerDef:
    if isinstance(node, ScalarNode):
        name = read_text(node, what)
        return OptimizerDef(name=name, algorithm=name, is_default=True)
    if not isinstance(node, MapNode) or node.get("algorithm") is None:
        raise node.place.error(f"{what} is the name of an optimizer, or a map with 'algorithm', not {node}")
    name = read_text(node.get("algorithm") or node, f"algorithm of {what}")
    return _read_optimizer(name, node, what)


def _read_several(node: YamlNode, what: str) -> tuple[OptimizerDef, ...]:
    if isinstance(node, ListNode):
        names = [read_text(item, f"an item of {what}") for item in node.items]
        return tuple(OptimizerDef(name=name, algorithm=name) for name in names)
    if isinstance(node, MapNode):
        return tuple(_read_optimizer(entry.name, entry.value, f"optimizer {entry.name!r}") for entry in node)
    raise node.place.error(f"{what} is a list or a map of optimizers, not {node}")


def _read_optimizer(name: str, node: YamlNode, what: str) -> OptimizerDef:
    if isinstance(node, ScalarNode):
        return OptimizerDef(name=name, algorithm=read_text(node, what))
    if not isinstance(node, MapNode):
        raise node.place.error(f"{what} is a name or a map, not {node}")
    parts = Parts(node=node, owner=what)
    flags = {entry.name: entry.value for entry in node.without("algorithm", "default")}
    wrong = next((value for value in flags.values() if not isinstance(value, ScalarNode)), None)
    if wrong is not None:
        raise wrong.place.error(f"a flag of {what} is one value, not {wrong}")
    return OptimizerDef(
        name=name,
        algorithm=parts.get("algorithm", read_text, name),
        is_default=parts.get("default", read_bool, False),
        flags={name: value.value for name, value in flags.items() if isinstance(value, ScalarNode)},
    )


def _read_objective(node: YamlNode, what: str) -> Best:
    if isinstance(node, ScalarNode):
        return Best(name=read_text(node, what))
    named = [(entry.name, entry.value) for entry in node] if isinstance(node, MapNode) else []
    if len(named) != 1 or named[0][0] not in _DIRECTIONS:
        raise node.place.error(f"{what} is a scalar, or 'minimize: SCALAR' or 'maximize: SCALAR', not {node}")
    direction, value = named[0]
    return Best(name=read_text(value, what), greatest=direction == "maximize")


def _read_count(node: YamlNode, what: str) -> int:
    number = read_number(node, what)
    if not isinstance(number, int) or number < 1:
        raise node.place.error(f"{what} is a whole number above 0, not {node}")
    return number
