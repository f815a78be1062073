"""Systems that run a script's functions themselves, by the package that they are imported from; constants only."""

from __future__ import annotations

import re

SYSTEMS = {
    "airflow": "Airflow", "apache_beam": "Beam", "apscheduler": "APScheduler", "azure": "Azure", "azureml": "Azure ML",
    "beam": "Beam", "bentoml": "BentoML", "celery": "Celery", "cerebrium": "Cerebrium", "chainlit": "Chainlit",
    "clearml": "ClearML", "cog": "Cog", "coiled": "Coiled", "covalent": "Covalent", "dagster": "Dagster", "dash": "Dash",
    "dask": "Dask", "determined": "Determined", "distributed": "Dask", "dramatiq": "Dramatiq", "fal": "fal",
    "fastapi": "FastAPI", "flask": "Flask", "flyte": "Flyte", "flytekit": "Flyte", "functions_framework": "Functions Framework",
    "gradio": "Gradio", "hera": "Argo Workflows", "huey": "Huey", "ipywidgets": "the notebook", "kedro": "Kedro",
    "kfp": "Kubeflow Pipelines", "kubeflow": "Kubeflow", "lightning": "Lightning", "lightning_app": "Lightning",
    "litestar": "Litestar", "luigi": "Luigi", "mage_ai": "Mage", "marimo": "marimo", "mesop": "Mesop", "metaflow": "Metaflow",
    "mldesigner": "Azure ML", "mlrun": "MLRun", "modal": "Modal", "nicegui": "NiceGUI", "nni": "NNI", "panel": "Panel",
    "parsl": "Parsl", "prefect": "Prefect", "pyspark": "Spark", "quart": "Quart", "ray": "Ray", "rq": "RQ",
    "runhouse": "Runhouse", "runpod": "RunPod", "sagemaker": "SageMaker", "sanic": "Sanic", "schedule": "schedule",
    "sematic": "Sematic", "serverless_gpu": "Databricks", "shiny": "Shiny", "sky": "SkyPilot", "smdistributed": "SageMaker",
    "snowflake": "Snowflake", "solara": "Solara", "spaces": "the Space", "starlette": "Starlette", "streamlit": "Streamlit",
    "submitit": "submitit", "taipy": "Taipy", "temporalio": "Temporal", "truefoundry": "TrueFoundry", "truss": "Truss",
    "union": "Flyte", "vertexai": "Vertex AI", "zenml": "ZenML",
}  # fmt: skip
"""What a package's decorators, classes and calls hand a function to."""

ONLY = {
    "azure": re.compile(r"azure\.(ai\.ml|functions)\b"),
    "clearml": re.compile(r"clearml\.(automation\.|Pipeline)"),
    "determined": re.compile(r"determined\.(\w+\.)*(\w*Trial|experimental)$"),
    "lightning": re.compile(r"lightning\.(\w+\.)*(Lightning(App|Flow|Work)|app)\b"),
    "lightning_app": re.compile(r"lightning_app\b"),
    "pyspark": re.compile(r"pyspark\.(?!ml\.(torch|deepspeed)\.)"),
    "ray": re.compile(r"ray\.(data|serve|workflow)\b"),
}
"""Where a package is many things: its names that run functions."""

LOOKED_UP = frozenset({
    "airflow", "bentoml", "celery", "chainlit", "dagster", "dash", "fastapi", "flask", "flyte", "flytekit", "hera", "huey", "litestar",
    "marimo", "mlrun", "modal", "quart", "sanic", "sky", "solara", "starlette", "taipy", "union",
})  # fmt: skip
"""Those that import a file and look for their own objects at its top level: `app`, `dag`, `defs`."""

WHOLE_FILES = re.compile(
    r"""^(streamlit\. | mesop\. | solara\. | ray\.serve\.run$ | determined\.(core\.init|get_cluster_info)$
    | clearml\.Task\.\w+\.execute_remotely$ | smdistributed\.modelparallel\. | nni\.get_next_parameter$)""",
    re.VERBOSE,
)
"""Calls of these say that the whole file is a program of the system."""

WHOLE_FILE_METHODS = frozenset({"execute_remotely"})
"""Those of them that are methods of what another call gave."""

RAY_DATASETS = re.compile(r"^ray\.data\.(range\w*|(read|from)_\w+)$")
"""What makes a dataset of Ray Data, whose tasks run beside the script."""


def is_looked_up(name: str) -> bool:
    """Whether a full name is of a class whose objects a system looks for at the top level of a file."""
    return name.partition(".")[0] in LOOKED_UP and name.rpartition(".")[2][:1].isupper()


def system_of(name: str) -> str:
    """The system that runs what is handed to a full name; empty if it is of none."""
    root = name.partition(".")[0]
    if root not in SYSTEMS or (root in ONLY and not ONLY[root].match(name)):
        return ""
    return SYSTEMS[root]
