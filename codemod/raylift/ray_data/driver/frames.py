"""The way from the entry block to where data are used: function by function, each called in one place."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from raylift.plan import Case, Refusal
from raylift.ray_data.driver.leaves import Leaf, leaves
from raylift.script import Script
from raylift.script.functions import references
from raylift.script.scopes import Function


@dataclass(frozen=True, slots=True)
class Frame:
    """A function, or the entry block (None), up to where it uses the data or calls the next one; `call` is what called it."""

    function: Function | None
    leaves: tuple[Leaf, ...]
    call: ast.Call | None = None

    def given(self, parameter: str) -> ast.expr | None:
        """What the call gives for a parameter; its default where it gives nothing."""
        assert self.function is not None
        arguments = self.function.args
        named = [*arguments.posonlyargs, *arguments.args]
        names = [each.arg for each in named]
        if self.call is not None:
            by_name = {keyword.arg: keyword.value for keyword in self.call.keywords}
            if parameter in by_name:
                return by_name[parameter]
            if parameter in names[: len(self.call.args)] and not any(isinstance(a, ast.Starred) for a in self.call.args):
                return self.call.args[names.index(parameter)]
        defaults = dict(zip(names[len(names) - len(arguments.defaults) :], arguments.defaults, strict=True))
        defaults |= {a.arg: d for a, d in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True) if d is not None}
        return defaults.get(parameter)


def frames_to(case: Case, use: ast.AST) -> list[Frame]:
    """The frames on the way to a use, the entry block first; raises Refusal where there is not one way."""
    found: list[Frame] = []
    place: ast.AST = use
    seen: set[Function] = set()
    while True:
        function = case.script.function(place)
        _refuse_repeated(case.script, place, function)
        if function is None or function in seen:
            break
        seen.add(function)
        call = _only_call(case.script, function)
        found.append(Frame(function, tuple(leaves(case.script, function.body, case.script.statement(place))), call))
        place = call
    entry = case.placement.entry if case.placement else ()
    found.append(Frame(None, tuple(leaves(case.script, entry, case.script.statement(place)))))
    return found[::-1]


def _only_call(script: Script, function: Function) -> ast.Call:
    if isinstance(script.parent(function), ast.ClassDef):
        text = f"the data are loaded in the method `{function.name}`, whose object lives on a worker"
        raise Refusal(function.lineno, "RL341", text, "load the data in a function, or lift without `--data ray`")
    calls = [parent for node in references(script, function) if isinstance(parent := script.parent(node), ast.Call)]
    if len(calls) == 1:
        if calls[0].func in references(script, function):
            return calls[0]
        text = f"`{function.name}`, which uses the data, is called by something else (line {calls[0].lineno})"
        raise Refusal(function.lineno, "RL343", text, "call it by its name, or load the data before")
    where = f"in {len(calls)} places" if calls else "in no place in sight"
    raise Refusal(
        function.lineno,
        "RL343",
        f"`{function.name}`, which uses the data, is called {where}",
        "call it once, or load the data before",
    )


def _refuse_repeated(script: Script, place: ast.AST, function: Function | None) -> None:
    for holder in script.enclosing(place):
        if holder is function:
            return
        if isinstance(holder, (ast.For, ast.AsyncFor, ast.While, ast.ListComp, ast.DictComp, ast.GeneratorExp)):
            text = f"the data are loaded in a loop (line {holder.lineno}), once for every round of it"
            raise Refusal(getattr(place, "lineno", 0), "RL343", text, "train once in a script, or lift without `--data ray`")
