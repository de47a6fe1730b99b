"""Regular expressions on which Python and JavaScript agree, and which cannot run away.

A pattern is read into a small tree and written anew for each language, so that `.`, `$` and
escapes mean the same everywhere. What it could cost at worst is bounded beforehand.
"""

import re
from dataclasses import dataclass, field
from functools import lru_cache

from instruments.evaluation.language.errors import RuleError

LONGEST_PATTERN = 200
MOST_REPETITIONS = 100
_LONGEST_TEXT = 2000  # what an unbounded repetition is reckoned to cost
_WORST_COST = 5_000_000
_GREATEST_SIZE = 10_000  # written out without repetition signs
_DEEPEST = 8
_PUNCTUATION = set(r"^$\.*+?()[]{}|/-")
_QUANTIFIER = re.compile(r"\{([0-9]{1,3})(,([0-9]{1,3})?)?\}")
_ANY = "[^\\n\\r\\u2028\\u2029]"


@dataclass
class _Written:
    """A piece of a pattern in both spellings, with what trying it may cost."""

    python: str = ""
    javascript: str = ""
    cost: int = 1
    size: int = 0
    repeats: bool = False
    branches: bool = False

    def add(self, other: "_Written") -> None:
        self.python += other.python
        self.javascript += other.javascript
        self.cost *= other.cost
        self.size += other.size
        self.repeats = self.repeats or other.repeats
        self.branches = self.branches or other.branches
        if self.cost > _WORST_COST or self.size > _GREATEST_SIZE:
            raise RuleError("the pattern could take too long: fewer or bounded repetitions, please")


@dataclass
class _Pattern:
    """Recursive descent over the pattern; `place` is how far it has been read."""

    text: str
    place: int = 0
    depth: int = field(default=0)

    def peek(self) -> str:
        return self.text[self.place : self.place + 1]

    def take(self) -> str:
        character = self.peek()
        self.place += 1
        return character

    def whole(self) -> _Written:
        written = self._alternatives()
        if self.place < len(self.text):
            raise RuleError("the pattern has a ) too many")
        return written

    def _alternatives(self) -> _Written:
        written = self._sequence()
        while self.peek() == "|":
            self.take()
            other = self._sequence()
            written = _Written(
                f"{written.python}|{other.python}",
                f"{written.javascript}|{other.javascript}",
                written.cost + other.cost,
                written.size + other.size,
                written.repeats or other.repeats,
                branches=True,
            )
        return written

    def _sequence(self) -> _Written:
        written = _Written()
        while self.peek() not in ("", "|", ")"):
            written.add(self._piece())
        return written

    def _piece(self) -> _Written:
        if self.peek() in ("^", "$"):
            return {"^": _Written("\\A", "^"), "$": _Written("\\Z", "$")}[self.take()]
        return self._repeated(self._atom())

    def _atom(self) -> _Written:
        character = self.take()
        if character == "(":
            return self._group()
        if character == "[":
            return self._set()
        if character == ".":
            return _Written(_ANY, _ANY)
        if character in "*+?{":
            raise RuleError(f"the pattern has {character} with nothing before it to repeat")
        if character in "]}":
            raise RuleError(f"write \\{character} for a {character} in a pattern")
        return _literal(self._escaped() if character == "\\" else character)

    def _escaped(self) -> str:
        character = self.take()
        if not character or character not in _PUNCTUATION:
            raise RuleError(
                f"\\{character} is not allowed in a pattern: only punctuation may be escaped "
                "(write [0-9], not \\d)"
            )
        return character

    def _group(self) -> _Written:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise RuleError("the pattern nests too deeply")
        if self.text.startswith("?:", self.place):
            self.place += 2
        inner = self._alternatives()
        if self.take() != ")":
            raise RuleError("the pattern has a ( without its )")
        self.depth -= 1
        inner.python, inner.javascript = f"(?:{inner.python})", f"(?:{inner.javascript})"
        return inner

    def _set(self) -> _Written:
        negated = self.peek() == "^"
        if negated:
            self.take()
        parts: list[str] = []
        while self.peek() != "]":
            parts.append(self._range())
        self.take()
        if not parts:
            raise RuleError("the pattern has an empty [ ]")
        text = f"[{'^' if negated else ''}{''.join(parts)}]"
        return _Written(text, text)

    def _range(self) -> str:
        first = self._set_character()
        if self.peek() != "-" or self.text[self.place + 1 : self.place + 2] == "]":
            return _code_point(first)
        self.take()
        last = self._set_character()
        if last < first:
            raise RuleError(f"the pattern's range {first}-{last} runs backwards")
        return f"{_code_point(first)}-{_code_point(last)}"

    def _set_character(self) -> str:
        character = self.take()
        if character == "":
            raise RuleError("the pattern has a [ without its ]")
        if character == "[":
            raise RuleError("write \\[ for a [ inside [ ]")
        return self._escaped() if character == "\\" else character

    def _repeated(self, atom: _Written) -> _Written:
        least, most, text = self._quantifier()
        if not text:
            return atom
        if most != 1 and (atom.repeats or atom.branches):
            raise RuleError("a repetition may not be repeated, nor alternatives inside one")
        if self.peek() in ("?", "+", "*", "{"):
            raise RuleError("one repetition sign at a time")
        return _Written(
            atom.python + text,
            atom.javascript + text,
            atom.cost * (1 + (_LONGEST_TEXT if most is None else most) - least),
            max(atom.size, 1) * max(least + 1 if most is None else most, 1),
            repeats=atom.repeats or least != most,
            branches=atom.branches,
        )

    def _quantifier(self) -> tuple[int, int | None, str]:
        simple = {"*": (0, None), "+": (1, None), "?": (0, 1)}.get(self.peek())
        if simple:
            return (*simple, self.take())
        if self.peek() != "{":
            return 1, 1, ""
        found = _QUANTIFIER.match(self.text, self.place)
        if found is None:
            raise RuleError("write {3}, {2,5} or {2,} for repetitions; \\{ for the sign itself")
        self.place = found.end()
        least = int(found[1])
        most = None if found[2] == "," else int(found[3] or found[1])
        if max(least, most or 0) > MOST_REPETITIONS or (most is not None and most < least):
            raise RuleError(f"the repetition {found[0]} is not allowed (0 to {MOST_REPETITIONS})")
        return least, most, found[0]


def _literal(character: str) -> _Written:
    text = f"\\{character}" if character in "^$\\.*+?()[]{}|/" else _plain(character)
    return _Written(text, text)


def _plain(character: str) -> str:
    return character if character.isalnum() or character in "_-," else _code_point(character)


def _code_point(character: str) -> str:
    """Inside [ ] only letters, digits and the Chinese stand as they are."""
    point = ord(character)
    if character.isalnum() and point <= 0xFFFF:
        return character
    return f"\\x{point:02x}" if point <= 0xFF else _wide(character)


def _wide(character: str) -> str:
    return f"\\u{ord(character):04x}" if ord(character) <= 0xFFFF else character


@lru_cache(maxsize=4096)
def _written(pattern: str) -> _Written:
    if len(pattern) > LONGEST_PATTERN:
        raise RuleError(f"a pattern has at most {LONGEST_PATTERN} characters")
    written = _Pattern(pattern).whole()
    anchored = pattern.startswith("^") and not written.branches
    if written.cost * (1 if anchored else _LONGEST_TEXT) > _WORST_COST and written.repeats:
        raise RuleError("the pattern could take too long: begin it with ^ or bound its repetitions")
    return written


def compile_pattern(pattern: str) -> re.Pattern[str]:
    """For Python. Raises RuleError for what is outside of the subset."""
    try:
        return re.compile(_written(pattern).python)
    except re.error as error:
        raise RuleError(f"bad pattern: {error}") from error


def javascript_pattern(pattern: str) -> str:
    """The same for `new RegExp(…, "u")`."""
    return _written(pattern).javascript
