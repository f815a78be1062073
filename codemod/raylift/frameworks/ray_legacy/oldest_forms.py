"""What Ray 1.13 was given in another form: metrics as keywords, configurations as dicts.

    train.report(loss=loss.item())                     TorchTrainer(loop, scaling_config={"num_workers": 2})

becomes

    train.report({"loss": loss.item()})                TorchTrainer(loop, scaling_config=ScalingConfig(**{"num_workers": 2}))
"""

from __future__ import annotations

from collections.abc import Iterator

from raylift.edits.calls import Argument, recast_argument
from raylift.edits.expressions import replace_by
from raylift.frameworks.ray_legacy.legacy_uses import dict_configurations, keyword_reports
from raylift.frameworks.ray_legacy.modern_forms import modern_code
from raylift.plan import Case, Edit, Finding, NeededImport
from raylift.script.expressions import written


def give_todays_forms(case: Case) -> Iterator[Finding]:
    """Metrics in one dict, configurations as objects."""
    script, settings = case.script, case.settings
    for call in keyword_reports(script):
        given = [(keyword.arg, modern_code(script, keyword.value, settings)) for keyword in call.keywords]
        metrics = ", ".join(f'"{name}": {value}' if name else f"**{value}" for name, value in given)
        change = replace_by(f"{written(script, call.func)}({{{metrics}}})")
        yield Edit(call, change, "RL231", "`report` takes its metrics as one dict")
    for keyword, name in dict_configurations(script):
        change = recast_argument(Argument(str(keyword.arg), f"{name}(**{modern_code(script, keyword.value, settings)})"))
        yield Edit(keyword, change, "RL231", f"`{keyword.arg}` is a {name} now")
        yield NeededImport("ray.train", name)
