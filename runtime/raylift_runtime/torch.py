"""The driver's side of a run: checks, what travels to the workers, and a result that holds every metric."""

from __future__ import annotations

import logging
import os
import sys
from typing import TYPE_CHECKING, Any

import ray
from ray.train.torch import TorchTrainer as RayTorchTrainer

from raylift_runtime import data, output
from raylift_runtime.driver import overrides as settings
from raylift_runtime.driver import preflight
from raylift_runtime.driver.forwarded_variables import forwarded
from raylift_runtime.metrics import checkpoint_score as keeping
from raylift_runtime.metrics import results
from raylift_runtime.worker import start as worker
from raylift_runtime.worker.driver_script import driver_script
from raylift_runtime.worker.session import current, keep_local_results

if TYPE_CHECKING:
    from collections.abc import Callable

    from ray.train import Result, RunConfig, ScalingConfig

ACCELERATORS = ("GPU", "TPU", "NPU", "HPU")
# What Ray reads from the driver's environment, unless somebody chose otherwise.
COLLECTIVE_TIMEOUT_S = "1800"  # as torch.distributed's default: a rank that never reports is an error, not a hang
POLL_INTERVAL_S = "0.5"  # the controller takes one report per poll: Ray's 2 s would hold back the one after it
SMALL_GROUP = 32  # workers that may be polled so often


class TorchTrainer(RayTorchTrainer):  # type: ignore[misc]  # Ray ships no types
    """Ray's TorchTrainer whose workers start as the script's own processes would, and whose result holds every metric.

    Takes what `ray.train.torch.TorchTrainer` takes, and `accelerate_config`: a path of an Accelerate config file, or its content
    as a dict, read here and applied on every worker. `RAYLIFT_NUM_WORKERS`, `RAYLIFT_USE_GPU`, `RAYLIFT_STORAGE_PATH` and
    `RAYLIFT_RUN_NAME` override the script. With no workers (`num_workers=0`) the function runs in this process.
    """

    train_loop_per_worker: Callable[..., Any]

    def __init__(
        self,
        train_loop_per_worker: Callable[..., Any],
        *,
        train_loop_config: dict[str, Any] | None = None,
        accelerate_config: dict[str, Any] | str | os.PathLike[str] | None = None,
        scaling_config: ScalingConfig | None = None,
        run_config: RunConfig | None = None,
        **arguments: Any,
    ) -> None:
        self._refuse_inside_worker()
        self._function, self._config = train_loop_per_worker, train_loop_config
        run = settings.run_for(run_config, os.environ)
        run.callbacks = [*(run.callbacks or []), results.MetricsFile()]
        _quiet(run)
        self._keeping = keeping.by_place(run)
        super().__init__(
            train_loop_per_worker,
            train_loop_config=train_loop_config,
            scaling_config=settings.scaling_for(scaling_config, os.environ, sys.argv[1:]),
            run_config=run,
            **arguments,
        )
        self._accelerate = _accelerate_environment(accelerate_config, self.scaling_config.num_workers, self._has_accelerator())

    def fit(self) -> Result:
        """Trains, and returns Ray's result; its metrics hold what was reported, with or without a checkpoint.

        Raises PreflightError before anything starts where the run cannot work, and what Ray's own `fit` raises.
        """
        if self.scaling_config.num_workers == 0:
            return self._fit_here()
        script = driver_script(self._function)
        preflight.check_captured(self._function, self._config, by_value=script is None)
        is_own = _start_ray()
        if os.environ.get("RAYLIFT_WAIT_FOR_RESOURCES", "0") == "0":
            _say(preflight.check_resources(self.scaling_config, ray.cluster_resources(), ray.available_resources()))
        preflight.check_storage(self.run_config, nodes=sum(node["Alive"] for node in ray.nodes()))
        _say(preflight.continued(self.run_config))
        self._send_environment({} if is_own else forwarded(os.environ))
        self.train_loop_per_worker = worker.Start(
            work=script or self._function,
            takes_config=worker.takes_config(self._function, self._config),
            argv=list(sys.argv),
            folder=os.getcwd(),
            path=[os.path.abspath(entry) for entry in sys.path],
            threads=self._threads(),
            environment=self._settings(),
        )
        with output.one_stream():
            result = super().fit()
        return results.complete(result, self.run_config)

    def _fit_here(self) -> Result:
        os.environ.update(self._accelerate)
        output.quiet_ray()
        logging.getLogger("ray.train").setLevel(logging.WARNING)  # it would repeat every metric that the script prints
        preflight.check_storage(self.run_config, nodes=1)
        keep_local_results(self.run_config, results.MetricsFile())
        function, takes_config = self._function, worker.takes_config(self._function, self._config)

        def run(config: dict[str, Any]) -> Any:
            try:
                return worker.returned(function(config) if takes_config else function())
            except SystemExit as stop:
                worker.refuse_failed_exit(stop)
                return worker.returned(None)

        self.train_loop_per_worker = run
        result = super().fit()
        is_first = int(os.environ.get("RANK", "0")) == 0
        return results.complete(result, self.run_config) if is_first else results.unwrapped(result)

    def _send_environment(self, variables: dict[str, str]) -> None:
        """Sets what workers must have before they start: a process of its own for each, so only where something is to be set."""
        own = dict(self.run_config.worker_runtime_env or {})
        if not self._has_accelerator() and ray.cluster_resources().get("GPU"):
            variables = {**variables, "CUDA_VISIBLE_DEVICES": ""}
        if variables:
            self.run_config.worker_runtime_env = {**own, "env_vars": {**variables, **own.get("env_vars", {})}}
        os.environ.setdefault("RAY_TRAIN_COLLECTIVE_TIMEOUT_S", COLLECTIVE_TIMEOUT_S)
        workers = self.scaling_config.num_workers
        if (max(workers) if isinstance(workers, tuple) else workers) <= SMALL_GROUP:
            os.environ.setdefault("RAY_TRAIN_HEALTH_CHECK_INTERVAL_S", POLL_INTERVAL_S)

    def _settings(self) -> dict[str, str]:
        """The variables that a worker may set itself, because they matter to the train function only."""
        on_cpus = {} if self._has_accelerator() else {"ACCELERATE_USE_CPU": "true"}
        return self._accelerate | data.row_counts(self.datasets) | self._keeping | on_cpus

    def _has_accelerator(self) -> bool:
        asked = self.scaling_config.resources_per_worker or {}
        return bool(self.scaling_config.use_gpu or getattr(self.scaling_config, "use_tpu", False)) or any(
            map(asked.get, ACCELERATORS)
        )

    def _threads(self) -> int | None:
        """How many threads a lone worker gets: as many as this process has, unless somebody chose a number."""
        import torch

        chosen = "OMP_NUM_THREADS" in os.environ or self.scaling_config.resources_per_worker
        return None if chosen or self.scaling_config.num_workers != 1 else torch.get_num_threads()

    @staticmethod
    def _refuse_inside_worker() -> None:
        session = current()
        if session is not None and not session.is_local:
            raise RuntimeError('a Ray worker may not start a run: put the launcher under `if __name__ == "__main__":`')


def _start_ray() -> bool:
    """Whether this process started the cluster, whose workers then inherit this environment; connects to one if there is one."""
    if ray.is_initialized():
        return False
    ray.init(logging_level=logging.ERROR)
    logging.getLogger("ray").setLevel(logging.WARNING)
    node = getattr(ray._private.worker, "_global_node", None)
    return node is not None and bool(node.is_head())


def _say(sentence: str | None) -> None:
    if sentence:
        print(f"raylift: {sentence}", flush=True)


def _quiet(run: RunConfig) -> None:
    """Leaves Ray Train's own log to its log files, unless the script chose a level other than Ray's default."""
    chosen = getattr(run, "logging_config", None)  # since Ray 2.56
    if chosen is not None and chosen.log_level == "INFO":
        run.logging_config = type(chosen)(log_level="WARNING")


def _accelerate_environment(
    config: dict[str, Any] | str | os.PathLike[str] | None, workers: int | tuple[int, int], on_accelerators: bool
) -> dict[str, str]:
    if config is None:
        return {}
    from raylift_runtime.accelerate_config import config as accelerate_config

    loaded = accelerate_config.load(config)
    replaced = [name for name in loaded.replaced if name != "num_processes" or loaded.num_processes != workers]
    if replaced:
        print(f"raylift: Ray sets {', '.join(replaced)}; the values in the Accelerate config are not used.")
    if loaded.shards and not on_accelerators:
        print(
            f"raylift: Accelerate applies {loaded.kind} on GPUs only; these CPU workers train whole copies of the model instead."
        )
    return loaded.worker_environment(on_accelerators)
