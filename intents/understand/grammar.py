"""The grammar: each command's own examples, compiled to patterns: the obvious phrasings, and only them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from crm_core import references
from intents.reading import is_that
from intents.registry import Command, commands

_FILLERS = re.compile(
    r"^(?:(?:please|pls|hey|hi|hello|ok|okay|so|well|um|uh|"
    r"bitte|hallo|moin|also|ähm|äh|"
    r"(?:can|could|would) you(?: please)?|i (?:want|would like|need)(?: to)?|i['’]d like(?: to)?|let me|"
    r"(?:kannst|könntest) du(?: bitte| mal)?|(?:können|könnten) sie(?: bitte| mal)?|"
    r"ich (?:möchte|will|brauche|würde gern|hätte gern))"
    r"[\s,]+)+",
    re.IGNORECASE,
)
_COURTESY = re.compile(r"^(\w+(?: sie| mir| me)?) (?:bitte|mal|doch|please)(?: mal)? ", re.IGNORECASE)
_TAIL = re.compile(r"(?:[\s,]+(?:please|pls|bitte|thanks|danke))?[\s.!?…]*$", re.IGNORECASE)
_PIECE = re.compile(r"\{(\w+)\}|\[([^\]]+)\]|\(([^)]+)\)|(\s+)|([^\s{}\[\]()]+)")
LONGEST_ASK = 4000
_SEPARATORS = " :,–"
_SPELLINGS = {"ä": "(?:ä|ae)", "ö": "(?:ö|oe)", "ü": "(?:ü|ue)", "ß": "(?:ß|ss)", "'": "['’]?"}
# Two words need a space; where an optional word is left out, a word boundary is enough.
_GAP = r"(?:\s+|\b)"


@dataclass(frozen=True, slots=True)
class Understood:
    """A command, the words found for its arguments, and the language it was said in.

    `weight` counts the characters that the example itself says: 0 for a bare `T-42`.
    """

    command: Command
    words: dict[str, str]
    language: str
    weight: int


@dataclass(frozen=True, slots=True)
class _Rule:
    command: Command
    language: str
    pattern: re.Pattern[str]


def understand(text: str, language: str, shown: Sequence[str] = ()) -> Understood | None:
    """The most literal match; among equals the one with the least free text, then the asker's own language.

    `shown` are the references that "it" may mean, the most recent first.
    """
    cleaned = clean(text)
    best: Understood | None = None
    best_score = (False, -1, 0, False)
    for rule in _rules():
        match = rule.pattern.fullmatch(cleaned)
        if match is None:
            continue
        found = {name: value for name, value in match.groupdict().items() if value}
        weight = len(cleaned) - sum(map(len, found.values()))
        score = (_fits(rule.command, found, shown), weight, -_anything(rule.command, found), rule.language == language)
        if score > best_score:
            words = {name: value.strip(_SEPARATORS) for name, value in found.items()}
            best, best_score = Understood(rule.command, words, rule.language, weight), score
    return best


def _fits(command: Command, words: dict[str, str], shown: Sequence[str]) -> bool:
    """Whether each reference is of the kind its argument wants: `D-4 is done` is about no ticket, `take it` about
    the call only when a call was shown last."""
    for argument in command.arguments:
        word = words.get(argument.name, "")
        if argument.slot.name not in references.KINDS or not word:
            continue
        meant = shown[0] if shown and is_that(word) else word
        parsed = references.parse(meant)
        if parsed is not None and parsed[0] != argument.slot.name:
            return False
    return True


def _anything(command: Command, words: dict[str, str]) -> int:
    """How much of the sentence could have been anything: `open ticket T-42` shows it and opens none of that name."""
    return sum(len(words.get(argument.name, "")) for argument in command.arguments if argument.slot.is_free)


def clean(text: str) -> str:
    """Without greeting, courtesy and the final full stop; what is nothing but these stays as it is."""
    flat = " ".join(text[:LONGEST_ASK].split()).lstrip("/")
    return _TAIL.sub("", _COURTESY.sub(r"\1 ", _FILLERS.sub("", flat))) or flat


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
    pattern = ""
    for argument, optional, either, space, word in _PIECE.findall(template):
        if argument:
            pattern += f"(?P<{argument}>{slots[argument].pattern})"
        elif optional:
            pattern += f"(?:{_alternatives(optional)})?"
        elif either:
            pattern += f"(?:{_alternatives(either)})"
        elif space:
            pattern += _GAP
        else:
            pattern += _literal(word)
    return _Rule(command, language, re.compile(pattern, re.IGNORECASE))


def _alternatives(text: str) -> str:
    choices = sorted(text.split("|"), key=len, reverse=True)
    return "|".join(r"\s+".join(map(_literal, choice.split())) for choice in choices)


def _literal(word: str) -> str:
    """As it is typed, also on a keyboard without umlauts or with curly apostrophes."""
    return "".join(_SPELLINGS.get(letter, re.escape(letter)) for letter in word)


def plain(template: str) -> str:
    """A template as people read it: `claim T-42` from `claim [ticket] {ticket}`."""
    text = re.sub(r"\[[^\]]+\]\s*", "", template)
    return re.sub(r"\(([^|)]+)[^)]*\)", r"\1", text).strip()
