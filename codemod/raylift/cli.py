"""The command line: flags in, exit code out; the common case is answered before typer, rich or LibCST load."""

from __future__ import annotations

import os
import sys

from raylift.commands.check_diff_rewrite import execute
from raylift.request import plain_request


def main() -> int:
    """The entry point of `raylift`."""
    try:
        return _answer(sys.argv[1:])
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # `raylift diff | head`: whoever read us has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141


def _answer(arguments: list[str]) -> int:
    if (request := plain_request(arguments)) is not None:
        return execute(request)
    from raylift.commands.typer_app import run

    return run(arguments)


if __name__ == "__main__":
    sys.exit(main())
