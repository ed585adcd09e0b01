"""The grammar: each command's own examples, compiled to patterns: the obvious phrasings, and only them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TypeAlias

from crm_core import references
from intents import pointing
from intents.registry import Argument, Command, commands, edition
from intents.understand.courtesy import without_courtesy
from intents.values.seeking import candidates
from intents.values.written import written

_PIECE = re.compile(r"\{(\w+)\}|\[([^\]]+)\]|\(([^)]+)\)|(\s+)|([^\s{}\[\]()]+)")
LONGEST_ASK = 4000
_ANY_WORDS = r".{1,160}?"
# A letter, as what it stands for begins and ends with one.
_MARK = "ǂ"
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

    @property
    def takes_any_words(self) -> bool:
        """Whether some of what was said could have been anything."""
        return any(argument.slot.is_free and argument.name in self.words for argument in self.command.arguments)


Spans: TypeAlias = dict[str, tuple[int, int]]


@dataclass(frozen=True)
class _Rule:
    """`long` is the argument whose pattern is long: any words stand for it in `pattern`, one mark in `marked`."""

    command: Command
    language: str
    template: str
    pattern: re.Pattern[str]
    long: Argument | None

    @cached_property
    def marked(self) -> re.Pattern[str]:
        return _compiled(self.command, self.template, _MARK)

    def spans(self, match: re.Match[str]) -> Spans | None:
        """Where the words of each argument stand. Of several ways to read it the one that leaves the fewest words
        to them; None when it is something else."""
        if self.long is None or match.start(self.long.name) < 0:
            return _spans(match)
        text = match.string
        found: Spans | None = None
        for start, end in _candidates(self.long.slot.pattern, text):
            marked = self.marked.fullmatch(text[:start] + _MARK + text[end:])
            if marked is None:
                continue
            spans = {
                name: (_behind(begin, start, end), _behind(stop, start, end))
                for name, (begin, stop) in _spans(marked).items()
            }
            if found is None or _length(spans) < _length(found):
                found = spans
        return found


def understand(text: str, language: str, shown: Sequence[str] = (), listed: Sequence[str] = ()) -> Understood | None:
    """The most literal match; among equals the one with the least free text, then the asker's own language.

    `shown` are the references that "it" may mean, the most recent first; `listed` is the list shown last.
    """
    said = written(clean(text))
    best: Understood | None = None
    best_score = (False, -1, 0, 0, False)
    for rule in _rules():
        match = rule.pattern.fullmatch(said.text)
        if match is None or (spans := rule.spans(match)) is None:
            continue
        found = {name: said.text[start:end] for name, (start, end) in spans.items()}
        weight = len(said.text) - _length(spans)
        fits, distance = _fits(rule.command, found, shown, listed)
        score = (fits, weight, -distance, -_anything(rule.command, found), rule.language == language)
        if score > best_score:
            words = {name: said.as_said(*span).strip(_SEPARATORS) for name, span in spans.items()}
            best, best_score = Understood(rule.command, words, rule.language, weight), score
    return best


def _spans(match: re.Match[str]) -> Spans:
    return {name: match.span(name) for name, value in match.groupdict().items() if value}


def _length(spans: Spans) -> int:
    return sum(end - start for start, end in spans.values())


def _behind(at: int, start: int, end: int) -> int:
    """Where a place was before the words from `start` to `end` became one mark."""
    return at if at <= start else at + end - start - len(_MARK)


@lru_cache(maxsize=256)
def _candidates(pattern: str, text: str) -> Sequence[tuple[int, int]]:
    """Many templates ask the same of one sentence."""
    return candidates(pattern, text)


def _fits(command: Command, words: dict[str, str], shown: Sequence[str], listed: Sequence[str]) -> tuple[bool, int]:
    """Whether each reference is of the kind that its argument wants: `D-4 is done` is about no ticket, `take it` about
    the call only when one was shown; and how long ago what is pointed at was shown, at most.
    """
    furthest = 0
    for argument in command.arguments:
        kind, word = argument.slot.name, words.get(argument.name, "")
        if kind not in references.KINDS or not word:
            continue
        if not argument.slot.is_free and pointing.points(word, kind):
            distance = pointing.distance(word, kind, shown, listed)
            if distance is None and shown:
                return False, 0
            # Before anything was shown, a ticket is what most people mean.
            furthest = max(furthest, distance if distance is not None else int(kind != "ticket"))
        else:
            parsed = references.parse(word)
            if parsed is not None and parsed[0] != kind:
                return False, 0
    return True, furthest


def _anything(command: Command, words: dict[str, str]) -> int:
    """How much of the sentence could have been anything: `open ticket T-42` shows it and opens none of that name."""
    return sum(len(words.get(argument.name, "")) for argument in command.arguments if argument.slot.is_free)


def clean(text: str) -> str:
    """Without greeting, courtesy and the final full stop; what is nothing but these stays as it is."""
    flat = " ".join(text[:LONGEST_ASK].split()).lstrip("/")
    return without_courtesy(flat) or flat


def _rules() -> Sequence[_Rule]:
    # Importing the commands is itself a change of what there is.
    commands()
    return _rules_of_all(edition())


@lru_cache(maxsize=1)
def _rules_of_all(_edition: int) -> Sequence[_Rule]:
    return [rule for command in commands().values() for rule in rules_of(command)]


@lru_cache(maxsize=1024)
def rules_of(command: Command) -> Sequence[_Rule]:
    """Raises TypeError for a template that cannot be read."""
    return [
        _rule(command, language, template) for language, templates in command.examples.items() for template in templates
    ]


def _rule(command: Command, language: str, template: str) -> _Rule:
    named = [argument for argument, *_ in _PIECE.findall(template) if argument]
    names = set(named)
    unknown = names - {argument.name for argument in command.arguments}
    if unknown:
        raise TypeError(f"{template}: the function has no argument {min(unknown)}")
    if len(named) > len(names) or set("[](){}") & set(_PIECE.sub("", template)):
        raise TypeError(f"{template}: an argument stands in it twice, or a bracket has no other")
    long = [argument for argument in command.arguments if argument.name in names and argument.slot.is_long]
    if len(long) > 1:
        raise TypeError(f"{template}: only one argument of a template may have a long pattern")
    return _Rule(command, language, template, _compiled(command, template, _ANY_WORDS), long[0] if long else None)


def _compiled(command: Command, template: str, instead: str) -> re.Pattern[str]:
    """`instead` stands for an argument whose pattern is long."""
    slots = {argument.name: argument.slot for argument in command.arguments}
    return compiled(template, {name: instead if slot.is_long else slot.pattern for name, slot in slots.items()})


def compiled(template: str, arguments: Mapping[str, str]) -> re.Pattern[str]:
    pattern = ""
    for argument, optional, either, space, word in _PIECE.findall(template):
        if argument:
            pattern += f"(?P<{argument}>{arguments[argument]})"
        elif optional:
            pattern += f"(?:{_alternatives(optional)})?"
        elif either:
            pattern += f"(?:{_alternatives(either)})"
        elif space:
            pattern += _GAP
        else:
            pattern += _literal(word)
    return re.compile(pattern, re.IGNORECASE)


def _alternatives(text: str) -> str:
    choices = sorted(text.split("|"), key=len, reverse=True)
    return "|".join(r"\s+".join(map(_literal, choice.split())) for choice in choices)


def _literal(word: str) -> str:
    """As it is typed, also on a keyboard without umlauts or with curly apostrophes; and as a number is written."""
    typed = "".join(_SPELLINGS.get(letter, re.escape(letter)) for letter in word)
    number = written(word).text
    return typed if number == word else f"(?:{typed}|{number})"


def plain(template: str) -> str:
    """A template as people read it: `claim T-42` from `claim [ticket] {ticket}`."""
    text = re.sub(r"\[[^\]]+\]\s*", "", template)
    return re.sub(r"\(([^|)]+)[^)]*\)", r"\1", text).strip()
