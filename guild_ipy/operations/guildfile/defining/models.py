"""Reads the operations of all models of a Guild file, with the items that these extend and include."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from guild_ipy.domain.declarations.dependency import Dependency
from guild_ipy.domain.declarations.operation_def import OperationDef, StepsMain
from guild_ipy.errors import GuildFileError
from guild_ipy.operations.guildfile.defining.definitions import ModelParts, read_definition, with_defaults
from guild_ipy.operations.guildfile.defining.resources import Resources, read_resources, unused_attributes
from guild_ipy.operations.guildfile.defining.source_rules import read_source_rules
from guild_ipy.operations.guildfile.reading.inheritance import extend, operation_map, parents
from guild_ipy.operations.guildfile.reading.items import Item
from guild_ipy.operations.guildfile.reading.known_attributes import SOURCECODE
from guild_ipy.operations.guildfile.reading.params import fill_params
from guild_ipy.operations.guildfile.reading.sections import read_section
from guild_ipy.operations.guildfile.reading.yaml_nodes import MapEntry, MapNode


@dataclass(frozen=True, kw_only=True)
class WrongOperation:
    """An operation that cannot be read, with the error."""

    name: str
    model: str
    error: GuildFileError

    @property
    def full_name(self) -> str:
        """``model:name``, or the name alone."""
        return f"{self.model}:{self.name}" if self.model else self.name


@dataclass(frozen=True, kw_only=True)
class Operations:
    """The operations of a Guild file, valid and invalid ones."""

    operations: tuple[OperationDef, ...] = ()
    wrong: tuple[WrongOperation, ...] = ()
    problems: tuple[GuildFileError, ...] = ()
    """Errors of models whose operations are not even known by name."""


def read_operations(items: Sequence[Item], path: str, folder: str, version: str) -> Operations:
    """Read all operations of all models, for each model in the order of the file.

    Parameters
    ----------
    path, folder, version
        The Guild file, its folder, and the MD5 of its content.
    """
    models: list[tuple[Item, MapNode]] = []
    wrong: list[WrongOperation] = []
    problems: list[GuildFileError] = []
    for item in items:
        try:
            models += [(item, fill_params(extend(item, items)))] if item.is_model else []
        except GuildFileError as error:
            _put_error(error, item, wrong, problems)
    named = {item.name: _read_resources(node, items, folder) for item, node in models}
    found: list[OperationDef] = []
    for item, node in models:
        resources = Resources(location=folder, model=item.name, by_model=named)
        try:
            parts = ModelParts(
                name=item.name,
                folder=folder,
                guildfile=path,
                version=version,
                items=items,
                resources=resources,
                source_rules=read_source_rules(node.get("sourcecode")),
                notes=_read_notes(item, node, items),
            )
            entries = _operations(node, items)
        except GuildFileError as error:
            _put_error(error, item, wrong, problems)
            continue
        own = [_read_operation(entry, parts) for entry in entries]
        names = {each.name for each in own}
        found += [_name_steps(each, names) for each in own if isinstance(each, OperationDef)]
        wrong += [each for each in own if isinstance(each, WrongOperation)]
    return Operations(operations=tuple(found), wrong=tuple(wrong), problems=tuple(problems))


def _put_error(error: GuildFileError, item: Item, wrong: list[WrongOperation], problems: list[GuildFileError]) -> None:
    """Record an error for all operations of a model."""
    own = item.node.get("operations")
    names = [entry.key.text for entry in own if entry.key.value != "$include"] if isinstance(own, MapNode) else []
    wrong += [WrongOperation(name=name, model=item.name, error=error) for name in names]
    problems += [] if names else [error]


def _read_notes(item: Item, node: MapNode, items: Sequence[Item]) -> tuple[str, ...]:
    """Return notes about attributes without an effect, of a model and of the items that it extends."""
    inherited = (note for each in parents(item, items) for note in each.notes)
    return (*item.notes, *inherited, *_unused(node))


def _read_operation(entry: MapEntry, parts: ModelParts) -> OperationDef | WrongOperation:
    try:
        return read_definition(entry, parts)
    except GuildFileError as error:
        return WrongOperation(name=entry.key.text, model=parts.name, error=error)


def _name_steps(operation: OperationDef, own: set[str]) -> OperationDef:
    """Replace the names of operations of the same model in steps by their full names."""
    main = operation.main
    if not isinstance(main, StepsMain) or not operation.model:
        return operation
    steps = tuple(
        replace(step, operation=f"{operation.model}:{step.operation}") if step.operation in own else step
        for step in main.steps
    )
    return replace(operation, main=StepsMain(steps=steps))


def default_models(items: Sequence[Item]) -> frozenset[str]:
    """Return the models whose operations are run without the model's name: the only, the default, the unnamed one."""
    models = [item for item in items if item.is_model]
    if len(models) == 1:
        return frozenset({models[0].name})
    return frozenset(item.name for item in models if item.is_default or not item.name)


def _unused(node: MapNode) -> Iterator[str]:
    """Return notes about attributes of resources and source rules of a model that have no effect here."""
    sourcecode, resources = node.get("sourcecode"), node.get("resources")
    yield from SOURCECODE.unused(sourcecode) if isinstance(sourcecode, MapNode) else ()
    for entry in resources if isinstance(resources, MapNode) else ():
        yield from unused_attributes(entry.value)


def _read_resources(
    node: MapNode, items: Sequence[Item], folder: str
) -> dict[str, Dependency | GuildFileError] | GuildFileError:
    """Read the resources of a model; invalid ones are errors for the operations that require them."""
    try:
        return read_resources(read_section(node, "resources", items), folder)
    except GuildFileError as error:
        return error


def _operations(node: MapNode, items: Sequence[Item]) -> list[MapEntry]:
    entry = node.entry("operation-defaults")
    defaults = None if entry is None else operation_map(entry).value
    return [with_defaults(each, defaults) for each in read_section(node, "operations", items)]
