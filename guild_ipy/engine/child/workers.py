"""Lets processes that ``multiprocessing`` spawns (spawn, forkserver) use the definitions of a function or cell.

Such a process imports the main module of the process that starts it. For the run of a function or a cell this is a file
that opens the payload of the run, sets up logging, warnings and options as in the notebook, and then repeats the
imports, definitions and constants of the cell in their order; variables that these use get the values that they have in
the run at that moment. No other line of a cell is executed again.
"""

from __future__ import annotations

import ast
import hashlib
import io
import marshal
import os
import pickle
import types
from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from guild_ipy.domain import payload
from guild_ipy.domain.source_text.constants import find_constants
from guild_ipy.engine.child.spawning import set_main_of_spawned
from guild_ipy.engine.child.unpack import load_value
from guild_ipy.store.files.folders import make_folders
from guild_ipy.store.files.whole_file import write_file
from guild_ipy.store.run_dir import RunDir

Step = tuple[str, bytes]
"""A name and its pickled value, or no name and code."""

_MAIN = '''\
"""The main module of processes that a run has begun anew, written by guild_ipy."""

from guild_ipy.engine.job import open_worker

open_worker(__file__, globals())
'''
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)


@dataclass(frozen=True, kw_only=True)
class SharedMain:
    """The main module of a run, as it is when a process is spawned."""

    run_dir: RunDir
    namespace: dict[str, Any]
    find_statements: Callable[[], list[ast.stmt]] = list
    """Returns the statements of the cell, or of the cells so far, with flags."""
    filename: str = ""
    opened: Mapping[str, Any]
    """The namespace before the operation began, which is that of the payload."""

    def share(self) -> None:
        """Let spawned processes import it."""
        set_main_of_spawned(self.namespace, self._write)

    def _write(self) -> str:
        """Write the files that such a process needs, if they do not exist; return the path of its main module."""
        content = marshal.dumps(list(_Description(main=self, statements=self.find_statements()).steps()))
        path = f"{self.run_dir.workers}/{hashlib.sha1(content, usedforsecurity=False).hexdigest()}.py"
        if not os.path.exists(path):
            make_folders(self.run_dir.workers, inside=self.run_dir.job)
            write_file(self.run_dir, _steps_path(path), content)
            write_file(self.run_dir, path, _MAIN.encode())
        return path


@dataclass(frozen=True, kw_only=True)
class _Description:
    """The steps of a spawned process."""

    main: SharedMain
    statements: list[ast.stmt]

    def steps(self) -> Iterator[Step]:
        """Return definitions as code, in their order, and each variable after the statement that assigned it."""
        futures = [each for each in self.statements if getattr(each, "module", None) == "__future__"]
        wanted = self._wanted()
        named = self._named()
        done: set[str] = set()
        for statement in self.statements:
            if isinstance(statement, _DEFINITIONS) or _is_constant(statement):
                module = ast.Module(body=[*futures, statement], type_ignores=[])
                yield "", marshal.dumps(compile(module, self.main.filename, "exec", dont_inherit=True))
            names = [name for name in _bound_names(statement) if name in wanted and name not in done]
            done.update(names)
            yield from self._values(names, named)
        yield from self._values(sorted(wanted - done), named)

    def _values(self, names: list[str], named: AbstractSet[str]) -> Iterator[Step]:
        """Pickle variables; one that cannot be pickled is left out, and its use is a NameError."""
        for name in names:
            buffer = io.BytesIO()
            try:
                _make_packer(buffer, self.main.namespace, named).dump(self.main.namespace[name])
            except Exception:  # noqa: BLE001, S112 - a type's own __reduce__ may raise anything
                continue
            yield name, buffer.getvalue()

    def _wanted(self) -> set[str]:
        """Return the variables to send: those that definitions use, and those that the payload does not have."""
        opened = self.main.opened
        now = {name: value for name, value in self.main.namespace.items() if not name.startswith("__")}
        used = {node.id for each in self._definitions() for node in ast.walk(each) if isinstance(node, ast.Name)}
        changed = {name for name, value in now.items() if name in opened and opened[name] is not value}
        new = {name for name in now.keys() - opened.keys() if _is_code(now[name]) or not self.statements}
        return ((used & now.keys()) | changed | new) - self._named_here()

    def _definitions(self) -> list[ast.stmt]:
        return [each for each in self.statements if isinstance(each, _DEFINITIONS)]

    def _named_here(self) -> set[str]:
        return {name for each in self._definitions() for name in _bound_names(each)}

    def _named(self) -> AbstractSet[str]:
        """Return the names by which a spawned process finds definitions."""
        return self._named_here() | self.main.opened.keys()


def repeat_steps(path: str, namespace: dict[str, Any]) -> None:
    """Do what :class:`SharedMain` wrote beside the main module at `path`, in the namespace of that module."""
    with open(_steps_path(path), "rb") as file:
        steps: list[Step] = marshal.loads(file.read())  # noqa: S302 - of the same run
    late = [step for step in steps if not _repeat(step, namespace)]
    for step in late:  # a step that needs one below it
        _repeat(step, namespace)


def _repeat(step: Step, namespace: dict[str, Any]) -> bool:
    """Do a step; one that fails is skipped, and the use of its names is a NameError."""
    name, content = step
    try:
        if name:
            namespace[name] = load_value(content, namespace)
        else:
            exec(marshal.loads(content), namespace)  # noqa: S102, S302 - definitions of the user's cell
    except Exception:  # noqa: BLE001 - code of the user's
        return False
    return True


def _steps_path(path: str) -> str:
    return path.removesuffix(".py") + ".bin"


def _is_code(value: object) -> bool:
    return isinstance(value, type | types.FunctionType | types.ModuleType)


def _is_constant(statement: ast.stmt) -> bool:
    return bool(find_constants(ast.Module(body=[statement], type_ignores=[])))


def _bound_names(statement: ast.stmt) -> Iterator[str]:
    """Return the names that a statement may bind in its module."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield statement.name
        return
    if isinstance(statement, ast.Import | ast.ImportFrom):
        yield from ((each.asname or each.name).partition(".")[0] for each in statement.names)
    for child in ast.iter_child_nodes(statement):
        if isinstance(child, ast.Name) and isinstance(child.ctx, ast.Store):
            yield child.id
        yield from _bound_names(child)  # type: ignore[arg-type] # expressions hold names, too


class _MainNamespace:
    """Stands for the namespace of the main module while packing."""

    def __reduce__(self) -> tuple[Any, ...]:
        return payload.main_namespace, ()


def _make_packer(file: io.BytesIO, namespace: dict[str, Any], named: AbstractSet[str]) -> pickle.Pickler:
    """Return a pickler that pickles definitions of the main module by name if a spawned process has them."""
    import cloudpickle  # start-up cost: for runs that spawn processes

    class Packer(cloudpickle.Pickler):  # type: ignore[misc] # untyped package
        def reducer_override(self, obj: Any) -> Any:  # noqa: ANN401 - pickle's own protocol
            is_definition = isinstance(obj, type | types.FunctionType) and obj.__module__ == "__main__"
            if is_definition and obj.__name__ in named and namespace.get(obj.__name__) is obj:
                return NotImplemented  # by name
            return super().reducer_override(obj)

    packer = Packer(file, protocol=5)
    packer.globals_ref[id(namespace)] = _MainNamespace()
    return packer
