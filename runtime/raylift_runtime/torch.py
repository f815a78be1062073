"""The driver's side of a run: checks, what travels to the workers, and a result that holds every metric."""

from __future__ import annotations

import logging
import os
import sys
from typing import TYPE_CHECKING, Any, NoReturn

import ray
from ray.train.torch import TorchTrainer as RayTorchTrainer

from raylift_runtime import output
from raylift_runtime.cluster.connection import Cluster, absence_explained, connected, with_modules
from raylift_runtime.cluster.nodes import alive_nodes
from raylift_runtime.cluster.resources import check_resources, missing_room
from raylift_runtime.data.blocks import blocks_of
from raylift_runtime.data.row_counts import row_counts
from raylift_runtime.driver import command_line, preflight
from raylift_runtime.driver import overrides as settings
from raylift_runtime.driver.arguments import check_arguments
from raylift_runtime.driver.controller import cleaned_up, without_cleaner
from raylift_runtime.driver.interrupts import interrupts_heard
from raylift_runtime.driver.waiting import actors_of_this_job, waited_for, waits_told
from raylift_runtime.kernel import is_interactive
from raylift_runtime.metrics import checkpoint_score as keeping
from raylift_runtime.metrics import results
from raylift_runtime.travel.accelerate_variables import accelerate_variables
from raylift_runtime.travel.what_travels import Travel, travel_to
from raylift_runtime.worker import handed_over
from raylift_runtime.worker import start as worker
from raylift_runtime.worker.command import CommandTrained, command_of, is_started_again
from raylift_runtime.worker.driver_script import driver_script
from raylift_runtime.worker.needed_modules import Pickled
from raylift_runtime.worker.session import current, keep_local_results
from raylift_runtime.worker.version import runtime_version

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
    _controller: Any = None

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
        self._function, self._config = train_loop_per_worker, train_loop_config
        if is_started_again():
            return
        self._refuse_inside_worker()
        run = settings.run_for(run_config, os.environ)
        self._metrics = results.MetricsFile()
        run.callbacks = [*(run.callbacks or []), self._metrics]
        _quiet(run)
        self._keeping = keeping.by_place(run)
        super().__init__(
            train_loop_per_worker,
            train_loop_config=train_loop_config,
            scaling_config=settings.scaling_for(scaling_config, os.environ, command_line.arguments()[1:]),
            run_config=run,
            **arguments,
        )
        self._accelerate = accelerate_variables(accelerate_config, self.scaling_config.num_workers, self._has_accelerator())

    def fit(self) -> Result:
        """Trains, and returns Ray's result; its metrics hold what was reported, with or without a checkpoint.

        Raises PreflightError before anything starts where the run cannot work, SystemExit where the script will not take its
        command line, and what Ray's own `fit` raises.
        """
        if is_started_again():
            self._train_within_command()
        if self.scaling_config.num_workers == 0:
            return self._fit_here()
        check_arguments(self._function, sys.argv[1:])
        with interrupts_heard():
            return self._fit_on_workers()

    def _train_within_command(self) -> NoReturn:
        worker.watch_accelerators()
        if worker.takes_config(self._function, self._config):
            self._function(self._config)
        else:
            self._function()
        raise CommandTrained

    def _fit_on_workers(self) -> Result:
        script = driver_script(self._function)
        command = None if script or self._config else command_of(self._function)
        preflight.check_captured(self._function, self._config, by_value=not script and not command)
        cluster = connected()
        may_grow = os.environ.get("RAYLIFT_WAIT_FOR_RESOURCES", "0") != "0"
        nodes = alive_nodes()
        waits = check_resources(self.scaling_config, nodes, may_grow)
        preflight.check_storage(self.run_config, nodes=len(nodes))
        travel = travel_to(cluster, self._function, script, os.environ, str(self.run_config.storage_path))
        _say(waits, preflight.continued(self.run_config), *travel.remarks)
        self._send_environment(cluster, travel)
        self._metrics.speaks_to_driver = output.shows_workers()
        self.train_loop_per_worker = worker.Start(
            work=script or command or Pickled(ray.cloudpickle.dumps(self._function)),
            takes_config=not command and worker.takes_config(self._function, self._config),
            argv=command_line.arguments(),
            folder=os.getcwd(),
            path=[os.path.abspath(entry) for entry in sys.path],
            threads=self._threads(),
            environment={**travel.variables.hidden, **self._settings()},
            version=runtime_version() if cluster.is_foreign else "",
            needed=travel.needed,
            speaks_to_driver=self._metrics.speaks_to_driver,
            is_kernel=is_interactive(),
            datasets=blocks_of(self.datasets),
        )
        ends_clean = cleaned_up(lambda: self._controller)
        with output.one_stream(), ends_clean, waits_told(self._waits_for, _say), absence_explained():
            result = super().fit()
        return results.complete(result, self.run_config)

    def _register_sigint_handler(self, controller: Any) -> None:
        """In the place of Ray's own handler, which says nothing and waits for a controller that may hear nothing."""
        self._controller = controller

    def _create_default_callbacks(self) -> list[Any]:
        return without_cleaner(super()._create_default_callbacks())

    def _waits_for(self) -> str | None:
        return waited_for(actors_of_this_job(), lambda: missing_room(self.scaling_config, alive_nodes()))

    def _fit_here(self) -> Result:
        os.environ.update(self._accelerate | row_counts(self.datasets))
        handed_over.datasets.update(blocks_of(self.datasets))
        output.quiet_ray()
        logging.getLogger("ray.train").setLevel(logging.WARNING)  # it would repeat every metric that the script prints
        preflight.check_storage(self.run_config, nodes=1)
        keep_local_results(self.run_config, self._metrics)
        sys.argv[:] = command_line.arguments()
        function, takes_config = self._function, worker.takes_config(self._function, self._config)

        def run(config: dict[str, Any]) -> Any:
            try:
                worker.watch_accelerators()
                return worker.returned(function(config) if takes_config else function())
            except SystemExit as stop:
                worker.refuse_failed_exit(stop)
                return worker.returned(None)

        self.train_loop_per_worker = run
        result = super().fit()
        is_first = int(os.environ.get("RANK", "0")) == 0
        return results.complete(result, self.run_config) if is_first else results.unwrapped(result)

    def _send_environment(self, cluster: Cluster, travel: Travel) -> None:
        """Sets what workers must have before they start: a process of its own for each, so only where something is to be set."""
        own, variables = with_modules(self.run_config.worker_runtime_env or {}, cluster), dict(travel.variables.shown)
        self._metrics.environment = dict(travel.variables.chosen)
        if not self._has_accelerator() and ray.cluster_resources().get("GPU"):
            variables = {**variables, "CUDA_VISIBLE_DEVICES": ""}
        if variables or own:
            self.run_config.worker_runtime_env = {**own, "env_vars": {**variables, **own.get("env_vars", {})}}
        os.environ.setdefault("RAY_TRAIN_COLLECTIVE_TIMEOUT_S", COLLECTIVE_TIMEOUT_S)
        workers = self.scaling_config.num_workers
        if (max(workers) if isinstance(workers, tuple) else workers) <= SMALL_GROUP:
            os.environ.setdefault("RAY_TRAIN_HEALTH_CHECK_INTERVAL_S", POLL_INTERVAL_S)

    def _settings(self) -> dict[str, str]:
        """The variables that a worker may set itself, because they matter to the train function only."""
        on_cpus = {} if self._has_accelerator() else {"ACCELERATE_USE_CPU": "true", "DS_ACCELERATOR": "cpu"}
        return self._accelerate | row_counts(self.datasets) | self._keeping | on_cpus

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


def _say(*sentences: str | None) -> None:
    for sentence in filter(None, sentences):
        print(f"raylift: {sentence}", flush=True)


def _quiet(run: RunConfig) -> None:
    """Leaves Ray Train's own log to its log files, unless the script chose a level other than Ray's default."""
    chosen = getattr(run, "logging_config", None)  # since Ray 2.56
    if chosen is not None and chosen.log_level == "INFO":
        run.logging_config = type(chosen)(log_level="WARNING")


command_line.leave_for_trials()
