"""Follows a script and the modules of its project to the parsers that it makes, without running it.

Statements are interpreted in order, and calls of functions of the project are followed with the values that are known.
If a condition is unknown, all branches are followed; a name with different values after them is unknown from there on.
"""

from __future__ import annotations

import ast
from collections import ChainMap, Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from guild_ipy.operations.scripts.source import parser_methods
from guild_ipy.operations.scripts.source.calls import CallArguments, Frame, Partial, bind_parameters
from guild_ipy.operations.scripts.source.objects import (
    Class,
    Foreign,
    Function,
    Module,
    Object,
    Scope,
    Super,
    join_ways,
    super_of,
    unknown_names,
)
from guild_ipy.operations.scripts.source.parsers import Commands, Parser
from guild_ipy.operations.scripts.source.project_modules import ProjectModules, SourceModule
from guild_ipy.operations.scripts.static_values import (
    Namespace,
    NotStaticError,
    as_list,
    bind_target,
    evaluate,
    holds,
    is_plain,
)

#: Limits, so that no source makes the reading slow.
_MOST_STEPS = 20_000
_DEEPEST = 24


class _TooMuchError(Exception):
    """A limit is reached: the source is not followed any further."""


class SourceReader:
    """Interprets a script to find its parsers."""

    def __init__(self, modules: ProjectModules) -> None:
        self.parsers: list[Parser] = []
        self.loose = Parser()
        """Arguments that are added to parsers of unknown origin."""
        self.given = Parser(is_open=True)
        """Arguments that are added to an object from a library."""
        self.is_complete = True
        self._modules = modules
        self._loaded: dict[str, Module] = {}
        self._reached: set[int] = set()
        self._depths: Counter[int] = Counter()
        self._steps = 0
        self._doubts = 0

    def follow(self, tree: ast.Module, path: str) -> None:
        """Follow a script as if Python ran it."""
        frame = Frame(scope=ChainMap({"__name__": "__main__"}), path=path)
        with self._within_limits():
            self._block(tree.body, frame)

    def follow_unreached(self, tree: ast.Module, path: str) -> None:
        """Follow functions that add arguments, but were not seen to be called."""
        functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
        for node in functions:
            if id(node) not in self._reached and parser_methods.adds_arguments(node):
                scope: Scope = ChainMap({}, {"__name__": "__main__"})
                with self._within_limits():
                    self._block(node.body, Frame(scope=scope, path=path))

    @contextmanager
    def _within_limits(self) -> Iterator[None]:
        try:
            yield
        except (_TooMuchError, RecursionError):
            self.is_complete = False

    def _count(self) -> None:
        self._steps += 1
        if self._steps > _MOST_STEPS:
            raise _TooMuchError

    # -- statements

    def _block(self, body: Sequence[ast.stmt], frame: Frame) -> str:
        """Follow statements; return the keyword that ends the block, or an empty text."""
        return next(filter(None, (self._statement(statement, frame) for statement in body)), "")

    def _statement(self, statement: ast.stmt, frame: Frame) -> str:  # noqa: C901 - one case a kind
        self._count()
        match statement:
            case ast.Import() | ast.ImportFrom():
                self._import(statement, frame)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                frame.scope[name] = Function(node=statement, scope=frame.scope, path=frame.path)
            case ast.ClassDef():
                self._define_class(statement, frame)
            case ast.Assign(targets=targets, value=value):
                self._assign(targets, self.value(value, frame), frame)
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                self._assign([target], self.value(value, frame), frame)
            case ast.AugAssign(target=ast.Name(id=name), op=op, value=value):
                whole = ast.BinOp(left=ast.Name(id=name, ctx=ast.Load()), op=op, right=value)
                frame.scope[name] = self.value(whole, frame)
            case ast.Expr(value=value):
                self.value(value, frame)
            case ast.Return(value=value):
                frame.returned.append(None if value is None else self.value(value, frame))
                return "return"
            case ast.Raise():
                return "return"
            case ast.Break() | ast.Continue():
                return type(statement).__name__.lower()
            case ast.Global(names=names):
                frame.scope.maps[-1].update({name: Foreign(name=name) for name in names})
            case _:
                return self._compound_statement(statement, frame)
        return ""

    def _compound_statement(self, statement: ast.stmt, frame: Frame) -> str:
        match statement:
            case ast.If(test=test, body=body, orelse=other):
                return self._if(test, body, other, frame)
            case ast.For(target=target, iter=over, body=body) | ast.AsyncFor(target=target, iter=over, body=body):
                return self._for(target, over, body, frame)
            case ast.While(test=test, body=body):
                self.value(test, frame)
                self._branches([body, []], frame)
            case ast.With(items=items, body=body) | ast.AsyncWith(items=items, body=body):
                return self._with(items, body, frame)
            case ast.Try(body=body, orelse=other, finalbody=last):
                end = self._block([*body, *other], frame)
                return self._block(last, frame) or end
            case ast.Match(subject=subject, cases=cases):
                self.value(subject, frame)
                return self._branches([*(case.body for case in cases), []], frame)
        return ""

    def _if(self, test: ast.expr, body: list[ast.stmt], other: list[ast.stmt], frame: Frame) -> str:
        try:
            return self._block(body if holds(test, frame.scope) else other, frame)
        except NotStaticError:
            self.value(test, frame)
        return self._branches([body, other], frame)

    def _branches(self, bodies: Sequence[Sequence[ast.stmt]], frame: Frame) -> str:
        """Follow all branches; a name that has different values after them is unknown."""
        self._doubts += 1
        scopes = [frame.scope.new_child() for _ in bodies]
        pairs = zip(bodies, scopes, strict=True)
        ends = [self._block(body, replace(frame, scope=scope)) for body, scope in pairs]
        self._doubts -= 1
        for name in {name for scope in scopes for name in scope.maps[0]}:
            frame.scope[name] = join_ways(name, [scope.get(name) for scope in scopes])
        return ends[0] if all(ends) else ""

    def _for(self, target: ast.expr, over: ast.expr, body: list[ast.stmt], frame: Frame) -> str:
        found = self.value(over, frame)
        try:
            values = as_list(found)
            bound = [bind_target(target, value) for value in values]
        except NotStaticError:
            frame.scope.update(unknown_names(target))
            self._branches([body, []], frame)
            return ""
        for names in bound:
            frame.scope.update(names)
            end = self._block(body, frame)
            if end in {"return", "break"}:
                return end if end == "return" else ""
        return ""

    def _with(self, items: list[ast.withitem], body: list[ast.stmt], frame: Frame) -> str:
        for item in items:
            found = self.value(item.context_expr, frame)
            if item.optional_vars is not None:
                self._assign([item.optional_vars], found, frame)
        return self._block(body, frame)

    def _assign(self, targets: Sequence[ast.expr], value: object, frame: Frame) -> None:
        for target in targets:
            if isinstance(target, ast.Attribute):
                owner = self.value(target.value, frame)
                if isinstance(owner, Object | Module | Class):
                    in_doubt = self._doubts and is_plain(value)
                    owner.names[target.attr] = Foreign(name=target.attr) if in_doubt else value
                continue
            try:
                frame.scope.update(bind_target(target, value))
            except NotStaticError:
                frame.scope.update(unknown_names(target))

    def _define_class(self, node: ast.ClassDef, frame: Frame) -> None:
        bases = [self.value(base, frame) for base in node.bases]
        scope = frame.scope.new_child()
        made = Class(name=node.name, names=scope.maps[0], bases=bases)
        self._block(node.body, replace(frame, scope=scope))
        for found in made.names.values():
            if isinstance(found, Function):
                found.scope = frame.scope  # the names of a class are not visible to its methods
                found.of_class = made
        frame.scope[node.name] = made

    # -- modules

    def _import(self, statement: ast.Import | ast.ImportFrom, frame: Frame) -> None:
        if isinstance(statement, ast.Import):
            for alias in statement.names:
                self._import_module(alias, frame)
            return
        name, level = statement.module or "", statement.level
        module = self._load(self._modules.find(name, level=level, importer=frame.path))
        for alias in statement.names:
            if alias.name == "*":
                frame.scope.update({} if module is None else module.public)
                continue
            whole = f"{name}.{alias.name}" if name else alias.name
            found = None if module is None else module.names.get(alias.name)
            if found is None:
                found = self._load(self._modules.find(whole, level=level, importer=frame.path))
            frame.scope[alias.asname or alias.name] = Foreign(name=whole, is_library=True) if found is None else found

    def _import_module(self, alias: ast.alias, frame: Frame) -> None:
        module = self._load(self._modules.find(alias.name))
        first, *rest = alias.name.split(".")
        if alias.asname or not rest:
            frame.scope[alias.asname or first] = module or Foreign(name=alias.name, is_library=True)
            return
        owner = frame.scope.get(first)
        if module is None or isinstance(owner, Foreign):
            frame.scope[first] = Foreign(name=first, is_library=True)
            return
        for part in reversed(rest):
            module = Module(names={part: module})
        frame.scope[first] = Module(names={**(owner.names if isinstance(owner, Module) else {}), **module.names})

    def _load(self, source: SourceModule | None) -> Module | None:
        if source is None:
            return None
        if source.path not in self._loaded:
            scope: Scope = ChainMap({"__name__": source.path})
            self._loaded[source.path] = Module(names=scope.maps[0])
            doubts, self._doubts = self._doubts, 0
            self._block(source.tree.body, Frame(scope=scope, path=source.path))
            self._doubts = doubts
        return self._loaded[source.path]

    # -- expressions

    def value(self, node: ast.expr, frame: Frame) -> Any:  # noqa: ANN401, C901, PLR0911 - one case a kind
        """Return the value of an expression; a :class:`Foreign` object if it is unknown."""
        self._count()
        match node:
            case ast.Call():
                return self._call(node, frame)
            case ast.Name(id=name):
                return frame.scope[name] if name in frame.scope else Foreign(name=name)
            case ast.Attribute(value=owner, attr=name):
                return self._attribute(self.value(owner, frame), name)
            case ast.NamedExpr(target=target, value=value):
                found = self.value(value, frame)
                frame.scope[target.id] = found
                return found
            case ast.Lambda():
                return Function(node=node, scope=frame.scope, path=frame.path)
            case ast.Await(value=value):
                return self.value(value, frame)
            case ast.List(elts=items) | ast.Tuple(elts=items):
                return self._list(items, frame)
            case ast.ListComp(elt=element, generators=[loop]) | ast.GeneratorExp(elt=element, generators=[loop]):
                return self._comprehension(node, element, loop, frame)
        try:
            return evaluate(node, frame.scope)
        except NotStaticError:
            for child in ast.iter_child_nodes(node):
                if isinstance(child, ast.expr):
                    self.value(child, frame)
        return Foreign(name="", is_made=True)

    def _comprehension(self, node: ast.expr, element: ast.expr, loop: ast.comprehension, frame: Frame) -> object:
        try:
            return evaluate(node, frame.scope)
        except NotStaticError:
            inner = replace(frame, scope=frame.scope.new_child())
            self._for(loop.target, loop.iter, [ast.Expr(value=element)], inner)
        return Foreign(name="", is_made=True)

    def _attribute(self, owner: object, name: str) -> object:
        parser = owner.parser if isinstance(owner, Object) else owner
        if isinstance(owner, Namespace):
            try:
                return owner.find(name)
            except NotStaticError:
                parser = parser if isinstance(parser, Parser) else None
        if isinstance(parser, Parser | Commands):
            return parser_methods.Method(owner=parser, name=name)
        if isinstance(owner, Super) and isinstance(owner.owner, Object) and owner.owner.parser is not None:
            return parser_methods.Method(owner=owner.owner.parser, name=name)
        if name in parser_methods.PARSER_METHODS and not is_plain(owner):
            is_given = isinstance(owner, Foreign) and (owner.is_made or owner.is_library)
            return parser_methods.Method(owner=self.given if is_given else self.loose, name=name)
        return owner.find(name) if isinstance(owner, Foreign) else Foreign(name="")

    # -- calls

    def _call(self, node: ast.Call, frame: Frame) -> Any:  # noqa: ANN401 - as value
        callee = self.value(node.func, frame)
        if isinstance(callee, Foreign) and not parser_methods.is_parser_class(callee):
            try:
                return evaluate(node, frame.scope)
            except NotStaticError:
                pass
        if isinstance(callee, Foreign) and callee.name == "super":
            return super_of(frame.method)
        return self.call(callee, self._arguments(node, frame))

    def call(self, callee: object, given: CallArguments) -> object:
        """Return the result of a call."""
        if isinstance(callee, Foreign) and callee.name in {"functools.partial", "partial"} and given.positional:
            return Partial(callee=given.positional[0], arguments=given.rest)
        if isinstance(callee, Partial):
            return self.call(callee.callee, callee.arguments.followed_by(given))
        if isinstance(callee, parser_methods.Method):
            return parser_methods.call_method(callee, given, in_doubt=self._doubts > 0)
        if isinstance(callee, Function):
            return self._call_function(callee, given)
        if isinstance(callee, Class):
            return self._make_object(callee, given)
        if isinstance(callee, Foreign) and parser_methods.is_parser_class(callee):
            return self._keep(parser_methods.make_parser(callee, given))
        parser_methods.open_parsers(callee, given)
        return Foreign(name=callee.name if isinstance(callee, Foreign) else "", is_made=True)

    def _arguments(self, node: ast.Call, frame: Frame) -> CallArguments:
        positional = self._list(node.args, frame)
        named: dict[str, Any] = {}
        for keyword in node.keywords:
            found = self._argument(keyword.value, frame)
            if keyword.arg:
                named[keyword.arg] = found
            elif isinstance(found, dict):
                named |= found
        return CallArguments(positional=tuple(positional), named=named)

    def _list(self, items: Sequence[ast.expr], frame: Frame) -> list[Any]:
        values: list[Any] = []
        for item in items:
            if isinstance(item, ast.Starred):
                found = self.value(item.value, frame)
                values += found if isinstance(found, list) else [Foreign(name="")]
            else:
                values.append(self._argument(item, frame))
        return values

    def _argument(self, node: ast.expr, frame: Frame) -> Any:  # noqa: ANN401 - as value
        """Return the value of an argument, or its expression if that tells more."""
        found = self.value(node, frame)
        if isinstance(found, Foreign) and (found.is_made or not found.name):
            return node
        return found

    def _call_function(self, function: Function, given: CallArguments) -> object:
        node = function.node
        self._reached.add(id(node))
        if self._depths[id(node)] > 1 or sum(self._depths.values()) > _DEEPEST:
            return Foreign(name="", is_made=True)
        frame = Frame(scope=function.scope.new_child(), path=function.path, method=function)
        self._depths[id(node)] += 1
        try:
            frame.scope.update(bind_parameters(function, given, lambda default: self.value(default, frame)))
            if isinstance(node, ast.Lambda):
                return self.value(node.body, frame)
            self._block(node.body, frame)
        finally:
            self._depths[id(node)] -= 1
        return join_ways("", frame.returned) if frame.returned else None

    def _make_object(self, made_of: Class, given: CallArguments) -> Object:
        parser_class = next(filter(parser_methods.is_parser_class, made_of.foreign_bases()), None)
        parser = None if parser_class is None else self._keep(parser_methods.make_parser(parser_class, given))
        made = Object(made_of=made_of, parser=parser)
        if made_of.has("__init__"):
            self.call(made.find("__init__"), given)
        return made

    def _keep(self, parser: Parser) -> Parser:
        self.parsers.append(parser)
        return parser
