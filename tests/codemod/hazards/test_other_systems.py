"""A file that another system runs is refused where that system runs the training; one that only tells it how things go is lifted."""

from __future__ import annotations

import pytest
from tests.codemod.lifting import lifted, refusal

from raylift.lift import rewrite
from raylift.outcome import Refused
from raylift.settings import Settings

BODY = "    trainer = Trainer(1)\n    trainer.train()\n"
TRAIN = f"\n\ndef train(*args):\n{BODY}\n\n"
HEAD = "from transformers import Trainer\n"

DEFINED = {
    "Modal": ('import modal\n\napp = modal.App("x")\n', "@app.function(gpu='A100')\ndef train():\n"),
    "Modal's class": ('from modal import App\n\napp = App("x")\n', "@app.cls()\nclass Model:\n  def train(self):\n"),
    "marimo": ("import marimo\n\napp = marimo.App()\n", "@app.cell\ndef _(Trainer):\n"),
    "Metaflow": ("from metaflow import FlowSpec, step\n\n\n", "class Flow(FlowSpec):\n  @step\n  def start(self):\n"),
    "Prefect": ("from prefect import flow\n\n\n", "@flow(log_prints=True)\ndef train():\n"),
    "Prefect's task": ("import prefect\n\n\n", "@prefect.task\ndef train():\n"),
    "Dagster": ("import dagster as dg\n\n\n", "@dg.asset\ndef model():\n"),
    "ZenML": ("from zenml import step\n\n\n", "@step(enable_cache=False)\ndef train():\n"),
    "KFP": ("from kfp import dsl\n\n\n", "@dsl.component(packages_to_install=['transformers'])\ndef train():\n"),
    "Airflow": ("from airflow.decorators import task\n\n\n", "@task.virtualenv(requirements=[])\ndef train():\n"),
    "Flyte": ("from flytekit import task\n\n\n", "@task(requests=1)\ndef train():\n"),
    "Luigi": ("import luigi\n\n\n", "class Train(luigi.Task):\n  def run(self):\n"),
    "Beam": ("import apache_beam as beam\n\n\n", "class Train(beam.DoFn):\n  def process(self, element):\n"),
    "SageMaker": ("from sagemaker.remote_function import remote\n\n\n", "@remote(instance_type='ml.g5.xlarge')\ndef train():\n"),
    "Azure ML": ("from mldesigner import command_component\n\n\n", "@command_component()\ndef train():\n"),
    "ClearML": ("from clearml import PipelineDecorator\n\n\n", "@PipelineDecorator.component()\ndef train():\n"),
    "Lightning": ("import lightning as L\n\n\n", "class Work(L.LightningWork):\n  def run(self):\n"),
    "Determined": ("from determined.pytorch import PyTorchTrial\n\n\n", "class Trial(PyTorchTrial):\n  def run(self):\n"),
    "Celery": ("from celery import Celery\n\napp = Celery('x')\n", "@app.task(bind=True)\ndef train(self):\n"),
    "a Space": ("import spaces\n\n\n", "@spaces.GPU(duration=60)\ndef train():\n"),
    "Ray Serve": ("from ray import serve\n\n\n", "@serve.deployment\nclass Model:\n  def train(self):\n"),
    "FastAPI": ("from fastapi import FastAPI\n\napp = FastAPI()\n", "@app.post('/train')\nasync def train():\n"),
    "Streamlit": ("import streamlit as st\n\n\n", "@st.cache_resource\ndef train():\n"),
    "a star import": ("from kfp.dsl import *\n\n\n", "@component\ndef train():\n"),
}
HANDED = {
    "Airflow": 'from airflow import DAG\nfrom airflow.operators.python import PythonOperator\nwith DAG("x") as dag:\n    PythonOperator(task_id="t", python_callable=train)\n',
    "Beam": "import apache_beam as beam\nwith beam.Pipeline() as p:\n    p | beam.Create([1]) | 'train' >> beam.Map(train)\n",
    "Gradio": 'import gradio as gr\nwith gr.Blocks() as demo:\n    button = gr.Button("go")\n    button.click(train, inputs=[])\ndemo.launch()\n',
    "Gradio's interface": "import gradio\ngradio.Interface(fn=lambda x: train(x), inputs='text').launch()\n",
    "Streamlit": 'import streamlit as st\nst.button("go", on_click=train)\n',
    "KFP": "from kfp.components import create_component_from_func\ncreate_component_from_func(train)\n",
    "Kedro": "from kedro.pipeline import node, pipeline\npipeline([node(train, 'data', 'model')])\n",
    "ClearML": "from clearml import PipelineController\npipe = PipelineController()\npipe.add_function_step(name='t', function=train)\n",
    "Modal": "import modal\napp = modal.App('x')\nremote = app.function(gpu='T4')(train)\n",
    "Prefect": "from prefect import flow\nflow(train)()\n",
    "Dask": "from dask.distributed import Client\nclient = Client()\nclient.submit(train, 1).result()\n",
    "submitit": "import submitit\nexecutor = submitit.AutoExecutor('logs')\nexecutor.submit(train)\n",
    "Spark": "from pyspark.sql import SparkSession\nspark = SparkSession.builder.getOrCreate()\nspark.sparkContext.parallelize([1]).foreachPartition(train)\n",
    "RunPod": 'import runpod\nrunpod.serverless.start({"handler": train})\n',
    "Kubeflow": "from kubeflow.training import TrainingClient\nTrainingClient().create_job(name='t', train_func=train)\n",
    "Kubeflow's trainer": "from kubeflow.trainer import CustomTrainer, TrainerClient\nTrainerClient().train(trainer=CustomTrainer(func=train))\n",
    "Coiled": "import coiled\nremote = coiled.function(gpu=True)(train)\n",
    "Celery": "from celery import shared_task\ntask = shared_task(train)\n",
    "Ray Data": "import ray\nray.data.range(2).map_batches(train)\n",
}
RUNTIMES = ["raylift", "ray"]


@pytest.mark.parametrize("runtime", RUNTIMES)
@pytest.mark.parametrize("name", DEFINED)
def test_what_a_system_calls_by_its_decorator_or_base_is_refused_where_it_trains(name: str, runtime: str) -> None:
    head, definition = DEFINED[name]
    indent = "  " if definition.count("def ") and definition.startswith(("class", "@app.cls", "@serve")) else ""
    body = BODY.replace("    ", f"{indent}    ")
    source = f'{HEAD}{head}{definition}{body}\n\nif __name__ == "__main__":\n    print("started")\n'
    notice = refusal(source, runtime=runtime)
    assert notice.rule == "RL305"
    assert source.splitlines()[notice.line - 1].startswith(("@", "class", "  @"))


@pytest.mark.parametrize("runtime", RUNTIMES)
@pytest.mark.parametrize("name", HANDED)
def test_what_a_system_is_handed_is_refused_where_it_trains(name: str, runtime: str) -> None:
    source = f"{HEAD}{TRAIN}{HANDED[name]}"
    notice = refusal(source, runtime=runtime)
    assert notice.rule == "RL305"
    assert "train" in source.splitlines()[notice.line - 1] or "ray.data" in source


@pytest.mark.parametrize("name", sorted(HANDED.keys() - {"Airflow", "Modal", "Ray Data", "Streamlit"}))
def test_a_system_may_run_what_does_not_train(name: str) -> None:
    code = HANDED[name].replace("train", "other")
    assert "def train_func():" in lifted(f"{HEAD}{TRAIN}def other(*args):\n    return 1\n\n\n{code}train()\n")


REPORTING = {
    "ClearML": "from clearml import Task\ntask = Task.init(project_name='p')\ntask.connect({'lr': 1})\n",
    "SageMaker": "import os\nfolder = os.environ.get('SM_MODEL_DIR', 'out')\n",
    "Azure ML": "from azureml.core import Run\nrun = Run.get_context()\nrun.log('start', 1)\n",
    "Gradio that is only imported": "import gradio as gr\n\n\ndef demo():\n    gr.Interface(fn=print).launch()\n\n\n",
    "Prefect's logger": "from prefect import get_run_logger\nget_run_logger().info('start')\n",
    "Metaflow's current run": "from metaflow import current\nprint(current.run_id)\n",
    "Lightning's seeds": "import lightning as L\nL.seed_everything(1)\n",
    "Airflow's variables": "from airflow.models import Variable\nrate = Variable.get('rate')\n",
}


@pytest.mark.parametrize("runtime", RUNTIMES)
@pytest.mark.parametrize("name", REPORTING)
def test_a_script_that_only_asks_or_tells_a_system_is_lifted(name: str, runtime: str) -> None:
    assert "def train_func" in lifted(f"{HEAD}{REPORTING[name]}{TRAIN}train()\n", runtime=runtime)


PROGRAMS = {
    "st.title(": 'import streamlit as st\nst.title("x")\nif st.button("go"):\n    train()\n',
    "task.execute": "from clearml import Task\ntask = Task.init()\ntask.execute_remotely(queue_name='gpu')\ntrain()\n",
    "with det.core": "import determined as det\nwith det.core.init() as context:\n    train()\n",
    "smp.init(": "import smdistributed.modelparallel.torch as smp\nsmp.init()\ntrain()\n",
    "serve.run(": "from ray import serve\nserve.run(serve.deployment(print).bind())\ntrain()\n",
    "rows = ray.data": "import ray\nrows = ray.data.read_parquet('x').to_pandas()\ntrain(rows)\n",
}


@pytest.mark.parametrize("call", PROGRAMS)
def test_a_file_that_is_a_program_of_a_system_is_refused_at_its_call(call: str) -> None:
    source = f"{HEAD}{TRAIN}{PROGRAMS[call]}"
    notice = refusal(source)
    assert notice.rule == "RL305"
    assert source.splitlines()[notice.line - 1].startswith(call)


def test_what_a_system_serves_stays_at_module_level_also_where_it_does_not_train() -> None:
    app = "from fastapi import FastAPI\napp = FastAPI()\n\n\n@app.get('/')\ndef predict():\n    return 1\n\n\n"
    source = f"{HEAD}{app}{TRAIN}train()\n"
    assert (refusal(source).rule, refusal(source).line) == ("RL305", 6)


@pytest.mark.parametrize(
    "code",
    [
        "from dagster import Definitions, asset\n\n\n@asset\ndef rows():\n    return 1\n\n\ndefs = Definitions(assets=[rows])\n",
        "import modal\n\napp = modal.App('x')\n",
        "from airflow import DAG\n\nwith DAG('x') as dag:\n    print(dag)\n",
        "from celery import Celery\n\napp: Celery = Celery('x')\n",
    ],
)
def test_what_a_system_looks_for_in_the_file_stays_there(code: str) -> None:
    source = f"{HEAD}{code}{TRAIN}if __name__ == '__main__':\n    train()\n"
    notice = refusal(source)
    assert notice.rule == "RL305"
    assert any(word in source.splitlines()[notice.line - 1] for word in ("Definitions(", "App(", "DAG(", "Celery("))


def test_a_flow_beside_the_script_is_refused_where_the_script_calls_it() -> None:
    beside = f"from prefect import flow\n{HEAD}\n\n@flow\ndef train():\n{BODY}".encode()
    plain = beside.replace(b"@flow\n", b"")
    source = b"from flows import train\n\nprint(1)\ntrain()\n"
    refused = rewrite(source, Settings(), lambda name, level: beside if name == "flows" else None)
    assert isinstance(refused, Refused)
    assert [(notice.rule, notice.line) for notice in refused.notices] == [("RL305", 4)]
    assert not isinstance(rewrite(source, Settings(), lambda name, level: plain if name == "flows" else None), Refused)


def test_the_system_is_named_with_what_it_runs() -> None:
    notice = refusal(f"{HEAD}{TRAIN}{HANDED['Gradio']}")
    assert notice.text.startswith("Gradio runs `train`")
    assert notice.remedy == "put the training into a script of its own, lift that, and let Gradio run the lifted script"
