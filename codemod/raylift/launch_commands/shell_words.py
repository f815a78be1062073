"""Splits a shell script into the words of its simple commands, variables and quotes resolved as far as they can be known."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Iterator

BRACED = re.compile(r"\$\{([A-Za-z_]\w*)(\[[@*]\])?(?::?-([^}]*))?\}")
BARE = re.compile(r"\$([A-Za-z_]\w*|[@*])")
HEREDOC = re.compile(r"<<-?\s*(['\"]?)(\w+)\1")
OPERATORS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.floordiv}


class UnfinishedQuote(ValueError):
    """The text ends inside quotes."""


class Reader:
    """Walks over the text once, character by character."""

    def __init__(self, text: str, variables: dict[str, list[str]]) -> None:
        self.text, self.variables = text.replace("\\\r\n", " ").replace("\\\n", " "), variables
        self.at = 0
        self.words: list[str] = []
        self.word: str | None = None
        self.heredocs: list[str] = []

    def simple_commands(self) -> Iterator[list[str]]:
        while self.at < len(self.text):
            character = self.text[self.at]
            if character in "\n;|&":
                self._end_word()
                yield self._take()
                self.at += 1
                if character == "\n":
                    self._skip_heredocs()
            elif character in " \t\r":
                self._end_word()
                self.at += 1
            elif character == "#" and self.word is None:
                self.at = self._find("\n", len(self.text))
            elif character in "<>":
                self._redirection()
            else:
                self._part(character)
        self._end_word()
        yield self._take()

    def _part(self, character: str) -> None:
        """One more piece of a word: quoted, escaped, a variable, an array, or a plain character."""
        if character == "'":
            end = self._closing("'")
            self._add(self.text[self.at + 1 : end])
            self.at = end + 1
        elif character == '"':
            self._double_quoted()
        elif character == "\\":
            self._add(self.text[self.at + 1 : self.at + 2])
            self.at += 2
        elif character in "$`":
            values = [
                word for value in self._expansion() for word in ([value] if value.startswith(("$(", "`")) else value.split())
            ]
            for number, value in enumerate(values):
                if number:
                    self._end_word()
                self._add(value)
        elif character == "(" and self.word is not None and self.word.endswith("="):
            self._array()
        elif character in "()" and self.word is None:
            self.at += 1
        else:
            self._add(character)
            self.at += 1

    def _double_quoted(self) -> None:
        if self.word is None and self.text.startswith('"$@"', self.at):
            self.at += 4  # without arguments it is no word at all
            return
        self.at += 1
        self._add("")
        while self.at < len(self.text) and self.text[self.at] != '"':
            character = self.text[self.at]
            if character in "$`":
                for number, value in enumerate(self._expansion()):
                    if number:
                        self._end_word()
                    self._add(value)
            else:
                escapes = character == "\\" and self.text[self.at + 1 : self.at + 2] in ("$", '"', "\\", "`")
                self._add(self.text[self.at + escapes])
                self.at += 1 + escapes
        if self.at >= len(self.text):
            raise UnfinishedQuote('a " is never closed')
        self.at += 1

    def _array(self) -> None:
        """`NAME=(one two)`: read like a command of its own, and kept as separate words."""
        name, (self.word, kept) = (self.word or "").rstrip("="), (None, self.words)
        end = self._matching("(", ")")
        inner = Reader(self.text[self.at + 1 : end - 1].replace("\n", " "), self.variables)
        more = [word for words in inner.simple_commands() for word in words]
        self.variables[name.rstrip("+")] = [*self.variables.get(name[:-1], ()), *more] if name.endswith("+") else more
        self.at, self.words = end, kept

    def _expansion(self) -> list[str]:
        """The words that stand for what begins here with `$` or a backtick; as written, where nobody can know."""
        if self.text.startswith("$((", self.at):
            return [self._arithmetic()]
        if self.text.startswith("$(", self.at):
            begin, self.at = self.at, self.at + 1
            self.at = self._matching("(", ")")
            return [self.text[begin : self.at]]
        if self.text[self.at] == "`":
            begin, self.at = self.at, self._closing("`") + 1
            return [self.text[begin : self.at]]
        match = BRACED.match(self.text, self.at) or BARE.match(self.text, self.at)
        if match is None:
            self.at += 1
            return ["$"]
        self.at = match.end()
        if match[1] in "@*":
            return []  # what is given to the shell script itself
        default = match[3] if match.re is BRACED else None
        return self.variables.get(match[1]) or [match[0] if default is None else default]

    def _arithmetic(self) -> str:
        begin, self.at = self.at, self.at + 1
        self.at = self._matching("(", ")")
        names = re.sub(
            r"\$?\{?([A-Za-z_]\w*)\}?", lambda m: " ".join(self.variables.get(m[1], [m[0]])), self.text[begin + 3 : self.at - 2]
        )
        try:
            return str(_value(ast.parse(names.strip(), mode="eval").body))
        except (SyntaxError, ValueError, ZeroDivisionError):
            return self.text[begin : self.at]

    def _redirection(self) -> None:
        if heredoc := HEREDOC.match(self.text, self.at):
            self.heredocs.append(heredoc[2])
            self.at = heredoc.end()
            return
        if self.word is not None and self.word.isdigit():
            self.word = None
        self._end_word()
        self.at = re.compile(r"[<>]+&?[ \t]*(\"[^\"]*\"|'[^']*'|[^\s;|&<>]*)").match(self.text, self.at).end()  # type: ignore[union-attr]  # a `<` or `>` is here

    def _skip_heredocs(self) -> None:
        for word in self.heredocs:
            end = re.compile(rf"^\s*{word}\s*$", re.MULTILINE).search(self.text, self.at)
            self.at = end.end() if end else len(self.text)
        self.heredocs.clear()

    def _add(self, piece: str) -> None:
        self.word = (self.word or "") + piece

    def _end_word(self) -> None:
        if self.word is not None:
            self.words.append(self.word)
        self.word = None

    def _take(self) -> list[str]:
        taken, self.words = self.words, []
        return taken

    def _find(self, wanted: str, default: int) -> int:
        found = self.text.find(wanted, self.at)
        return default if found < 0 else found

    def _closing(self, quote: str) -> int:
        end = self.text.find(quote, self.at + 1)
        if end < 0:
            raise UnfinishedQuote(f"a {quote} is never closed")
        return end

    def _matching(self, opening: str, closing: str) -> int:
        """The position after the bracket that closes the one here."""
        depth = 0
        for position in range(self.at, len(self.text)):
            depth += (self.text[position] == opening) - (self.text[position] == closing)
            if depth == 0:
                return position + 1
        raise UnfinishedQuote(f"a {opening} is never closed")


def _value(node: ast.expr) -> int:
    if isinstance(node, ast.Constant) and isinstance(node.value, int):
        return node.value
    if isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
        return int(OPERATORS[type(node.op)](_value(node.left), _value(node.right)))
    raise ValueError
