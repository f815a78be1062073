"""What of a file a reader is shown before and after its change: its text, or the cells of a notebook."""

from __future__ import annotations

from raylift.project.discovery import is_notebook_file


def shown_text(path: str, old: bytes, new: bytes) -> tuple[bytes, bytes]:
    """Both sides of a diff."""
    if not is_notebook_file(path, old):
        return old, new
    from raylift.notebooks.shown_cells import shown_cells  # scripts do without

    return shown_cells(old, new)
