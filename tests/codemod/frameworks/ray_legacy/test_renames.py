"""Each name of `ray.air` and of old Ray Train, before and after."""

from __future__ import annotations

import ast
import io
import tokenize

import pytest
from tests.codemod.lifting import lifted, notices, refusal

from raylift.frameworks.ray_legacy.legacy_names import LEGACY_TRAINERS, TRANSFORMERS_TRAINERS
from raylift.lift import rewrite
from raylift.outcome import Untouched

PAIRS = {
    "report": (
        "from ray.air import session\n\n\ndef loop(config):\n    session.report({'loss': 1.0})\n",
        "import ray.train\n\n\ndef loop(config):\n    ray.train.report({'loss': 1.0})\n",
    ),
    "report, where Ray is imported": (
        "import ray\nfrom ray import air\nfrom ray.train import Checkpoint\n\n\ndef loop(config):\n    air.session.report({})\n",
        "import ray\nfrom ray.train import Checkpoint\n\n\ndef loop(config):\n    ray.train.report({})\n",
    ),
    "functions by name keep their names": (
        "from ray.air.session import get_checkpoint, get_dataset_shard as shard, report\n\nreport({}, checkpoint=get_checkpoint())\n",
        "from ray.train import get_checkpoint, get_dataset_shard as shard, report\n\nreport({}, checkpoint=get_checkpoint())\n",
    ),
    "ranks": (
        "from ray.air import session\n\nprint(session.get_world_rank(), session.get_world_size(), session.get_local_rank())\n",
        (
            "import ray.train\n\nprint(ray.train.get_context().get_world_rank(), ray.train.get_context().get_world_size(), "
            "ray.train.get_context().get_local_rank())\n"
        ),
    ),
    "a rank by name": (
        "from ray.air.session import get_world_rank as rank\n\nif rank() == 0:\n    print('first')\n",
        "import ray.train\n\nif ray.train.get_context().get_world_rank() == 0:\n    print('first')\n",
    ),
    "ranks of Ray 1": (
        "from ray import train\n\nprint(train.world_rank(), train.world_size())\n",
        "from ray import train\n\nprint(train.get_context().get_world_rank(), train.get_context().get_world_size())\n",
    ),
    "configurations": (
        "from ray.air.config import (\n    CheckpointConfig,  # keeps\n    RunConfig,\n)\n\nRunConfig(checkpoint_config=CheckpointConfig(1))\n",
        "from ray.train import (\n    CheckpointConfig,  # keeps\n    RunConfig,\n)\n\nRunConfig(checkpoint_config=CheckpointConfig(1))\n",
    ),
    "configurations under another name": (
        "from ray.air import FailureConfig as Failures, ScalingConfig as SC\n\nSC(num_workers=2), Failures(1)\n",
        "from ray.train import FailureConfig as Failures, ScalingConfig as SC\n\nSC(num_workers=2), Failures(1)\n",
    ),
    "configurations as attributes": (
        "import ray.air\n\nray.air.config.ScalingConfig(num_workers=2)\n",
        "import ray.train\n\nray.train.ScalingConfig(num_workers=2)\n",
    ),
    "a checkpoint of a folder": (
        "from ray.air.checkpoint import Checkpoint\n\nCheckpoint.from_directory('folder')\n",
        "from ray.train import Checkpoint\n\nCheckpoint.from_directory('folder')\n",
    ),
    "a checkpoint of a URI": (
        "from ray.air import Checkpoint\n\nc = Checkpoint.from_uri(uri)\nprint(c.uri)\n",
        "from ray.train import Checkpoint\n\nc = Checkpoint(uri)\nprint(c.path)\n",
    ),
    "a checkpoint of today's class, too": (
        "from ray.train import Checkpoint\n\nc = Checkpoint.from_uri('s3://bucket')\n",
        "from ray.train import Checkpoint\n\nc = Checkpoint('s3://bucket')\n",
    ),
    "an imported name that stays": (
        "from ray import air, data\n\nair.RunConfig(name='a'), data.range(1)\n",
        "import ray.train\nfrom ray import data\n\nray.train.RunConfig(name='a'), data.range(1)\n",
    ),
    "inside a try": (
        "try:\n    from ray.air import session\nexcept ImportError:\n    session = None\n",
        "try:\n    pass\nexcept ImportError:\n    session = None\n",
    ),
}


@pytest.mark.parametrize(("before", "after"), PAIRS.values(), ids=PAIRS)
def test_a_name_has_its_form_of_today(before: str, after: str) -> None:
    assert lifted(before) == after


@pytest.mark.parametrize("name", sorted(LEGACY_TRAINERS))
def test_a_trainer_is_known_under_every_path_it_ever_had(name: str) -> None:
    module, _, trainer = name.rpartition(".")
    code = lifted(f"from {module} import {trainer} as T\n\nT(run, accelerate_config={{}}).fit()\n" if name not in TRANSFORMERS_TRAINERS
                  else f"from {module} import {trainer} as T\n\nt = T(run, datasets={{}})\n")  # fmt: skip
    assert "from raylift_runtime.torch import TorchTrainer\n" in code
    assert trainer not in code


@pytest.mark.parametrize("name", sorted(LEGACY_TRAINERS))
def test_a_trainer_is_known_as_an_attribute(name: str) -> None:
    module, _, trainer = name.rpartition(".")
    code = lifted(f"import {module} as library\n\nt = library.{trainer}(run, datasets={{}})\n")
    assert "library" not in code
    assert "from raylift_runtime.torch import TorchTrainer\n" in code


def test_a_trial_is_now_a_run() -> None:
    source = "from ray.air import session\n\nprint(session.get_trial_name(), session.get_trial_dir())\n"
    code = lifted(source)
    assert "ray.train.get_context().get_experiment_name(), ray.train.get_context().get_storage().experiment_fs_path" in code
    assert [notice.rule for notice in notices(source)] == ["RL233", "RL233"]


@pytest.mark.parametrize(
    "source",
    [
        "from ray.air import session\n\nsession.get_trial_resources()\n",
        "from ray import train\n\ntrain.save_checkpoint(epoch=1)\n",
        "from ray.air.integrations.wandb import setup_wandb\n\nsetup_wandb({})\n",
        "from ray.air.util.check_ingest import DummyTrainer\n\nDummyTrainer()\n",
        "from ray.train.torch import accelerate\n\naccelerate(amp=True)\n",
        "from ray.air.config import *\n\nScalingConfig(2)\n",
    ],
)
def test_a_name_without_a_successor_is_refused(source: str) -> None:
    assert refusal(source).rule == "RL322"
    assert refusal(source).remedy


def test_a_trial_of_the_context_is_a_run_as_well() -> None:
    source = "import ray.train\n\ncontext = ray.train.get_context()\nprint(context.get_trial_name(), context.get_trial_dir())\n"
    assert lifted(source).endswith("print(context.get_experiment_name(), context.get_storage().experiment_fs_path)\n")
    assert refusal(source.replace("get_trial_name", "get_trial_resources")).rule == "RL322"


def test_a_worker_asks_its_own_process_for_its_resources() -> None:
    source = "from ray.air import session\n\nthreads = session.get_trial_resources().bundles[-1].get('CPU', 1)\n"
    assert lifted(source).endswith("threads = int(ray.get_runtime_context().get_assigned_resources().get('CPU', 1))\n")
    assert refusal(source.replace("[-1]", "[0]")).rule == "RL322"


def test_old_releases_that_workers_would_get_are_told() -> None:
    source = "import ray\nfrom ray.air import session\n\nray.init(runtime_env={'pip': ['transformers==4.26.0', 'evaluate']})\nsession.report({})\n"
    assert [notice.rule for notice in notices(source)] == ["RL237"]


@pytest.mark.parametrize("use", ["tune.run(f)", "tune.Tuner(f, run_config=RunConfig()).fit()", "tune.choice([1])"])
def test_a_script_of_ray_tune_alone_is_left_alone(use: str) -> None:
    source = (
        f"from ray import tune\nfrom ray.air import RunConfig, session\n\ndef f(config):\n    session.report({{}})\n\n{use}\n"
    )
    assert isinstance(rewrite(source.encode()), Untouched)


def test_metrics_that_ray_no_longer_adds_are_told_in_any_old_script() -> None:
    source = "from ray.air import ScalingConfig\n\nresult = make(ScalingConfig(2)).fit()\nprint(result.metrics['time_total_s'], result.log_dir)\n"
    assert [notice.rule for notice in notices(source)] == ["RL236"]
    assert lifted(source).endswith("result.path)\n")


def test_two_imports_in_one_line_are_told_apart() -> None:
    assert (
        lifted("import os; from ray.air import session\nsession.report({})\n")
        == "import os\nimport ray.train\nray.train.report({})\n"
    )
    crowded = "from ray.air import session; from ray.air import Checkpoint\nsession.report(Checkpoint)\n"
    assert refusal(crowded).rule == "RL327"


def test_a_session_handed_on_as_a_value_is_refused() -> None:
    assert refusal("from ray.air import session\n\nlog(session)\n").rule == "RL324"


@pytest.mark.parametrize("place", ["integrations", "callbacks"])
def test_a_callback_of_tune_goes_with_a_notice(place: str) -> None:
    source = (
        f"from ray.air import RunConfig\nfrom ray.air.{place}.wandb import WandbLoggerCallback\n\n"
        "RunConfig(name='a', callbacks=[WandbLoggerCallback(project='p')])\n"
    )
    assert lifted(source) == "from ray.train import RunConfig\n\nRunConfig(name='a')\n"
    assert notices(source)[0].rule == "RL234"


def test_a_callback_of_tune_made_elsewhere_is_refused() -> None:
    source = (
        "from ray.air import RunConfig\nfrom ray.air.integrations.wandb import WandbLoggerCallback\n\n"
        "log = WandbLoggerCallback(project='p')\nRunConfig(callbacks=[log])\n"
    )
    assert refusal(source).rule == "RL324"


def test_a_name_in_a_comment_or_a_string_does_not_make_a_script_legacy() -> None:
    source = b"import ray.train\n# ray.air.session\nprint('ray.air', ray.train.report)\n"
    assert isinstance(rewrite(source), Untouched)


def test_modules_of_ray_itself_are_left_alone() -> None:
    source = b"from ray.air._internal.util import skip_exceptions\nfrom ray.air import session\n\nsession.report({})\n"
    assert isinstance(rewrite(source), Untouched)


def test_the_comment_above_an_import_that_goes_stays() -> None:
    code = lifted(
        "import ray\nfrom ray.train import report\n# how we report\nfrom ray.air import session\n\nsession.report({})\n"
    )
    assert "# how we report\n" in code
    ast.parse(code)


def test_comments_of_imports_that_go_stand_above_what_follows_or_at_a_pass() -> None:
    gone = "    # why\n    from ray.air.config import DatasetConfig\n    # and\n    from ray.air.config import DatasetConfig as B  # more\n"
    code = lifted(f"def f():\n{gone}    return 1\n\n\ndef g():\n{gone}")
    assert code == (
        "def f():\n    # why\n    # and\n    # more\n    return 1\n\n\ndef g():\n    # why\n    # and\n    pass  # more\n"
    )


COMMENTED = """\
# of the file
import os

# above
from ray.air import (  # after the bracket
    # between
    session,  # after a name
    ScalingConfig,
    # at the end
)
# above one that goes
from ray.air.config import DatasetConfig  # after one that goes

try:
    # above one in a block
    from ray.air.config import DatasetConfig as Old  # after one in a block
except ImportError:
    pass


def loop(config):
    # above one in a function
    from ray.air.config import DatasetConfig as Older

    session.report({"size": str(ScalingConfig)})
"""


@pytest.mark.parametrize("runtime", ["raylift", "ray"])
def test_no_comment_of_an_import_is_lost_wherever_it_stands(runtime: str) -> None:
    code = lifted(COMMENTED, runtime=runtime)
    comments = [
        token.string for token in tokenize.generate_tokens(io.StringIO(COMMENTED).readline) if token.type == tokenize.COMMENT
    ]
    assert [
        each.string for each in tokenize.generate_tokens(io.StringIO(code).readline) if each.type == tokenize.COMMENT
    ] == comments
    assert "DatasetConfig" not in code
    assert code.count("import ray.train\n") == 1


@pytest.mark.parametrize(
    ("names", "comment", "after"),
    [
        ("session", "  # one", "if new: pass  # one\n"),
        ("(session,  # one\n    DatasetConfig)", "", "if new:\n    # one\n    pass\n"),
        (
            "(session,  # one\n    ScalingConfig)",
            "  # two",
            "if new:\n    # one\n    from ray.train import ScalingConfig  # two\n",
        ),
    ],
)
def test_no_comment_of_an_import_behind_a_colon_is_lost(names: str, comment: str, after: str) -> None:
    source = f"if new: from ray.air import {names}{comment}\nsession.report({{}})\nprint(ScalingConfig)\n"
    assert after in lifted(source)


def test_line_ends_and_tabs_stay() -> None:
    code = lifted("from ray.air import session\r\n\r\ndef loop():\r\n\tsession.report({})\r\n")
    assert code == "import ray.train\r\n\r\ndef loop():\r\n\tray.train.report({})\r\n"


def test_the_callback_of_keras_still_works_and_stays() -> None:
    source = "from ray.air.integrations.keras import ReportCheckpointCallback\n\n\ndef train(model):\n    model.fit(callbacks=[ReportCheckpointCallback()])\n"
    assert isinstance(rewrite(source.encode()), Untouched)


def test_the_package_stays_imported_where_an_import_that_goes_brought_it() -> None:
    assert (
        lifted("import ray.air\n\n\ndef loop(config):\n    ray.init()\n")
        == "import ray.train\n\n\ndef loop(config):\n    ray.init()\n"
    )
