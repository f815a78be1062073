"""The worker's side of a run: what happens in the train thread before and after the train function."""

from __future__ import annotations

import asyncio
import atexit
import builtins
import functools
import inspect
import logging
import os
import signal
import sys
import threading
import types
import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from raylift_runtime import output
from raylift_runtime.metrics import outbox
from raylift_runtime.worker import group_settings, half_written, handed_over, sharding
from raylift_runtime.worker import stalled_ranks as stalls
from raylift_runtime.worker.command import Command
from raylift_runtime.worker.driver_script import Script
from raylift_runtime.worker.needed_modules import Pickled, check_modules
from raylift_runtime.worker.version import check_version

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Start:
    """Everything a worker needs to behave as the driver's process would: pickled on the driver, called on each worker.

    `work` is the driver's script, its command, or the train function itself where a worker cannot start from the script. `version` is the
    driver's own `raylift_runtime`, and `needed` the modules to look for before the script begins, where nodes may be unlike.
    A driver that `is_kernel` has no file, so its workers have none.
    `datasets` are those that the driver hands over in Ray's object store.
    """

    work: Script | Command | Pickled
    takes_config: bool
    argv: list[str]
    folder: str
    path: list[str]
    threads: int | None = None
    environment: dict[str, str] = field(default_factory=dict, repr=False)
    version: str = ""
    needed: Mapping[str, str] = field(default_factory=dict)
    speaks_to_driver: bool = False
    is_kernel: bool = False
    datasets: Mapping[str, Any] = field(default_factory=dict)

    def __call__(self, config: dict[str, Any]) -> Any:
        """Runs the train function; on rank 0 returns its value with the metrics that no report has carried.

        Raises RuntimeError where the function ends the process with a status other than 0; status 0 is an ordinary end.
        """
        if self.speaks_to_driver:
            output.speak_to_driver()
        output.mark_rank(int(os.environ["RANK"]))
        os.environ.update(self.environment)  # the storage may ask for some of it
        half_written.remove_what_was_cut_short()
        handed_over.datasets.update(self.datasets)
        stalls.meet_peers(int(os.environ["WORLD_SIZE"]))
        check_version(self.version)
        self.prepare()
        check_modules(self.needed)
        exits: list[Callable[[], Any]] = []
        _keep_exit_functions(exits)
        try:
            function = self.train_function()
            watch_accelerators()
            value = function(config) if self.takes_config else function()
        except SystemExit as stop:
            value = None
            refuse_failed_exit(stop)
        finally:
            while exits:
                exits.pop()()
        return returned(value)

    def prepare(self) -> None:
        """Gives this process the driver's arguments, folder and import path, and undoes what Ray has set up for it."""
        sys.argv[:] = self.argv
        sys.path[:] = [*self.path, *(entry for entry in sys.path if entry not in self.path)]
        if os.path.isdir(self.folder):
            os.chdir(self.folder)
            os.environ["PWD"] = self.folder
        else:
            logger.warning("This node has no folder %s: relative paths are resolved in %s.", self.folder, os.getcwd())
        use_threads(self.threads)
        _restore_print()
        _restore_root_logger()
        output.quiet_ray()
        _allow_signal_calls()
        allow_ending_the_group()
        _mend_air_session()
        asyncio.set_event_loop(asyncio.new_event_loop())

    def train_function(self) -> Callable[..., Any]:
        """The train function in this process, after the script's top level has run."""
        if isinstance(self.work, Script):
            return self.work.train_function(self.work.run())
        function = self.work.function()
        if isinstance(self.work, Command):
            return function
        _be_main_module(function, self.argv[0] if self.argv and not self.is_kernel else "")
        return function


def watch_accelerators() -> None:
    """Holds Accelerate to what the script asks of it, where the script's top level has loaded it: others would pay for its import."""
    if "accelerate" in sys.modules:
        sharding.watch_accelerators()
        group_settings.mend_partial_state()
        half_written.mend_accelerator()


def returned(value: Any) -> outbox.Returned:
    """The train function's value together with the metrics that no report has carried."""
    return outbox.Returned(value, outbox.take())


def refuse_failed_exit(stop: SystemExit) -> None:
    """Raises RuntimeError with the status or message of an exit other than 0 or none."""
    if stop.code not in (None, 0):
        raise RuntimeError(f"the script ended with sys.exit({stop.code!r})") from stop


def takes_config(function: Callable[..., Any], config: dict[str, Any] | None) -> bool:
    """Whether the train function is to be given the configuration: it must be, or it can be and there is one."""
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    parameters = [p for p in inspect.signature(function).parameters.values() if p.kind in positional]
    return bool(parameters) and (parameters[0].default is inspect.Parameter.empty or config is not None)


def use_threads(threads: int | None) -> None:
    """Lets a lone worker use as many threads as the script would alone: Ray's default of one slows it and rounds differently."""
    if threads:
        import torch

        os.environ.pop("OMP_NUM_THREADS", None)
        torch.set_num_threads(min(threads, os.cpu_count() or threads))


def _restore_print() -> None:
    """Undoes Ray's replacement of `print`, which turns a line printed in pieces into one log record per piece."""
    from ray.train.v2._internal.logging import patch_print

    if builtins.print is patch_print.redirected_print:
        builtins.print = patch_print._original_print


def _restore_root_logger() -> None:
    """Undoes Ray's set-up of the root logger, under which `logging.basicConfig` in a script has no effect."""
    root = logging.getLogger()
    for handler in list(root.handlers):
        root.removeHandler(handler)
    root.setLevel(logging.WARNING)


def _allow_signal_calls() -> None:
    """Lets scripts that set signal handlers run in the train thread, where Python refuses that: they get a warning."""
    original = signal.signal

    def set_handler(number: int, handler: Any) -> Any:
        if threading.current_thread() is threading.main_thread():
            return original(number, handler)
        name = signal.Signals(number).name
        warnings.warn(
            f"the handler for {name} is not installed: on a Ray worker Ray handles signals", RuntimeWarning, stacklevel=2
        )
        return signal.getsignal(number)

    if not hasattr(signal.signal, "_raylift"):
        set_handler._raylift = True  # type: ignore[attr-defined]  # marks the replacement, so that it is made once
        signal.signal = set_handler  # type: ignore[assignment]  # narrower than typeshed's overloads, wider in practice


def allow_ending_the_group() -> None:
    """Lets scripts end the process group themselves, as `accelerator.end_training()` does: Ray before 2.55 fails if it is gone."""
    import torch.distributed

    end = torch.distributed.destroy_process_group

    @functools.wraps(end)
    def end_if_there(group: Any = None) -> None:
        if torch.distributed.is_initialized():
            end(group)

    torch.distributed.destroy_process_group = end_if_there


def _keep_exit_functions(kept: list[Callable[[], Any]]) -> None:
    """Collects what the script itself registers with `atexit`: Ray ends its workers without running any of it."""
    original = atexit.register

    def register(function: Callable[..., Any], *arguments: Any, **options: Any) -> Callable[..., Any]:
        if sys._getframe(1).f_globals.get("__name__") != "__main__":
            return original(function, *arguments, **options)
        kept.append(functools.partial(function, *arguments, **options))
        return function

    atexit.register = register  # type: ignore[assignment]  # as typeshed has it, but for the type variables


def _mend_air_session() -> None:
    """Lets Ray's old `ray.air.session` answer as `ray.train` does: by itself it says rank 0 of 1 on every worker, and drops reports."""
    import ray.air.session as old
    import ray.train

    for name in ("get_world_rank", "get_world_size", "get_local_rank", "get_local_world_size", "get_node_rank"):
        setattr(old, name, functools.partial(_from_context, name))
    for name in ("report", "get_checkpoint", "get_dataset_shard"):
        setattr(old, name, getattr(ray.train, name))


def _from_context(name: str) -> Any:
    import ray.train

    return getattr(ray.train.get_context(), name)()


def _be_main_module(function: Callable[..., Any], path: str) -> None:
    """Makes the names that travelled with a function those of `__main__`, where `get_type_hints` and pickle look for them."""
    if getattr(function, "__module__", None) != "__main__":
        return
    main = types.ModuleType("__main__")
    main.__dict__.update(getattr(function, "__globals__", {}))
    main.__dict__["__name__"] = "__main__"
    if path:
        main.__file__ = os.path.abspath(path)
    sys.modules["__main__"] = main
