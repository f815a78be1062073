"""The user's tree on disk: files, settings, neighbours, what git ignores."""
