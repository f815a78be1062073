"""TransformersTrainer and HuggingFaceTrainer: what their scripts become."""

from __future__ import annotations

import textwrap

import pytest
from tests.codemod.lifting import lifted, notices, refusal

HEAD = "from ray.train.huggingface import TransformersTrainer\nfrom transformers import Trainer, TrainingArguments\n\n\n"
INIT = '''def init(train_ds, eval_ds, **config):
    """Makes a Trainer."""
    args = TrainingArguments("out", save_strategy="epoch", max_steps=4, per_device_train_batch_size=2)
    return Trainer(model, args, train_dataset=train_ds, eval_dataset=eval_ds)


'''
PLAIN = HEAD + INIT + "trainer = TransformersTrainer(init, datasets={'train': a, 'evaluation': b})\nresult = trainer.fit()\n"


def body(code: str) -> str:
    """The part of a script below its imports."""
    return code[code.index("\n\n\n") + 3 :]


@pytest.mark.parametrize("runtime", ["raylift", "ray"])
def test_an_init_function_of_few_words_is_known_in_what_it_becomes(runtime: str) -> None:
    source = PLAIN.replace(
        'TrainingArguments("out", save_strategy="epoch", max_steps=4, per_device_train_batch_size=2)', "first if one else second"
    )
    assert "args = first if one else second\n" in lifted(source, runtime=runtime)


@pytest.mark.parametrize("parameters", ["train_ds, eval_ds, *rest, **config", "train_ds, eval_ds, *, seed=1, **config"])
def test_an_init_function_with_parameters_of_other_kinds_stays_and_is_called(parameters: str) -> None:
    code = lifted(PLAIN.replace("train_ds, eval_ds, **config", parameters))
    assert f"def init({parameters}):" in code
    assert "= init(" in code


def test_a_plain_init_function_becomes_the_train_function() -> None:
    assert (
        lifted(PLAIN)
        == '''from ray.train import DataConfig
from raylift_runtime.data import get_dataset_shard
from raylift_runtime.torch import TorchTrainer
from raylift_runtime.transformers import RayTrainReportCallback, prepare_trainer
from transformers import Trainer, TrainingArguments


def train_func():
    """Makes a Trainer."""
    train_ds = get_dataset_shard("train")
    eval_ds = get_dataset_shard("evaluation")
    args = TrainingArguments("out", save_strategy="epoch", max_steps=4, per_device_train_batch_size=2)
    trainer = Trainer(model, args, train_dataset=train_ds, eval_dataset=eval_ds)
    trainer.add_callback(RayTrainReportCallback())
    trainer = prepare_trainer(trainer)
    trainer.train()


trainer = TorchTrainer(train_func, datasets={'train': a, 'evaluation': b}, dataset_config=DataConfig(datasets_to_split=["train"]))
result = trainer.fit()
'''
    )


def test_stock_ray_gives_it_batches_of_the_same_size() -> None:
    assert (
        body(lifted(PLAIN, runtime="ray"))
        == '''def train_func():
    """Makes a Trainer."""
    args = TrainingArguments("out", save_strategy="epoch", max_steps=4, per_device_train_batch_size=2)
    train_ds = ray.train.get_dataset_shard("train").iter_torch_batches(batch_size=args.per_device_train_batch_size)
    eval_ds = ray.train.get_dataset_shard("evaluation").iter_torch_batches(batch_size=args.per_device_eval_batch_size)
    trainer = Trainer(model, args, train_dataset=train_ds, eval_dataset=eval_ds)
    trainer.add_callback(RayTrainReportCallback())
    trainer = prepare_trainer(trainer)
    trainer.train()


trainer = TorchTrainer(train_func, datasets={'train': a, 'evaluation': b}, dataset_config=DataConfig(datasets_to_split=["train"]))
result = trainer.fit()
'''
    )


def test_stock_ray_s_batches_are_there_where_the_init_function_first_reads_them() -> None:
    named = PLAIN.replace("    return Trainer(", "    made = Trainer(").replace(
        "eval_dataset=eval_ds)", "eval_dataset=eval_ds)\n    return made"
    )
    lines = body(lifted(named, runtime="ray")).splitlines()
    assert [line.strip().partition(" = ")[0] for line in lines[2:7]] == [
        "args", "train_ds", "eval_ds", "made", "made.add_callback(RayTrainReportCallback())",
    ]  # fmt: skip


def test_a_config_reaches_the_train_function() -> None:
    source = PLAIN.replace("(init, ", "(trainer_init_per_worker=init, trainer_init_config={'lr': 1}, ")
    code = lifted(source)
    assert "def train_func(config):\n" in code
    assert "TorchTrainer(train_func, train_loop_config={'lr': 1}, datasets=" in code


@pytest.mark.parametrize("runtime", ["raylift", "ray"])
def test_an_init_function_that_is_named_after_other_keywords_stays_a_keyword(runtime: str) -> None:
    source = PLAIN.replace(
        "(init, datasets={'train': a, 'evaluation': b}", "(datasets={'train': a, 'evaluation': b}, trainer_init_per_worker=init"
    )
    assert "train_loop_per_worker=train_func" in lifted(source, runtime=runtime)


def test_a_config_that_is_read_but_never_given_is_empty() -> None:
    code = lifted(PLAIN.replace('"out"', 'config.get("out", "out")'))
    assert "def train_func(config):\n" in code
    assert "train_loop_config" not in code


def test_what_the_init_function_returns_by_name_keeps_its_name() -> None:
    code = lifted(
        PLAIN.replace("    return Trainer(", "    mine = Trainer(").replace("eval_ds)\n\n", "eval_ds)\n    return mine\n\n")
    )
    assert "    mine.add_callback(RayTrainReportCallback())\n    mine = prepare_trainer(mine)\n    mine.train()\n" in code


CALLED = {
    "an imported function": ("from recipe import make\n", "make", "make"),
    "a bound method": ("recipe = Recipe()\n", "recipe.build", "recipe.build"),
    "a decorated function": (
        "@cached\ndef make(train, evaluation, **config):\n    return Trainer(train_dataset=train)\n", "make", "make"
    ),
    "a signature with a name for each setting": (
        "def make(train, evaluation, lr, epochs=1):\n    return Trainer(train_dataset=train)\n", "make", "make"
    ),
    "a function that is called elsewhere, too": (
        "def make(train, evaluation, **config):\n    return Trainer(train_dataset=train)\n\nmake(1, 2)\n", "make", "make"
    ),
    "a function with two ends": (
        "def make(train, evaluation, **config):\n    if config:\n        return None\n    return Trainer(train_dataset=train)\n",
        "make",
        "make",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("before", "given", "called"), CALLED.values(), ids=CALLED)
def test_anything_else_is_called_by_a_train_function(before: str, given: str, called: str) -> None:
    source = f"{HEAD}{before}trainer = TransformersTrainer({given}, trainer_init_config=config, datasets=data)\n"
    code = lifted(source)
    assert (
        f"""def train_func(config):
    trainer = {called}(get_dataset_shard("train"), get_dataset_shard("evaluation"), **config)
    trainer.add_callback(RayTrainReportCallback())
    trainer.add_callback(SaveAtEndCallback())
    trainer = prepare_trainer(trainer)
    trainer.train()


trainer = TorchTrainer(train_func, train_loop_config=config, datasets=data, """
        in code
    )
    assert before in code


@pytest.mark.parametrize("before", ["", "x = 1; ", "x = 1; y = 2; "])
def test_a_train_function_stands_apart_from_what_shared_a_line_with_the_trainer(before: str) -> None:
    code = lifted(f"{HEAD}# why\n{before}TransformersTrainer(lambda a, b: Trainer(1), datasets={{'train': a}}).fit()\n")
    above = f"\n# why\n{before.removesuffix('; ')}\n\n\n" if before else "\n\n\n"
    assert f"{above}trainer_init_per_worker = lambda a, b: Trainer(1)\n\n\ndef train_func():\n" in code
    below = "" if before else "# why\n"
    assert code.endswith(f"    trainer.train()\n\n\n{below}TorchTrainer(train_func, datasets={{'train': a}}).fit()\n")


def test_the_arguments_of_a_method_are_looked_at() -> None:
    method = "    def init(self, a, b, **c):\n        return Trainer(args=TrainingArguments('x', save_strategy='epoch'))\n"
    code = lifted(
        HEAD + "class Study:\n    def go(self):\n        return TransformersTrainer(self.init, datasets=d).fit()\n\n" + method
    )
    assert "            trainer = self.init(get_dataset_shard" in code
    assert "SaveAtEndCallback" not in code


def test_a_function_under_a_second_name_keeps_its_own() -> None:
    code = lifted(PLAIN.replace("trainer = Trans", "make = init\ntrainer = Trans").replace("(init, ", "(make, "))
    assert "def init(train_ds, eval_ds, **config):\n" in code
    assert "    trainer = make(get_dataset_shard(" in code


def test_a_lambda_gets_a_name() -> None:
    code = lifted(
        HEAD + "t = TransformersTrainer(lambda train, _, **c: Trainer('model', train_dataset=train), datasets={'train': a})\n"
    )
    assert "trainer_init_per_worker = lambda train, _, **c: Trainer('model', train_dataset=train)\n" in code
    assert '    trainer = trainer_init_per_worker(get_dataset_shard("train"), None)\n' in code


def test_a_function_of_one_parameter_is_given_one() -> None:
    code = lifted(
        HEAD + "def make(train):\n    return Trainer(train_dataset=train)\n\nt = TransformersTrainer(make, datasets=d)\n"
    )
    assert '    trainer = make(get_dataset_shard("train"))\n' in code


def test_a_closure_stays_where_it_is() -> None:
    source = HEAD + "def main():\n    size = 4\n" + "".join(f"    {line}\n" if line else "\n" for line in INIT.splitlines())
    code = lifted(
        source.replace("=2)", "=size)") + "    return TransformersTrainer(init, datasets={'train': a}).fit()\n\n\nmain()\n"
    )
    assert (
        '    size = 4\n    def train_func():\n        """Makes a Trainer."""\n        train_ds = get_dataset_shard("train")\n'
        in code
    )
    assert "        eval_ds = None\n" in code
    assert "    return TorchTrainer(train_func, datasets={'train': a}).fit()\n" in code


def test_each_trainer_of_a_script_has_its_own_train_function() -> None:
    source = (
        HEAD
        + INIT
        + "for lr in (1, 2):\n    TransformersTrainer(init, trainer_init_config={'lr': lr}).fit()\nTransformersTrainer(init).fit()\n"
    )
    code = lifted(source)
    assert "for lr in (1, 2):\n\n    def train_func(config):\n" in code
    assert "\n\ndef train_func_2():\n    trainer = init(None, None)\n" in code


def test_a_taken_name_is_not_taken_again() -> None:
    code = lifted(PLAIN.replace("HEAD", "") + "train_func = 1\nget_dataset_shard = None\n")
    assert "def ray_train_func():\n" in code
    assert 'train_ds = raylift_runtime.data.get_dataset_shard("train")\n' in code
    assert "import raylift_runtime.data\n" in code


def test_two_classes_named_torch_trainer_stay_apart() -> None:
    code = lifted("from ray.train.torch import TorchTrainer\n" + PLAIN + "TorchTrainer(other)\n")
    assert "trainer = raylift_runtime.torch.TorchTrainer(train_func" in code
    assert "\nTorchTrainer(other)\n" in code
    assert "import raylift_runtime.torch\n" in code


def test_an_evaluation_dataset_under_another_name_is_used_and_told() -> None:
    source = PLAIN.replace("'evaluation'", "'validation'")
    assert 'eval_ds = get_dataset_shard("validation")\n' in lifted(source)
    assert [notice.rule for notice in notices(source)] == ["RL134"]


def test_a_dataset_that_the_script_asks_for_itself_is_not_for_evaluation() -> None:
    source = PLAIN.replace("'evaluation'", "'extra'").replace("    args =", "    session.get_dataset_shard('extra')\n    args =")
    assert "eval_ds = None\n" in lifted("from ray.air import session\n" + source)


def test_only_training_data_is_split_by_ray() -> None:
    split = 'dataset_config=DataConfig(datasets_to_split=["train"])'
    assert split in lifted(PLAIN.replace("{'train': a, 'evaluation': b}", "data"))
    assert "DataConfig" not in lifted(PLAIN.replace(", 'evaluation': b", ""))
    given = PLAIN.replace("})", "}, dataset_config=DataConfig())")
    assert split in lifted("from ray.train import DataConfig\n" + given)
    assert 'datasets_to_split=["train", "b"]' in lifted(
        "from ray.air.config import DatasetConfig\n"
        + PLAIN.replace("})", "}, dataset_config={'train': DatasetConfig(split=True), 'b': DatasetConfig(split=True)})")
    )


def test_an_option_of_a_dataset_that_is_gone_is_told() -> None:
    source = "from ray.air import DatasetConfig\n" + PLAIN.replace(
        "})", "}, dataset_config={'train': DatasetConfig(global_shuffle=True)})"
    )
    assert [notice.rule for notice in notices(source)] == ["RL231"]
    assert "DatasetConfig" not in lifted(source)


def test_a_preprocessor_maps_the_datasets() -> None:
    source = PLAIN.replace("})", "}, preprocessor=Chain(first, BatchMapper(second, 'numpy')))").replace(
        "trainer = Trans", "first = BatchMapper(fn=split, batch_format='pandas', batch_size=8)\ntrainer = Trans"
    )
    code = lifted("from ray.data.preprocessors import BatchMapper, Chain\n" + source)
    maps = ".map_batches(split, batch_format='pandas', batch_size=8).map_batches(second, batch_format='numpy').materialize()"
    assert f"datasets={{name: rows{maps} for name, rows in {{'train': a, 'evaluation': b}}.items()}}" in code
    assert "BatchMapper" not in code
    assert "Chain" not in code


def test_a_preprocessor_goes_from_the_line_that_it_shares() -> None:
    source = PLAIN.replace("})", "}, preprocessor=split)").replace(
        "trainer = Trans", "rows = 3; split = BatchMapper(halve)\ntrainer = Trans"
    )
    code = lifted("from ray.data.preprocessors import BatchMapper\n" + source)
    assert "\nrows = 3\n" in code
    assert ".map_batches(halve)" in code


def test_a_checkpoint_to_start_from_travels_in_the_config() -> None:
    code = lifted(PLAIN.replace("(init, ", "(init, resume_from_checkpoint=best, "))
    assert 'train_loop_config={"resume_from_checkpoint": best}' in code
    assert "    with trainer_folder(checkpoint) as folder:\n        trainer.train(resume_from_checkpoint=folder)\n" in code
    stock = lifted(PLAIN.replace("(init, ", "(init, resume_from_checkpoint=best, "), runtime="ray")
    assert (
        "        with checkpoint.as_directory() as folder:\n            trainer.train(resume_from_checkpoint=os.path.join("
        in stock
    )
    none = lifted(PLAIN.replace("(init, ", "(init, resume_from_checkpoint=None, "))
    assert "resume" not in none


@pytest.mark.parametrize("strategy", ['save_strategy="no"', 'save_strategy="steps"', "save_strategy=when", "seed=1"])
def test_training_ends_with_a_checkpoint_whatever_the_strategy(strategy: str) -> None:
    assert "trainer.add_callback(SaveAtEndCallback())\n" in lifted(PLAIN.replace('save_strategy="epoch"', strategy))
    assert "SaveAtEndCallback" not in lifted(PLAIN)


def test_stock_ray_does_not_save_by_itself_and_that_is_told() -> None:
    told = notices(PLAIN.replace('"epoch"', '"no"').replace("max_steps=4, ", ""), runtime="ray")
    assert [notice.rule for notice in told] == ["RL137", "RL138"]


def test_integrations_stay_off() -> None:
    source = PLAIN.replace('"out"', '"out", report_to=["wandb"]')
    assert 'report_to="none"' in lifted(source)
    assert [notice.rule for notice in notices(source)] == ["RL135"]


@pytest.mark.parametrize(
    "start",
    [
        "    def fit(self):\n        return TransformersTrainer(self.init, datasets={'train': a}).fit()\n",
        "\n\nTransformersTrainer(Task().init, datasets={'train': a}).fit()\n",
        "\n\ntask = Task()\nTransformersTrainer(task.init, datasets={'train': a}).fit()\n",
    ],
)
def test_integrations_of_a_bound_method_stay_off_too(start: str) -> None:
    wandb = INIT.replace('"out"', '"out", report_to=["wandb"]').replace("def init(", "def init(self, ").rstrip()
    source = f"{HEAD}class Task:\n{textwrap.indent(wandb, '    ')}\n\n{start}"
    assert 'report_to="none"' in lifted(source)
    assert [notice.rule for notice in notices(source)] == ["RL135"]


def test_integrations_are_switched_off_where_transformers_would_start_them_all() -> None:
    assert 'per_device_train_batch_size=2, report_to="none")' in lifted(PLAIN, transformers=4)
    assert "report_to" not in lifted(PLAIN, transformers=5)


def test_trainers_that_share_an_init_function_switch_its_integrations_off_once() -> None:
    second = "other = TransformersTrainer(init, datasets={'train': a})\nother.fit()\n"
    assert lifted(PLAIN + second, transformers=4).count('report_to="none"') == 1
    told = notices(PLAIN.replace('"out"', '"out", report_to=["wandb"]') + second)
    assert [notice.rule for notice in told].count("RL135") == 1


def test_configurations_given_as_dicts_become_objects() -> None:
    code = lifted(PLAIN.replace("(init, ", "(init, scaling_config={'num_workers': 2}, "))
    assert "scaling_config=ScalingConfig(**{'num_workers': 2})" in code
    assert "from ray.train import DataConfig, ScalingConfig\n" in code


def test_a_method_that_the_data_no_longer_has_is_refused_at_its_line() -> None:
    source = PLAIN.replace("    args =", "    train_ds = train_ds.map(f)\n    args =")
    notice = refusal(source)
    assert (notice.rule, source.splitlines()[notice.line - 1].strip()) == ("RL330", "train_ds = train_ds.map(f)")


def test_other_data_under_the_name_of_the_shard_may_have_any_method() -> None:
    source = PLAIN.replace("    args =", "    train_ds = load_rows()\n    train_ds = train_ds.map(f)\n    args =")
    assert "train_ds = train_ds.map(f)\n" in lifted(source)


def test_old_arguments_get_their_new_names_as_well() -> None:
    assert 'TrainingArguments("out", eval_strategy="epoch"' in lifted(
        PLAIN.replace('"out"', '"out", evaluation_strategy="epoch"')
    )


READERS = {
    "folder": (
        "with result.checkpoint.as_directory() as d:\n    load(d)\n",
        "with trainer_folder(result.checkpoint) as d:\n    load(d)\n",
    ),
    "model": (
        "model = result.checkpoint.get_model(Bert, num_labels=2)\n",
        "with trainer_folder(result.checkpoint) as folder:\n    model = Bert.from_pretrained(folder, num_labels=2)\n",
    ),
    "tokenizer": (
        "c = result.checkpoint\ntokenizer = c.get_tokenizer(AutoTokenizer)\n",
        "c = result.checkpoint\nwith trainer_folder(c) as folder:\n    tokenizer = AutoTokenizer.from_pretrained(folder)\n",
    ),
    "path": ("print(result.log_dir)\n", "print(result.path)\n"),
}


@pytest.mark.parametrize(("before", "after"), READERS.values(), ids=READERS)
def test_readers_of_the_result_find_what_they_look_for(before: str, after: str) -> None:
    assert lifted(PLAIN + before).endswith(after)


def test_stock_ray_reads_the_folder_itself() -> None:
    reader = "with result.checkpoint.as_directory() as d:\n    load(d)\n"
    assert lifted(PLAIN + reader, runtime="ray").endswith(reader.replace("load(d)", 'load(os.path.join(d, "checkpoint"))'))
    code = lifted(PLAIN + "model = result.checkpoint.get_model(Bert)\n", runtime="ray")
    assert (
        'with result.checkpoint.as_directory() as folder:\n    model = Bert.from_pretrained(os.path.join(folder, "checkpoint"))\n'
        in code
    )


@pytest.mark.parametrize(
    "reader",
    [
        "result.metrics['training_iteration']\n",
        "result.metrics_dataframe['time_total_s']\n",
        "result.config\n",
        "c = result.checkpoint\nc.to_directory('x')\n",
        "load(result.checkpoint.path)\n",
        "c = result.checkpoint\nload(c.path)\n",
    ],
)
def test_what_a_result_no_longer_has_is_told(reader: str) -> None:
    assert [notice.rule for notice in notices(PLAIN + reader)] == ["RL236"]


def test_metadata_is_dropped_and_told() -> None:
    source = PLAIN.replace("(init, ", "(init, metadata={'a': 1}, ")
    assert "metadata" not in lifted(source)
    assert [notice.rule for notice in notices(source)] == ["RL231"]


@pytest.mark.parametrize("asks", ["isinstance", "issubclass"])
def test_who_asks_for_the_class_asks_for_today_s(asks: str) -> None:
    code = lifted(f"{PLAIN}assert {asks}(other, TransformersTrainer)\n")
    assert f"assert {asks}(other, TorchTrainer)\n" in code


def test_the_folder_of_a_checkpoint_that_the_script_made_is_its_own() -> None:
    own = "from ray.train import Checkpoint\nc = Checkpoint.from_directory('mine')\nload(c.path)\n"
    assert notices(PLAIN + own) == []


REFUSED = {
    "tuning": ("RL321", "from ray.tune import Tuner\n" + PLAIN + "Tuner(trainer, param_space={}).fit()\n"),
    "predicting": (
        "RL323",
        PLAIN + "from ray.train.batch_predictor import BatchPredictor\nBatchPredictor.from_checkpoint(1, 2)\n",
    ),
    "predicting with a model": ("RL323", "from ray.train.huggingface import HuggingFacePredictor\nHuggingFacePredictor(1)\n"),
    "several GPUs": (
        "RL325",
        PLAIN.replace("(init, ", "(init, scaling_config=ScalingConfig(2, resources_per_worker={'GPU': 2}), "),
    ),
    "arguments in a dict": ("RL328", PLAIN.replace("datasets=", "**more, datasets=")),
    "no function": ("RL328", PLAIN.replace("(init, ", "(None, ")),
    "a larger statement": ("RL327", PLAIN.replace("trainer = Trans", "with quiet(): f = lambda: Trans")),
    "a head of a statement": ("RL327", HEAD + INIT + "if TransformersTrainer(init).fit():\n    pass\n"),
    "a subclass": ("RL327", HEAD + "class Mine(TransformersTrainer):\n    pass\n"),
    "a chain over fit": (
        "RL327",
        PLAIN.replace("trainer = Trans", "m = Trans").replace("})\n", "}).fit().checkpoint.get_model(B)\n"),
    ),
    "a lambda with old arguments": (
        "RL327",
        HEAD + "t = TransformersTrainer(lambda a, b: Trainer(args=TrainingArguments(no_cuda=True)))\n",
    ),
    "a class as a value": ("RL327", HEAD + "partial(TransformersTrainer, init)\n"),
    "an unseen preprocessor": ("RL328", PLAIN.replace("})", "}, preprocessor=scaler)")),
    "an unseen dataset_config": ("RL328", "from settings import splits\n" + PLAIN.replace("})", "}, dataset_config=splits)")),
    "restoring": ("RL329", HEAD + "TransformersTrainer.restore('folder').fit()\n"),
}


@pytest.mark.parametrize(("rule", "source"), REFUSED.values(), ids=REFUSED)
def test_what_has_no_faithful_form_is_refused(rule: str, source: str) -> None:
    notice = refusal(source)
    assert notice.rule == rule
    assert notice.line > 0
    assert notice.remedy
