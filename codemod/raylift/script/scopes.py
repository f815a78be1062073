"""Which scope every node of a syntax tree lives in, and what binds each name there."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
DEFINITIONS = (*FUNCTIONS, ast.ClassDef)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Imported:
    """A name bound by an import: what it stands for, dots first where the import is relative."""

    name: str
    node: ast.stmt


Binding = Imported | ast.AST
"""What binds a name: an import, a definition, a parameter, the assigned expression, or else the storing name itself."""


@dataclass(eq=False, slots=True)
class Scope:
    """A block of names; comprehensions count as one of their own."""

    node: ast.AST
    parent: Scope | None = None
    bindings: dict[str, list[Binding]] = field(default_factory=dict)
    shared: set[str] = field(default_factory=set)
    outer: set[str] = field(default_factory=set)
    stars: list[str] = field(default_factory=list)

    def bind(self, name: str, binding: Binding) -> None:
        self.bindings.setdefault(name, []).append(binding)

    @property
    def is_deferred(self) -> bool:
        """Whether the code here runs later than the statement that holds it."""
        return isinstance(self.node, (*FUNCTIONS, ast.Lambda)) or bool(self.parent and self.parent.is_deferred)

    def owner(self, name: str) -> Scope | None:
        """The scope whose binding a read of `name` here finds; None for builtins and names bound nowhere."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.shared:
                scope = scope.module()
            hidden = isinstance(scope.node, ast.ClassDef) and scope is not self
            if not hidden and name in scope.bindings:
                return scope
            scope = scope.parent
        return None

    def module(self) -> Scope:
        scope = self
        while scope.parent is not None:
            scope = scope.parent
        return scope


class Scopes(ast.NodeVisitor):
    """Every node's scope and parent, found in one walk."""

    def __init__(self, tree: ast.Module) -> None:
        self.module = Scope(tree)
        self.of: dict[ast.AST, Scope] = {}
        self.parent = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
        self._scope = self.module
        self.visit(tree)

    def visit(self, node: ast.AST) -> None:
        self.of[node] = self._scope
        super().visit(node)

    def _within(self, node: ast.AST, children: Iterable[ast.AST | None]) -> None:
        outer, self._scope = self._scope, Scope(node, self._scope)
        for child in children:
            if child is not None:
                self.visit(child)
        self._scope = outer

    def _visit_all(self, nodes: Iterable[ast.AST | None]) -> None:
        for node in nodes:
            if node is not None:
                self.visit(node)

    def _store(self, target: ast.AST, value: ast.AST) -> None:
        if isinstance(target, ast.Name):
            self._binder(target.id).bind(target.id, value)
            self.of[target] = self._scope

    def _binder(self, name: str) -> Scope:
        """The scope that binds a name here: that of the function around it where it is `nonlocal`."""
        scope = self._scope
        while name in scope.outer or (isinstance(scope.node, ast.ClassDef) and scope is not self._scope):
            assert scope.parent is not None
            scope = scope.parent
        return scope.module() if name in scope.shared else scope

    def visit_FunctionDef(self, node: Function) -> None:
        self._binder(node.name).bind(node.name, node)
        self._visit_all([*node.decorator_list, *node.args.defaults, *node.args.kw_defaults])
        arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        named = [*arguments, *(a for a in (node.args.vararg, node.args.kwarg) if a)]
        self._visit_all([*(a.annotation for a in named), node.returns])
        outer, self._scope = self._scope, Scope(node, self._scope)
        for argument in named:
            self._scope.bind(argument.arg, argument)
        self._visit_all(node.body)
        self._scope = outer

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self._visit_all([*node.args.defaults, *node.args.kw_defaults])
        outer, self._scope = self._scope, Scope(node, self._scope)
        for argument in ast.walk(node.args):
            if isinstance(argument, ast.arg):
                self._scope.bind(argument.arg, argument)
        self.visit(node.body)
        self._scope = outer

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._binder(node.name).bind(node.name, node)
        self._visit_all([*node.decorator_list, *node.bases, *node.keywords])
        self._within(node, node.body)

    def _visit_comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> None:
        self.visit(node.generators[0].iter)
        parts = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        rest: list[ast.AST] = []
        for index, generator in enumerate(node.generators):
            rest += [generator.target, *generator.ifs, *([generator.iter] if index else [])]
        self._within(node, [*rest, *parts])

    visit_ListComp = visit_SetComp = visit_GeneratorExp = visit_DictComp = _visit_comprehension

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            bound = alias.asname or alias.name.partition(".")[0]
            self._binder(bound).bind(bound, Imported(alias.name if alias.asname else bound, node))

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        origin = "." * node.level + (node.module or "")
        for alias in node.names:
            if alias.name == "*":
                self._scope.stars.append(origin)
                continue
            bound = alias.asname or alias.name
            joint = "" if origin.endswith(".") else "."
            self._binder(bound).bind(bound, Imported(f"{origin}{joint}{alias.name}", node))

    def visit_Global(self, node: ast.Global) -> None:
        self._scope.shared.update(node.names)

    def visit_Nonlocal(self, node: ast.Nonlocal) -> None:
        self._scope.outer.update(node.names)

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, (ast.Store, ast.Del)):
            self._binder(node.id).bind(node.id, node)

    def visit_Assign(self, node: ast.Assign) -> None:
        self.visit(node.value)
        for target in node.targets:
            self._bind_target(target, node.value)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self._visit_all([node.value, node.annotation])
        if node.value is not None or not isinstance(node.target, ast.Name):
            self._bind_target(node.target, node.value or node.target)
        else:
            self._store(node.target, node.target)

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        self.visit(node.value)
        scope = self._scope
        while isinstance(scope.node, COMPREHENSIONS) and scope.parent is not None:
            scope = scope.parent
        self.of[node.target] = scope
        scope.bind(node.target.id, node.value)

    def _bind_target(self, target: ast.AST, value: ast.AST) -> None:
        if isinstance(target, ast.Name):
            self._store(target, value)
        elif isinstance(target, (ast.Tuple, ast.List)) and isinstance(value, (ast.Tuple, ast.List)):
            plain = not any(isinstance(e, ast.Starred) for e in (*target.elts, *value.elts))
            if plain and len(target.elts) == len(value.elts):
                for inner, part in zip(target.elts, value.elts, strict=True):
                    self._bind_target(inner, part)
                return
            self.visit(target)
        else:
            self.visit(target)

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        if node.name:
            self._binder(node.name).bind(node.name, node)
        self.generic_visit(node)

    def visit_MatchAs(self, node: ast.MatchAs) -> None:
        if node.name:
            self._binder(node.name).bind(node.name, node)
        self.generic_visit(node)

    def visit_MatchMapping(self, node: ast.MatchMapping) -> None:
        if node.rest:
            self._binder(node.rest).bind(node.rest, node)
        self.generic_visit(node)

    def visit_MatchStar(self, node: ast.MatchStar) -> None:
        if node.name:
            self._binder(node.name).bind(node.name, node)
