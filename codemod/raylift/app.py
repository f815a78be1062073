"""The typer application: help, completion and complaints; the plain form of a command never gets this far."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import typer

from raylift import commands
from raylift.request import Request
from raylift.run import run_lifted


class Runtime(str, Enum):
    """Whose trainer the lifted script imports."""

    raylift = "raylift"
    ray = "ray"


class Generation(str, Enum):
    """The major version of transformers whose argument names the result uses."""

    four = "4"
    five = "5"


Paths = Annotated[list[str], typer.Argument(metavar="PATH...", help="Scripts, folders of them, or - for standard input.")]
Output = Annotated[str | None, typer.Option("-o", "--output", metavar="FILE|DIR", help="Write there, not in place.")]
Workers = Annotated[int | None, typer.Option("--num-workers", min=0, help="Ray workers of the lifted script. [2]")]
UseGpu = Annotated[
    bool | None, typer.Option("--use-gpu/--no-use-gpu", help="One GPU per worker. [what the script says, else a GPU]")
]
Storage = Annotated[str | None, typer.Option("--storage-path", metavar="PATH", help="Where Ray keeps results.")]
Target = Annotated[Runtime | None, typer.Option("--runtime", help="Import the bundled runtime or stock Ray. [raylift]")]
Transformers = Annotated[
    Generation | None, typer.Option("--transformers", help="Argument names to use. [what the project pins, else 5]")
]

app = typer.Typer(
    name="raylift",
    help="Lift Hugging Face Trainer and Accelerate scripts onto Ray Train.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    epilog="""\b
Examples:
  raylift diff train.py                          look at the change
  raylift rewrite train.py --num-workers 4       make it
  raylift check src/ scripts/                    is anything left to lift?
  raylift run train.py --num-workers 2 -- --lr 1e-4
\b
Exit codes: 0 done or nothing to do, 1 would change or needs a hand,
2 wrong usage or bad input, 3 a fault of ours.""",
)


def run(arguments: list[str]) -> int:
    """Run the application; click's own exits become exit codes."""
    try:
        return int(app(args=arguments, prog_name="raylift", standalone_mode=True) or 0)
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else 2


@app.command()
def check(
    paths: Paths,
    num_workers: Workers = None,
    use_gpu: UseGpu = None,
    storage_path: Storage = None,
    runtime: Target = None,
    transformers: Transformers = None,
) -> None:
    """Say which scripts would be lifted and which need a hand; change nothing."""
    _execute("check", paths, None, num_workers, use_gpu, storage_path, runtime, transformers)


@app.command()
def diff(
    paths: Paths,
    num_workers: Workers = None,
    use_gpu: UseGpu = None,
    storage_path: Storage = None,
    runtime: Target = None,
    transformers: Transformers = None,
) -> None:
    """Show the change as a diff that `git apply` takes; change nothing."""
    _execute("diff", paths, None, num_workers, use_gpu, storage_path, runtime, transformers)


@app.command()
def rewrite(
    paths: Paths,
    output: Output = None,
    num_workers: Workers = None,
    use_gpu: UseGpu = None,
    storage_path: Storage = None,
    runtime: Target = None,
    transformers: Transformers = None,
) -> None:
    """Lift scripts in place, or into -o; `-` reads standard input and writes standard output."""
    _execute("rewrite", paths, output, num_workers, use_gpu, storage_path, runtime, transformers)


@app.command(name="run")
def run_script(
    script: Annotated[str, typer.Argument(metavar="SCRIPT", help="The training script; it stays as it is.")],
    arguments: Annotated[list[str] | None, typer.Argument(metavar="-- ARGS", help="The script's own arguments.")] = None,
    num_workers: Workers = None,
    use_gpu: UseGpu = None,
    storage_path: Storage = None,
    transformers: Transformers = None,
    address: Annotated[str | None, typer.Option("--address", help="The Ray cluster. [a local one is started]")] = None,
) -> None:
    """Lift a script in memory, if need be, and train it on Ray workers."""
    request = Request("run", (script,), None, num_workers, use_gpu, storage_path, None, _number(transformers))
    raise typer.Exit(run_lifted(request, arguments or [], address))


def _execute(
    command: str,
    paths: list[str],
    output: str | None,
    num_workers: int | None,
    use_gpu: bool | None,
    storage_path: str | None,
    runtime: Runtime | None,
    transformers: Generation | None,
) -> None:
    target = None if runtime is None else runtime.value
    request = Request(command, tuple(paths), output, num_workers, use_gpu, storage_path, target, _number(transformers))
    raise typer.Exit(commands.execute(request))


def _number(generation: Generation | None) -> int | None:
    return None if generation is None else int(generation.value)
