"""Reads the commands of a shell script, as far as they can be known without running it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from raylift.launch_commands.shell_words import Reader

BATCH_LINE = re.compile(r"^#SBATCH\s+(.*)$", re.MULTILINE)
BATCH_OPTION = re.compile(r"(--[\w-]+|-\w)[=\s]+(\S+)")
# What Slurm tells a job of its own size, by the option that asks for it.
BATCH_VARIABLES = {
    "--nodes": ("SLURM_NNODES", "SLURM_JOB_NUM_NODES"),
    "-N": ("SLURM_NNODES", "SLURM_JOB_NUM_NODES"),
    "--ntasks": ("SLURM_NTASKS", "SLURM_NPROCS"),
    "-n": ("SLURM_NTASKS", "SLURM_NPROCS"),
    "--ntasks-per-node": ("SLURM_NTASKS_PER_NODE",),
    "--gpus-per-node": ("SLURM_GPUS_PER_NODE", "SLURM_GPUS_ON_NODE"),
    "--gres": ("SLURM_GPUS_PER_NODE", "SLURM_GPUS_ON_NODE"),
    "--cpus-per-task": ("SLURM_CPUS_PER_TASK",),
}
ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)=")
OPENERS = {"then", "do", "else", "{", "(", "!", "time", "exec", "nohup"}


@dataclass(frozen=True, slots=True)
class Command:
    """One simple command: the words before which variables stand that hold for it alone."""

    words: tuple[str, ...]
    environment: dict[str, str] = field(default_factory=dict)


def commands(text: str) -> Iterator[Command]:
    """The simple commands of a script in order; what cannot be known without running it stays as it is written, with its `$`.

    Raises UnfinishedQuote.
    """
    variables: dict[str, list[str]] = {name: [value] for name, value in _batch_variables(text).items()}
    for words in Reader(text, variables).simple_commands():
        while words and words[0] in OPENERS:
            words = words[1:]
        names = [word for word in words if word not in ("export", "local", "declare", "readonly")]
        given = 0
        while given < len(names) and ASSIGNMENT.match(names[given]):
            given += 1
        pairs = dict(word.split("=", 1) for word in names[:given])
        if names[given:]:
            yield Command(tuple(names[given:]), pairs)
        else:
            variables.update({name: [value] for name, value in pairs.items()})


def _batch_variables(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in BATCH_LINE.findall(text):
        for option, value in BATCH_OPTION.findall(line):
            number = re.search(r"(\d+)$", value)
            if number and (option != "--gres" or value.startswith("gpu")):
                found.update(dict.fromkeys(BATCH_VARIABLES.get(option, ()), number[1]))
    return found
