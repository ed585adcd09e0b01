"""The grammar: each command's own examples, compiled to patterns: the obvious phrasings, and only them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from intents.registry import Command, commands

_FILLERS = re.compile(
    r"^(?:(?:please|pls|hey|hi|hello|ok|okay|so|well|um|uh|"
    r"bitte|hallo|moin|also|ähm|äh|"
    r"(?:can|could|would) you(?: please)?|i (?:want|would like|need) to|i'd like to|let me|"
    r"(?:kannst|könntest) du(?: bitte| mal)?|(?:können|könnten) sie(?: bitte| mal)?|ich (?:möchte|will|würde gern))"
    r"[\s,]+)+",
    re.IGNORECASE,
)
_TAIL = re.compile(r"(?:[\s,]+(?:please|pls|bitte|thanks|danke))?[\s.!?…]*$", re.IGNORECASE)
_PIECE = re.compile(r"\{(\w+)\}|\[([^\]]+)\]|\(([^)]+)\)|(\s+)|([^\s{}\[\]()]+)")
LONGEST_ASK = 4000
# Two words need a space; where an optional word is left out, a word boundary is enough.
_GAP = r"(?:\s+|\b)"


@dataclass(frozen=True, slots=True)
class Understood:
    """A command, the words found for its arguments, and the language it was said in."""

    command: Command
    words: dict[str, str]
    language: str
    weight: int


@dataclass(frozen=True, slots=True)
class _Rule:
    command: Command
    language: str
    pattern: re.Pattern[str]
    weight: int


def understand(text: str, language: str) -> Understood | None:
    """The most literal match; among equals the asker's own language wins."""
    cleaned = clean(text)
    best: Understood | None = None
    best_score = (0, 0)
    for rule in _rules():
        match = rule.pattern.fullmatch(cleaned)
        if match is None:
            continue
        score = (rule.weight, int(rule.language == language))
        if best is None or score > best_score:
            words = {name: value.strip() for name, value in match.groupdict().items() if value}
            best, best_score = Understood(rule.command, words, rule.language, rule.weight), score
    return best


def clean(text: str) -> str:
    """Without greeting, courtesy and the final full stop."""
    flat = " ".join(text[:LONGEST_ASK].split()).lstrip("/")
    return _TAIL.sub("", _FILLERS.sub("", flat))


@lru_cache
def _rules() -> Sequence[_Rule]:
    return [
        _rule(command, language, template)
        for command in commands().values()
        for language, templates in command.examples.items()
        for template in templates
    ]


def _rule(command: Command, language: str, template: str) -> _Rule:
    slots = {argument.name: argument.slot for argument in command.arguments}
    pattern, weight = "", 0
    for argument, optional, either, space, word in _PIECE.findall(template):
        if argument:
            pattern += f"(?P<{argument}>{slots[argument].pattern})"
        elif optional:
            pattern += f"(?:{_alternatives(optional)})?"
        elif either:
            pattern += f"(?:{_alternatives(either)})"
            weight += 4
        elif space:
            pattern += _GAP
        else:
            pattern += re.escape(word)
            weight += len(word)
    return _Rule(command, language, re.compile(pattern, re.IGNORECASE), weight)


def _alternatives(text: str) -> str:
    return "|".join(r"\s+".join(map(re.escape, choice.split())) for choice in text.split("|"))


def plain(template: str) -> str:
    """A template as people read it: `claim T-42` from `claim [ticket] {ticket}`."""
    text = re.sub(r"\[[^\]]+\]\s*", "", template)
    return re.sub(r"\(([^|)]+)[^)]*\)", r"\1", text).strip()
