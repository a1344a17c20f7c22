"""The models of a Guild file, with what they extend and include, as operations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from guild_ipy.domain.dependency import Dependency
from guild_ipy.domain.operation import OperationDef, StepsMain
from guild_ipy.operations.guildfile.attributes import SOURCECODE
from guild_ipy.operations.guildfile.definitions import ModelParts, read_definition, with_defaults
from guild_ipy.operations.guildfile.fields import read_bool
from guild_ipy.operations.guildfile.inheritance import extend, operation_map
from guild_ipy.operations.guildfile.items import Item
from guild_ipy.operations.guildfile.nodes import Entry, MapNode
from guild_ipy.operations.guildfile.params import fill_params
from guild_ipy.operations.guildfile.resources import Resources, read_resources, unused_attributes
from guild_ipy.operations.guildfile.sections import read_section
from guild_ipy.operations.guildfile.source_rules import read_source_rules


def read_operations(items: Sequence[Item], path: str, folder: str, version: str) -> tuple[OperationDef, ...]:
    """Read all operations of all models, those of a model in the order of the file.

    Parameters
    ----------
    path, folder, version
        The Guild file, where it is, and the MD5 of what it holds.
    """
    models = {item.name: (item, fill_params(extend(item, items))) for item in items if item.is_model}
    named = {name: _read_resources(node, items, folder) for name, (_, node) in models.items()}
    found: list[OperationDef] = []
    for name, (item, node) in models.items():
        parts = ModelParts(
            name=name,
            folder=folder,
            guildfile=path,
            version=version,
            items=items,
            resources=Resources(location=folder, model=name, by_model=named),
            source_rules=read_source_rules(node.get("sourcecode")),
            notes=(*item.notes, *_unused(node)),
        )
        own = [read_definition(entry, parts) for entry in _operations(node, items)]
        found += [_name_steps(each, {other.name for other in own}) for each in own]
    return tuple(found)


def _name_steps(operation: OperationDef, own: set[str]) -> OperationDef:
    """Give steps of a pipeline the full names of operations of its model."""
    main = operation.main
    if not isinstance(main, StepsMain) or not operation.model:
        return operation
    steps = tuple(
        replace(step, operation=f"{operation.model}:{step.operation}") if step.operation in own else step
        for step in main.steps
    )
    return replace(operation, main=StepsMain(steps=steps))


def default_models(items: Sequence[Item]) -> frozenset[str]:
    """Give the models whose operations need no model in front: the only one, those that say so, that without name."""
    models = [item for item in items if item.is_model]
    if len(models) == 1:
        return frozenset({models[0].name})
    said = (
        item.name for item in models if (node := item.node.get("default")) and read_bool(node, "default of a model")
    )
    return frozenset(said) | {item.name for item in models if not item.name}


def _unused(node: MapNode) -> Iterator[str]:
    """Say which attributes of resources and source rules of a model have no meaning here."""
    sourcecode, resources = node.get("sourcecode"), node.get("resources")
    yield from SOURCECODE.unused(sourcecode) if isinstance(sourcecode, MapNode) else ()
    for entry in resources if isinstance(resources, MapNode) else ():
        yield from unused_attributes(entry.value)


def _read_resources(node: MapNode, items: Sequence[Item], folder: str) -> dict[str, Dependency]:
    return read_resources(read_section(node, "resources", items), folder)


def _operations(node: MapNode, items: Sequence[Item]) -> list[Entry]:
    entry = node.entry("operation-defaults")
    defaults = None if entry is None else operation_map(entry).value
    return [with_defaults(each, defaults) for each in read_section(node, "operations", items)]
