"""Yes-or-no facts that spread: one holds of a value if it holds of anything that the value may come from."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable

from raylift.script import ScriptNode, Value

Look = Callable[[ScriptNode], "bool | Iterable[Value]"]


class Spread:
    """A question whose answer for a node in sight is yes, no, or that of any of the values it may come from.

    Every node is looked at once; then each yes goes back along the lines that lead to it, each passed once.
    """

    def __init__(self, of_name: Callable[[str], bool], look: Look) -> None:
        self._of_name = of_name
        self._look = look

    def __call__(self, value: Value) -> bool:
        if isinstance(value, str):
            return self._of_name(value)
        known = value.script.facts.answers.setdefault(self, {})
        assert isinstance(known, dict)
        if value.node not in known:
            found: dict[ast.AST, bool] = {}
            self._find_out(value, known, found)
            known.update(found)
        return bool(known[value.node])

    def _find_out(self, first: ScriptNode, known: dict[ast.AST, bool], found: dict[ast.AST, bool]) -> None:
        users: dict[ast.AST, list[ast.AST]] = {first.node: []}
        waiting, holding = [first], []
        while waiting:
            value = waiting.pop()
            found[value.node] = False
            answer = self._look(value)
            if isinstance(answer, bool):
                holding += [value.node] if answer else []
                continue
            for origin in answer:
                if isinstance(origin, str):
                    holding += [value.node] if self._of_name(origin) else []
                elif known.get(origin.node):
                    holding.append(value.node)
                elif origin.node not in known:
                    if origin.node not in users:
                        users[origin.node] = []
                        waiting.append(origin)
                    users[origin.node].append(value.node)
        while holding:
            node = holding.pop()
            if not found[node]:
                found[node] = True
                holding += users[node]
