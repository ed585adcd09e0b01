"""An utterance as speech recognition might have written it: small letters, no punctuation, some words wrong."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from intents.understand.marks import Marked, Span

WRONG_WORDS = 0.05
_WORD = re.compile(r"\S+")
_ADDRESS = re.compile(r"\w@\w|^sip:")
# A comma in a number stays, a hyphen between letters too: what is spoken is written so.
_MARKS = re.compile(r"(?<!\d)[^\w\s€$£%+\-]|[^\w\s€$£%+\-](?!\d)|[/–]|(?<![^\W\d])-|-(?![^\W\d])")
# What sounds alike, one way or the other.
_ALIKE = (
    "ss s", "tt t", "nn n", "mm m", "ll l", "ie i", "ei ai", "ph f", "v f", "d t", "b p", "g k", "z s", "ee ea",
    "ck k", "th s", "sch sh", "m n", "e a",
)  # fmt: skip
_SOUNDS = [pair for one, other in map(str.split, _ALIKE) for pair in ((one, other), (other, one))]


@dataclass(frozen=True, slots=True)
class Noise:
    """`words` are those that it hears instead of others. Made anew with the same seed, it does the same again."""

    words: Sequence[str]
    dice: random.Random = field(default_factory=lambda: random.Random(0))

    @classmethod
    def of(cls, examples: Sequence[Marked], seed: int = 0) -> Noise:
        words = sorted({word for example in examples for word in example.text.lower().split() if word.isalpha()})
        return cls(words, random.Random(seed))

    def over(self, example: Marked) -> Marked:
        """Of an argument that is not heard at all, nothing is marked."""
        heard, places = "", dict[Span, tuple[int, int]]()
        for start, end in _pieces(example):
            word = self._heard(example.text[start:end])
            if not word:
                continue
            begin = len(heard) + bool(heard)
            heard = f"{heard} {word}" if heard else word
            for span in example.spans:
                if span.start <= start and end <= span.end:
                    places[span] = (places.get(span, (begin,))[0], len(heard))
        spans = tuple(Span(*place, span.argument) for span, place in places.items())
        return Marked(heard, example.intent, spans)

    def _heard(self, said: str) -> str:
        word = _bare(said.lower())
        if not word or self.dice.random() >= WRONG_WORDS:
            return word
        match self.dice.randrange(3):
            case 0:
                return ""
            case 1 if self.words:
                return self.dice.choice(self.words)
            case _:
                return self._misspelt(word)

    def _misspelt(self, word: str) -> str:
        if word.isdigit():
            return f"{self.dice.randrange(10)}{word[1:]}"
        alike = [(sound, other) for sound, other in _SOUNDS if sound in word]
        if not alike:
            return f"{word}s"
        sound, other = self.dice.choice(alike)
        at = self.dice.choice([found.start() for found in re.finditer(sound, word)])
        return word[:at] + other + word[at + len(sound) :]


def _pieces(example: Marked) -> list[tuple[int, int]]:
    """Words, cut where an argument begins or ends."""
    borders = sorted({border for span in example.spans for border in (span.start, span.end)})
    pieces: list[tuple[int, int]] = []
    for found in _WORD.finditer(example.text):
        begin, end = found.span()
        cuts = [begin, *(border for border in borders if begin < border < end), end]
        pieces += pairwise(cuts)
    return pieces


def _bare(word: str) -> str:
    if _ADDRESS.search(word):
        return word.strip('.,:;!?"()')
    return _MARKS.sub(" ", re.sub("['’]", "", word)).strip()
