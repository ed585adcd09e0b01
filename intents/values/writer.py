"""Finds the numbers that are said in words, and writes them in digits."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from intents.values.days import calendar_words
from intents.values.digits import is_repeat, spoken_digits
from intents.values.numbers import (
    ARTICLES,
    LINKS,
    SCALE_WORDS,
    ZEROS,
    cardinal,
    half_more,
    is_number_word,
    is_tens,
    ordinal,
)

_WORD = re.compile(r"[^\W_]+")
_BETWEEN = re.compile(r"\s+|\s?-\s?|,\s*")
_BEFORE_CLOCK = frozenset({"at", "um", "by", "from", "until", "till", "before", "after", "gegen", "ab", "bis", "von"})
_BEHIND_CLOCK = frozenset({"am", "pm", "a", "p", "uhr"})
_POINTS = {"point": ".", "komma": ",", "comma": ","}
_DASHES = frozenset({"dash", "hyphen", "minus", "strich", "bindestrich"})
# `this one`, `the next one`: no number.
_BEFORE_ONE = frozenset(
    {
        "that",
        "this",
        "the",
        "which",
        "any",
        "no",
        "every",
        "each",
        "next",
        "last",
        "first",
        "second",
        "third",
        "another",
    }
)
# `ein Euro` is one; `ein Ticket` is any.
_COUNTED = frozenset({"euro", "uhr", "prozent", "dollar", "pfund", "franken"})
_HALVES = frozenset({"half", "halbe", "halben", "halbes"})
_BEFORE_DAY = frozenset({"on", "by", "until", "till", "from", "to", "since", "before", "after"})
_BEHIND_DAY = frozenset({"", "at", "to", "until", "till"})
_BEFORE_GERMAN_DAY = frozenset({"am", "zum", "vom", "den", "der", "dem"})
LONGEST_RUN = 40
Change: TypeAlias = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    start: int
    end: int


def changes(said: str, *, is_clock: bool) -> Sequence[Change]:
    """From left to right: where in `said` something is written otherwise, and how."""
    if not any(map(_may_change, _WORD.findall(said))):
        return ()
    words = [_Word(found[0].casefold(), found.start(), found.end()) for found in _WORD.finditer(said)]
    return _Writer(said, words, is_clock).changes()


@lru_cache(maxsize=4096)
def _may_change(said: str) -> bool:
    word = said.casefold()
    return (
        is_number_word(word)
        or ordinal(word) is not None
        or _halved(word) is not None
        or is_repeat(word)
        or word in {"half", "plus", *_POINTS, *_COUNTED}
    )


class _Writer:
    def __init__(self, said: str, words: Sequence[_Word], is_clock: bool) -> None:
        self._said, self._words, self._is_clock = said, words, is_clock
        self._changes: list[Change] = []

    def changes(self) -> Sequence[Change]:
        at = 0
        while at < len(self._words):
            at = self._written_at(at)
        return self._changes

    def _written_at(self, at: int) -> int:
        """What begins at this word, if anything; returns where to go on."""
        if (halves := _halved(self._words[at].text)) is not None:
            return self._change(at, at + 1, halves)
        if self._word(at) in {"ein", "eine"} and self._word(at + 1) in _COUNTED:
            return self._change(at, at + 1, "1")
        if self._word(at) == "plus" and self._word(at + 1).isdigit():
            self._changes.append((self._words[at].start, self._words[at + 1].start, "+"))
            return at + 1
        end = self._run(at)
        if end > at and self._is_one_alone(at, end):
            return end
        if end > at:
            return self._number(at, end)
        return self._decimal_of_digits(at) or self._ordinal(at) or at + 1

    def _change(self, at: int, end: int, text: str) -> int:
        self._changes.append((self._words[at].start, self._words[end - 1].end, text))
        return end

    def _word(self, at: int) -> str:
        return self._words[at].text if 0 <= at < len(self._words) else ""

    def _gap(self, at: int) -> str:
        """What stands between this word and the next."""
        return self._said[self._words[at].end : self._words[at + 1].start] if at + 1 < len(self._words) else "."

    def _joins(self, at: int, is_dictated: bool = False) -> bool:
        """A number that is dictated digit by digit has pauses."""
        gap = self._gap(at)
        return _BETWEEN.fullmatch(gap) is not None and (is_dictated or "," not in gap)

    def _run(self, at: int) -> int:
        """The end of the number words that begin here; `at` when none does."""
        if not self._begins(at):
            return at
        end = at + 1
        is_dictated = self._word(at) in {"null", "zero", *ZEROS} or self._word(at - 1) == "plus"
        while end - at < LONGEST_RUN and self._joins(end - 1, is_dictated) and self._goes_on(end):
            end += 1
        return end - 1 if self._word(end - 1) in LINKS else end

    def _goes_on(self, at: int) -> bool:
        """Whether the number before goes on with this word."""
        word = self._word(at)
        if word in LINKS:
            return self._word(at - 1) not in LINKS and self._may_link(at)
        if word == "die":
            return is_repeat(self._word(at - 1)) and self._is_digit(at + 1)
        return self._is_counted(at) and not (is_tens(word) and self._is_ordinal_tail(at + 1))

    def _begins(self, at: int) -> bool:
        word = self._word(at)
        if self._word(at - 1) in _HALVES and (word in ARTICLES or word in SCALE_WORDS):
            return False
        if word in ARTICLES:
            is_linked = word == "ein" and self._word(at + 1) == "und" and is_number_word(self._word(at + 2))
            return is_linked or (self._word(at + 1) in SCALE_WORDS and self._joins(at))
        if word in ZEROS:
            return self._is_counted(at + 1) and self._is_counted(at + 2) and self._joins(at)
        if word in SCALE_WORDS and (
            self._word(at - 1) in ARTICLES or self._word(at - 1).isdigit() or self._is_behind_a_decimal(at)
        ):
            return False
        if is_repeat(word):
            return self._is_digit(at + 1) or (self._word(at + 1) == "die" and self._is_digit(at + 2))
        if is_tens(word) and self._is_ordinal_tail(at + 1):
            return False
        return is_number_word(word)

    def _is_behind_a_decimal(self, at: int) -> bool:
        """`twelve and a half thousand` is an amount: what it counts stays a word."""
        return (
            bool(self._changes)
            and self._changes[-1][1] == self._words[at - 1].end
            and not self._changes[-1][2].isdigit()
        )

    def _may_link(self, at: int) -> bool:
        """`two hundred and five`, `ein und zwanzig`; not `two and three`."""
        before, behind = self._word(at - 1), self._word(at + 1)
        if self._word(at) == "and":
            return before in SCALE_WORDS and self._is_counted(at + 1)
        joined = cardinal([before, "und", behind], 0) if is_number_word(behind) else None
        return joined is not None and joined[1] == 3

    def _is_digit(self, at: int) -> bool:
        found = cardinal([self._word(at)], 0) if self._word(at) else None
        return found is not None and found[0] < 10

    def _is_counted(self, at: int) -> bool:
        word = self._word(at)
        if word in ZEROS:
            return self._word(at + 1) != "clock"
        return (word.isdigit() and word.isascii()) or is_repeat(word) or is_number_word(word)

    def _is_ordinal_tail(self, at: int) -> bool:
        value = ordinal(self._word(at))
        return value is not None and value < 10 and self._joins(at - 1)

    def _is_one_alone(self, at: int, end: int) -> bool:
        return (
            end == at + 1
            and self._word(at) in {"one", "ein", "eine"}
            and (self._word(at) != "one" or self._word(at - 1) in _BEFORE_ONE)
        )

    def _number(self, at: int, end: int) -> int:
        words = [word.text for word in self._words[at:end]]
        if self._word(end) in _POINTS and self._is_counted(end + 1):
            return self._decimal(at, end, spoken_digits(words) or "")
        if (point := self._half_behind(end)) is not None:
            return self._change(at, end + 3, f"{spoken_digits(words)}{point}5")
        is_clock = (
            (at == 0 and self._is_clock) or self._word(at - 1) in _BEFORE_CLOCK or self._word(end) in _BEHIND_CLOCK
        )
        if is_clock and (clock := _clock(words)) is not None:
            return self._change(at, end, clock)
        text = spoken_digits(words)
        if text is None:
            return end
        if self._word(at - 1) == "plus" and len(words) > 1:
            at, text = at - 1, f"+{text}"
        elif self._word(at - 1) in _DASHES and len(self._word(at - 2)) == 1:
            # `t dash forty two` is one reference.
            self._changes.append((self._words[at - 2].end, self._words[end - 1].end, f"-{text}"))
            return end
        return self._change(at, end, text)

    def _decimal_of_digits(self, at: int) -> int | None:
        """`3 Komma 5`, `12 and a half`."""
        if not (self._word(at).isascii() and self._word(at).isdigit()):
            return None
        if self._word(at + 1) in _POINTS and self._is_counted(at + 2) and self._joins(at):
            return self._decimal(at, at + 1, self._word(at))
        if (point := self._half_behind(at + 1)) is not None:
            return self._change(at, at + 4, f"{self._word(at)}{point}5")
        return None

    def _half_behind(self, at: int) -> str | None:
        """`two and a half`, `zwei und eine halbe`: with what the half is set off."""
        words = tuple(self._word(at + step) for step in range(3))
        if words == ("and", "a", "half"):
            return "."
        return "," if words[0] == "und" and words[1] in ARTICLES and words[2] in _HALVES else None

    def _decimal(self, at: int, end: int, whole: str) -> int:
        """The digits behind the point are said one by one."""
        behind = end + 1
        while behind < len(self._words) and self._is_digit_or_digits(behind) and self._joins(behind - 1):
            behind += 1
        digits = spoken_digits([word.text for word in self._words[end + 1 : behind]])
        if digits is None or behind == end + 1:
            return end
        return self._change(at, behind, f"{whole}{_POINTS[self._word(end)]}{digits}")

    def _is_digit_or_digits(self, at: int) -> bool:
        return self._is_counted(at) and self._word(at) not in SCALE_WORDS

    def _ordinal(self, at: int) -> int | None:
        """Of a day: `the first of May`, `am dritten um neun`; the second opinion stays as it is."""
        end = at + 1
        value = ordinal(self._word(at))
        if is_tens(self._word(at)) and self._is_ordinal_tail(at + 1):
            tens = cardinal([self._word(at)], 0)
            assert tens is not None
            value, end = tens[0] + (ordinal(self._word(at + 1)) or 0), at + 2
        if value is None or not 0 < value < 32 or not self._is_of_a_day(at, end):
            return None
        return self._change(at, end, f"{value}.")

    def _is_of_a_day(self, at: int, end: int) -> bool:
        before, behind = self._word(at - 1), self._word(end)
        if calendar_words.MONTHS.keys() & {behind, before, self._word(end + 1) if behind == "of" else ""}:
            return True
        if before == "the":
            return (
                (at < 2 and behind in _BEHIND_DAY)
                or behind == "of"
                or self._word(at - 2) in _BEFORE_DAY
                or self._word(at - 2) in calendar_words.WEEKDAYS
                or self._word(at - 2) in calendar_words.MONTHS
            )
        if self._changes and self._changes[-1][1] == self._words[at - 1].end and self._changes[-1][2].endswith("."):
            return True
        return before in _BEFORE_GERMAN_DAY or behind in {"bis", "to", "weihnachtstag"}


def _halved(word: str) -> str | None:
    """`zweieinhalb`, `zwölfeinhalbtausend`."""
    for scale in ("", "tausend", "millionen"):
        count = half_more(word.removesuffix(scale)) if word.endswith(scale) else None
        if count is not None:
            return f"{count},5 {scale}".rstrip()
    return None


def _clock(words: Sequence[str]) -> str | None:
    """`nine thirty`, `nine oh five`, `ten fifteen`."""
    hour = cardinal(words, 0)
    if hour is None or hour[1] == len(words) or hour[0] > 24:
        return None
    minutes = [words[place] for place in range(hour[1], len(words))]
    text = spoken_digits(minutes)
    return f"{hour[0]}:{text}" if text is not None and len(text) == 2 and text < "60" else None
