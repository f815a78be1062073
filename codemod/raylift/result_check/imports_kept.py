"""Whether every import of a source is still there, but for those whose uses have gone; a use that has not is told as a name."""

from __future__ import annotations

from collections.abc import Iterator

from raylift.result_check.edited import STARTERS
from raylift.result_check.fault import Fault
from raylift.result_check.imported_names import imported_names, imports_ray_training
from raylift.result_check.parsed_bytes import ParsedBytes


def import_faults(before: ParsedBytes, after: ParsedBytes, target: str) -> Iterator[Fault]:
    """Imports that are lost, new ones that nothing reads, and those of a runtime that the target does without."""
    old, new = list(imported_names(before)), list(imported_names(after))
    kept = {(name.bound, name.full) for name in new}
    bound = {name.bound for name in new}
    for name in old:
        has_gone = name.bound in before.read_names or name.full.endswith(STARTERS)
        is_replaced = name.bound in bound or name.full.startswith("ray.") or has_gone
        if (name.bound, name.full) not in kept and not is_replaced:
            yield Fault(name.node.lineno, f"the import of `{name.full}` is lost")
    is_renamed = imports_ray_training(before)
    had = {(name.bound, name.full) for name in old}
    for name in new:
        if (name.bound, name.full) in had:
            continue
        if not is_renamed and name.bound not in after.read_names and name.bound not in {each.bound for each in old}:
            yield Fault(name.node.lineno, f"`{name.full}` is imported and never used")
        if target == "ray" and name.full.startswith("raylift_runtime"):
            yield Fault(name.node.lineno, f"`{name.full}` is not part of stock Ray")
