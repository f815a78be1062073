"""The typer application: help, completion and complaints; the plain form of a command never gets this far."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from enum import Enum
from typing import Annotated, Any, Optional

import typer

from raylift.commands.check_diff_rewrite import execute
from raylift.commands.explain import explanation, listing
from raylift.commands.program import path_of_module
from raylift.commands.run import run_lifted
from raylift.commands.verify import verify
from raylift.flags import Flag, flags_of
from raylift.output.console import complain
from raylift.request import Request, request
from raylift.rules import ids_of, suggestion

EPILOG = """\b
Examples:
  raylift diff train.py                          look at the change
  raylift rewrite train.py --num-workers 4       make it
  raylift check src/ scripts/                    is anything left to lift?
  raylift run train.py --num-workers 2 -- --lr 1e-4
  raylift verify train.py -n 2 --steps 20        are the losses the same?
\b
Exit codes: 0 done or nothing to do, 1 would change or needs a hand,
2 wrong usage or bad input, 3 a fault of ours."""

EXAMPLES = {  # of each command, below its own help
    "check": ("raylift check src/ --statistics", "raylift check . --format sarif > raylift.sarif"),
    "diff": ("raylift diff train.py --num-workers 4", "raylift diff train.py | git apply"),
    "rewrite": ("raylift rewrite train.py --launched-by launch.sh", "raylift rewrite train.py -o train_ray.py --runtime ray"),
    "run": (
        "raylift run train.py --num-workers 2 -- --lr 1e-4",
        "raylift run -m pkg.train --num-workers 2 -- --lr 1e-4",
        "raylift run train.ipynb --num-workers 2",
    ),
    "report": ("raylift report scripts/ -o report.html",),
    "verify": ("raylift verify train.py -n 2 --steps 20 -- --lr 1e-4", "raylift verify train.ipynb"),
}

app = typer.Typer(
    name="raylift",
    help="Lift Hugging Face Trainer and Accelerate scripts onto Ray Train.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    epilog=EPILOG,
)

PATHS = Annotated[list[str], typer.Argument(metavar="PATH...", help="Scripts, folders of them, or - for standard input.")]
SCRIPT = Annotated[
    str | None, typer.Argument(metavar="SCRIPT", help="The training script or notebook; it stays as it is.", show_default=False)
]
ARGUMENTS = Annotated[list[str] | None, typer.Argument(metavar="-- ARGS", help="The script's own arguments.", show_default=False)]
KEYWORD, REQUIRED = inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.empty


def show_version(wanted: bool) -> None:
    """Print the version and leave, where that is wanted."""
    if wanted:
        from importlib.metadata import version

        typer.echo(f"raylift {version('raylift')}")
        raise typer.Exit


VERSION = Annotated[bool, typer.Option("--version", help="Show the version.", is_eager=True, callback=show_version)]


def run(arguments: list[str]) -> int:
    """Run the application; typer's own exits become exit codes."""
    try:
        return int(app(args=arguments, prog_name="raylift") or 0)
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else 2


@app.callback()
def before_any_command(version: VERSION = False) -> None:
    """The flags that stand before a command."""


def parameter(flag: Flag) -> inspect.Parameter:
    """A flag as typer reads one from a signature."""
    names = [f"{yes}/{no}" for yes, no in zip(flag.names, flag.no, strict=True)] if flag.no else flag.names
    least, check = 0 if flag.kind == "number" else None, known_rules if flag.kind == "rules" else None
    option = typer.Option(*names, help=flag.help, metavar=flag.metavar, show_default=False, min=least, callback=check)
    kinds: dict[str, Any] = {
        "text": str | None,
        "number": int | None,
        "decimal": float | None,
        "switch": bool | None,
        "list": list[str] | None,
        "rules": list[str] | None,
    }
    kind = kinds.get(flag.kind) or Optional[Enum(flag.field, {choice: choice for choice in flag.choices})]  # noqa: UP045 - a value
    return inspect.Parameter(flag.field, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[kind, option])


def known_rules(values: list[str] | None) -> list[str]:
    """The ids or prefixes that the user gave for rules, one by one; typer before 0.20 wants a list where none was given."""
    try:
        return [name for value in values or () for name in ids_of(value)]
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def add_command(name: str, text: str, arguments: dict[str, Any], carry_out: Callable[..., int]) -> None:
    """A command whose signature is its arguments and the flags that the table gives it."""

    def command(**values: Any) -> None:
        own = {argument: values.pop(argument) for argument in arguments}
        raise typer.Exit(carry_out(chosen=chosen(values), **own))

    positional = [
        inspect.Parameter(argument, KEYWORD, default=None if kind in (ARGUMENTS, SCRIPT) else REQUIRED, annotation=kind)
        for argument, kind in arguments.items()
    ]
    signature = inspect.Signature([*positional, *map(parameter, flags_of(name))])
    command.__signature__ = signature  # type: ignore[attr-defined]  # what inspect reads first
    command.__annotations__ = {each.name: each.annotation for each in signature.parameters.values()}
    epilog = "\n".join(["\b", "Examples:", *(f"  {example}" for example in EXAMPLES[name])])
    app.command(name, help=text, epilog=epilog)(command)


def chosen(values: dict[str, Any]) -> dict[str, object]:
    """What the user did choose, as the plain parser would have read it."""
    plain = {name: value.value if isinstance(value, Enum) else value for name, value in values.items() if value is not None}
    plain = {name: tuple(value) if isinstance(value, list) else value for name, value in plain.items() if value != []}
    return {name: int(value) if name == "transformers" else value for name, value in plain.items()}


def lift_with(name: str) -> Callable[..., int]:
    """How `check`, `diff` and `rewrite` are carried out."""
    return lambda paths, chosen: execute(request(name, paths, chosen))


def started(
    command: str, script: str | None, arguments: list[str] | None, chosen: dict[str, object]
) -> tuple[Request, list[str]]:
    """The request and the program's own arguments; a module that is started leaves the place of the script to the first of them."""
    rest = arguments or []
    if isinstance(module := chosen.get("module"), str):
        path = path_of_module(module)
        if path is None:
            raise typer.BadParameter(f"there is no module {module} here that can be run")
        return request(command, [path], chosen), [*([] if script is None else [script]), *rest]
    if script is None:
        raise typer.BadParameter("give a script, or a module with -m")
    return request(command, [script], chosen), rest


def train(script: str | None, arguments: list[str] | None, chosen: dict[str, object]) -> int:
    """How `run` is carried out."""
    return run_lifted(*started("run", script, arguments, chosen))


def page(paths: list[str], chosen: dict[str, object]) -> int:
    """How `report` is carried out."""
    from raylift.commands.report import report

    return report(request("report", paths, chosen))


def prove(script: str | None, arguments: list[str] | None, chosen: dict[str, object]) -> int:
    """How `verify` is carried out."""
    return verify(*started("verify", script, arguments, chosen))


add_command("check", "Say which scripts would be lifted and which need a hand.", {"paths": PATHS}, lift_with("check"))
add_command("diff", "Show the change as a diff that `git apply` takes.", {"paths": PATHS}, lift_with("diff"))
add_command("rewrite", "Lift scripts in place or into -o; `-` is a filter.", {"paths": PATHS}, lift_with("rewrite"))
add_command("run", "Lift in memory, if need be, and train on Ray workers.", {"script": SCRIPT, "arguments": ARGUMENTS}, train)
add_command("report", "Write one page for a team that plans a migration.", {"paths": PATHS}, page)
add_command(
    "verify",
    """Train a script or a notebook before and after its lift and compare every loss.

    The original runs under torchrun and the lifted script on Ray workers, each in a copy of the working directory; a notebook
    runs in a kernel, and lifted with one worker. This is the one command that runs your original. Exit code 0 only where every loss of every rank and the final weights are equal.
    """,
    {"script": SCRIPT, "arguments": ARGUMENTS},
    prove,
)


@app.command()
def rules() -> None:
    """List every rule."""
    typer.echo(listing(), nl=False)


@app.command()
def explain(rule: Annotated[str, typer.Argument(metavar="RULE", help="Such as RL101.")]) -> None:
    """Say what a rule is about, why it matters and what to do."""
    if (text := explanation(rule)) is None:
        complain(suggestion(rule))
        raise typer.Exit(2)
    typer.echo(text, nl=False)
