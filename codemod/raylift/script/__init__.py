"""A parsed script that answers questions, by `ast` alone."""

from raylift.script.script import Found, Script, Value, remembered, remembered_for

__all__ = ["Found", "Script", "Value", "remembered", "remembered_for"]
