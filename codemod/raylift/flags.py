"""The flags of the command line, said once: for the plain parser, for typer's help and completion, and for the settings file."""

from __future__ import annotations

from typing import NamedTuple


class Flag(NamedTuple):
    """A flag by its field in the request; `kind` is text, number, decimal, switch, choice, list or rules (both may be repeated)."""

    field: str
    names: tuple[str, ...]
    kind: str
    commands: str
    help: str
    no: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    metavar: str | None = None
    is_setting: bool = False


LIFTING = "check diff rewrite"
FLAGS = (
    Flag("output", ("-o", "--output"), "text", "rewrite report", "Write there, not in place.", metavar="FILE|DIR"),
    Flag("num_workers", ("-n", "--num-workers"), "number", LIFTING + " report run verify", "Ray workers of the lifted script. [2]", metavar="N",
         is_setting=True),
    Flag("use_gpu", ("--use-gpu",), "switch", LIFTING + " report run verify", "A GPU per worker. [as the script says, else yes]",
         no=("--no-use-gpu",), is_setting=True),
    Flag("storage_path", ("--storage-path",), "text", LIFTING + " report run verify", "Where Ray keeps results.", metavar="PATH", is_setting=True),
    Flag("runtime", ("--runtime",), "choice", LIFTING + " report run verify", "Bundled runtime or stock Ray. [raylift]", choices=("raylift", "ray"),
         is_setting=True),
    Flag("transformers", ("--transformers",), "choice", LIFTING + " report run verify", "Argument names to use. [what is pinned, else 5]",
         choices=("4", "5"), is_setting=True),
    Flag("data", ("--data",), "choice", LIFTING + " report run verify", "Ray Data feeds the workers.", choices=("ray",),
         is_setting=True),
    Flag("launched_by", ("--launched-by",), "text", LIFTING, "Its launch command, or a shell script with it.", metavar="COMMAND|FILE"),
    Flag("inline_accelerate_config", ("--inline-accelerate-config",), "switch", LIFTING, "Write its config into Accelerator(...)."),
    Flag("resumable", ("--resumable",), "switch", LIFTING, "Restart Accelerate loops from the newest checkpoint.", is_setting=True),
    Flag("module", ("-m", "--module"), "text", "run verify", "Start this module of the project, as `python -m` does.", metavar="MODULE"),
    Flag("address", ("--address",), "text", "run", "The Ray cluster to train on. [a local one]"),
    Flag("steps", ("--steps",), "number", "verify", "Stop after this many optimizer steps. [at the end]", metavar="K"),
    Flag("tolerance", ("--tolerance",), "decimal", "verify", "Relative difference of losses to allow. [0]", metavar="X"),
    Flag("lifted", ("--lifted",), "text", "verify", "Compare with this file instead of lifting.", metavar="FILE"),
    Flag("select", ("--select",), "rules", LIFTING + " report", "Only these rules, by id or its start. [all]", metavar="RULE", is_setting=True),
    Flag("ignore", ("--ignore",), "rules", LIFTING + " report", "Not this rule; may be repeated.", metavar="RULE", is_setting=True),
    Flag("unsafe", ("--unsafe",), "switch", LIFTING + " report run verify", "Lift on promises that raylift cannot prove.", is_setting=True),
    Flag("mark", ("--mark",), "switch", LIFTING, "Leave a comment where a person must decide.", is_setting=True),
    Flag("exclude", ("--exclude",), "list", LIFTING + " report", "Skip these, in .gitignore's syntax; may be repeated.", metavar="GLOB",
         is_setting=True),
    Flag("force_exclude", ("--force-exclude",), "switch", LIFTING, "Exclude also what is named outright, as hooks do."),
    Flag("jobs", ("-j", "--jobs"), "number", LIFTING + " report", "Processes to work with. [as many as help]", metavar="N"),
    Flag("timeout", ("--timeout",), "number", LIFTING + " report run verify", "Seconds of processor time for one file; 0 is no limit. [30]", metavar="S"),
    Flag("format", ("--format",), "choice", "check", "How to answer. [text]", choices=("text", "json", "sarif", "github")),
    Flag("statistics", ("--statistics",), "switch", "check", "Count by rule instead of listing."),
    Flag("side_by_side", ("--side-by-side",), "switch", "diff", "Old and new in two columns."),
    Flag("interactive", ("-i", "--interactive"), "switch", "rewrite", "Show each change and ask."),
    Flag("allow_dirty", ("--allow-dirty",), "switch", "rewrite", "Rewrite files with uncommitted changes too."),
    Flag("backup", ("--backup",), "switch", "rewrite", "Keep the old text beside, as NAME.bak."),
    Flag("quiet", ("-q", "--quiet"), "switch", LIFTING, "Only refusals and failures."),
    Flag("verbose", ("-v", "--verbose"), "switch", LIFTING, "Also why each file was left alone."),
)  # fmt: skip


def flags_of(command: str) -> list[Flag]:
    """The flags that a command takes."""
    return [flag for flag in FLAGS if command in flag.commands.split()]


def value_of(flag: Flag, text: str) -> object:
    """What the user wrote as the flag's value; raises ValueError where it is none."""
    if flag.kind == "number" and not text.isdecimal():
        raise ValueError(f"{text!r} is no number")
    if flag.kind == "choice" and text not in flag.choices:
        raise ValueError(f"{text!r} is not one of {', '.join(flag.choices)}")
    if flag.kind == "rules":
        from raylift.rules import ids_of  # the catalogue is not needed where nobody names a rule

        return ids_of(text)
    if flag.kind == "list":
        return (text,)
    return int(text) if flag.kind == "number" or flag.field == "transformers" else text
