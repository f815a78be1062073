"""A parsed script that answers questions, by `ast` alone."""

from raylift.script.script import Script, ScriptNode, Value, remembered, remembered_for

__all__ = ["Script", "ScriptNode", "Value", "remembered", "remembered_for"]
