"""How rewriting tools treat what goes wrong: one function a case, one column a tool; `python tools/robustness.py BIN` prints a table.

BIN is a folder with the peers' commands. A case is True where nothing was lost, False where something was, None where the
tool takes no such input.
"""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

EXAMPLE = Path(__file__).parents[1] / "examples/train.py"


class Tool(NamedTuple):
    """A command that rewrites files in place, and a source that it would change."""

    name: str
    command: tuple[str, ...]
    source: bytes
    takes_folders: bool = True

    def run(self, folder: Path, *paths: str, limit: bool = False) -> subprocess.CompletedProcess[str]:
        """Rewrite; with `limit` no file may grow beyond nothing, as on a full disk."""
        before = no_room if limit else None
        environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
        return subprocess.run(
            [*self.command, *paths],
            cwd=folder,
            capture_output=True,
            text=True,
            errors="replace",
            preexec_fn=before,
            env=environment,
            check=False,
        )


def no_room() -> None:
    """Make every write to a file fail, as a full disk does."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def keeps_crlf(tool: Tool, folder: Path) -> bool:
    new = rewritten(tool, folder, tool.source.replace(b"\n", b"\r\n"))
    return new is not None and b"\n" not in new.replace(b"\r\n", b"")


def keeps_bom(tool: Tool, folder: Path) -> bool:
    new = rewritten(tool, folder, b"\xef\xbb\xbf" + tool.source)
    return new is not None and new.startswith(b"\xef\xbb\xbf")


def keeps_latin_1(tool: Tool, folder: Path) -> bool:
    new = rewritten(tool, folder, b"# -*- coding: latin-1 -*-\n# caf\xe9\n" + tool.source)
    return new is not None and b"# caf\xe9\n" in new


def tells_a_syntax_error(tool: Tool, folder: Path) -> bool:
    (folder / "a.py").write_bytes(broken := tool.source + b"\nif (\n")
    return is_told(tool.run(folder, "a.py"), "a.py") and (folder / "a.py").read_bytes() == broken


def goes_on_after_a_bad_file(tool: Tool, folder: Path) -> bool:
    sources = {"a.py": tool.source, "b.py": tool.source + b"\nif (\n", "c.py": tool.source}
    for name, source in sources.items():
        (folder / name).write_bytes(source)
    tool.run(folder, *sources)
    return [(folder / name).read_bytes() != source for name, source in sources.items()] == [True, False, True]


def tells_a_missing_path(tool: Tool, folder: Path) -> bool:
    return is_told(tool.run(folder, "missing.py"), "missing.py")


def leaves_ignored_files(tool: Tool, folder: Path) -> bool | None:
    if not tool.takes_folders:
        return None
    subprocess.run(["git", "init", "-q", str(folder)], check=True)
    (folder / ".gitignore").write_text("generated/\n")
    (folder / "generated").mkdir()
    for name in ("a.py", "generated/b.py"):
        (folder / name).write_bytes(tool.source)
    tool.run(folder, ".")
    return [(folder / name).read_bytes() == tool.source for name in ("a.py", "generated/b.py")] == [False, True]


def keeps_a_link(tool: Tool, folder: Path) -> bool:
    (folder / "real").mkdir()
    (folder / "real/a.py").write_bytes(tool.source)
    (folder / "a.py").symlink_to("real/a.py")
    tool.run(folder, "a.py")
    return (folder / "a.py").is_symlink() and (folder / "real/a.py").read_bytes() != tool.source


def keeps_the_mode(tool: Tool, folder: Path) -> bool:
    (folder / "a.py").write_bytes(tool.source)
    (folder / "a.py").chmod(0o754)
    tool.run(folder, "a.py")
    return (folder / "a.py").stat().st_mode & 0o777 == 0o754 and (folder / "a.py").read_bytes() != tool.source


def survives_a_full_disk(tool: Tool, folder: Path) -> bool:
    (folder / "a.py").write_bytes(tool.source)
    result = tool.run(folder, "a.py", limit=True)
    return (folder / "a.py").read_bytes() == tool.source and result.returncode != 0 and "Traceback" not in result.stderr


def leaves_nothing_behind(tool: Tool, folder: Path) -> bool:
    (folder / "a.py").write_bytes(tool.source)
    tool.run(folder, "a.py", limit=True)
    (folder / "a.py").write_bytes(tool.source)
    tool.run(folder, "a.py")
    return os.listdir(folder) == ["a.py"]


CASES: dict[str, Callable[[Tool, Path], bool | None]] = {
    "CRLF stays": keeps_crlf,
    "BOM stays": keeps_bom,
    "latin-1 cookie": keeps_latin_1,
    "syntax error is told": tells_a_syntax_error,
    "one bad file of three": goes_on_after_a_bad_file,
    "missing path is told": tells_a_missing_path,
    "ignored file stays": leaves_ignored_files,
    "symlink stays": keeps_a_link,
    "mode bits stay": keeps_the_mode,
    "failed write loses nothing": survives_a_full_disk,
    "nothing left behind": leaves_nothing_behind,
}


def rewritten(tool: Tool, folder: Path, source: bytes) -> bytes | None:
    """The file's bytes after a rewrite, or None where nothing changed."""
    (folder / "a.py").write_bytes(source)
    tool.run(folder, "a.py")
    new = (folder / "a.py").read_bytes()
    return None if new == source else new


def is_told(result: subprocess.CompletedProcess[str], name: str) -> bool:
    """Whether a failure has an exit code and names the file, without a traceback."""
    said = result.stdout + result.stderr
    return result.returncode != 0 and name in said and "Traceback" not in said


RAYLIFT = Tool("raylift", (sys.executable, "-m", "raylift", "rewrite", "--no-use-gpu", "--allow-dirty"), EXAMPLE.read_bytes())


def peers(folder: Path) -> list[Tool]:
    """Well-known tools, where their commands are in the folder."""
    old = b"from typing import Optional\n\n\nclass A(object):\n    x: Optional[int] = None\n    y = set([1, 2])\n"
    pydantic = b"from pydantic import BaseModel, validator\n\n\nclass A(BaseModel):\n    x: int\n\n    class Config:\n        orm_mode = True\n"
    django = b"from django.utils.encoding import force_text\n\nforce_text(1)\n"
    fixit = b"class A(object):\n    pass\n"
    known = [
        Tool("ruff", ("ruff", "check", "-q", "--no-cache", "--fix", "--isolated", "--select", "UP,C4"), old),
        Tool("pyupgrade", ("pyupgrade", "--py310-plus"), old, takes_folders=False),
        Tool("django-upgrade", ("django-upgrade", "--target-version", "4.2"), django, takes_folders=False),
        Tool("bump-pydantic", ("bump-pydantic",), pydantic),
        Tool("Fixit", ("fixit", "fix", "--automatic"), fixit),
    ]
    return [
        tool._replace(command=(str(folder / tool.command[0]), *tool.command[1:]))
        for tool in known
        if (folder / tool.command[0]).exists()
    ]


def column(tool: Tool) -> list[bool | None]:
    """What a tool does in each case, in a folder of its own."""
    found: list[bool | None] = []
    for case in CASES.values():
        folder = Path(tempfile.mkdtemp())
        found.append(case(tool, folder))
        shutil.rmtree(folder)
    return found


def main() -> None:
    """Print the table as Markdown."""
    tools = [RAYLIFT, *peers(Path(sys.argv[1]))]
    columns = [column(tool) for tool in tools]
    print("| |", " | ".join(tool.name for tool in tools), "|")
    print("| --- |" + " --- |" * len(tools))
    for number, case in enumerate(CASES):
        print(f"| {case} |", " | ".join({True: "yes", False: "no", None: "-"}[each[number]] for each in columns), "|")


if __name__ == "__main__":
    main()
