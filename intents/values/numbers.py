"""Numbers in words, English and German: `thirty-four`, `einundzwanzig`, `zwölfhundert`, `twenty first`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from intents.values.wording import without_umlauts

MOST = 10**12
_ENGLISH = (
    "zero", "one", "two", "three", "four", "five", "six",
    "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen",
    "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_ENGLISH_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_GERMAN = (
    "null", "eins", "zwei", "drei", "vier", "fuenf", "sechs",
    "sieben", "acht", "neun", "zehn", "elf", "zwoelf", "dreizehn",
    "vierzehn", "fuenfzehn", "sechzehn", "siebzehn", "achtzehn", "neunzehn",
)  # fmt: skip
_GERMAN_TENS = ("zwanzig", "dreissig", "vierzig", "fuenfzig", "sechzig", "siebzig", "achtzig", "neunzig")
_SCALES = {"thousand": 1000, "million": 10**6, "millions": 10**6, "billion": 10**9}

_SMALL = {word: value for value, word in enumerate(_ENGLISH)} | {"nought": 0, "oh": 0, "o": 0}
_TENS = {word: 10 * value for value, word in enumerate(_ENGLISH_TENS, start=2)} | {"fourty": 40}
_BELOW_100 = (
    {word: value for value, word in enumerate(_GERMAN)}
    | {"ein": 1, "zwo": 2, "eine": 1}
    | {word: 10 * value for value, word in enumerate(_GERMAN_TENS, start=2)}
    | {
        f"{unit}und{tens}": 10 * ten + value
        for ten, tens in enumerate(_GERMAN_TENS, start=2)
        for value, unit in [*enumerate(["ein", *_GERMAN[2:10]], start=1), (2, "zwo")]
    }
)
# They are numbers only before a scale: `a hundred`, `eine Million`.
ARTICLES = frozenset({"a", "an", "ein", "eine", "einen", "einer", "einem"})
ZEROS = frozenset({"oh", "o"})
LINKS = frozenset({"and", "und"})
SCALE_WORDS = frozenset({"hundred", "hundert", "tausend", "millionen", *_SCALES})

_ENGLISH_ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fifth": 5, "eighth": 8, "ninth": 9, "twelfth": 12, "twentieth": 20,
    "thirtieth": 30,
}  # fmt: skip
_GERMAN_ORDINALS = {"erst": 1, "dritt": 3, "siebt": 7, "acht": 8}
_ORDINAL_ENDINGS = ("er", "en", "es", "em", "e")


def german(text: str) -> int | None:
    """One word, or several written as one."""
    word = without_umlauts(text)
    if word in _BELOW_100:
        return _BELOW_100[word]
    return _with_scale(word) if "hundert" in word or "tausend" in word or "million" in word else None


@lru_cache(maxsize=1024)
def _with_scale(word: str) -> int | None:
    for name, scale in (("millionen", 10**6), ("million", 10**6), ("tausend", 1000), ("hundert", 100)):
        if name not in word:
            continue
        before, _, behind = word.partition(name)
        count = 1 if not before else german(before)
        rest = german(behind.removeprefix("und")) if behind else 0
        # A scale stands before the smaller ones: no `zweihunderttausendtausend`.
        if count is None or rest is None or not 0 < count < 1000 or rest >= scale:
            return None
        return count * scale + rest
    return None


def _below_100(words: Sequence[str], at: int) -> tuple[int, int] | None:
    if at >= len(words):
        return None
    if words[at] in _SMALL:
        return _SMALL[words[at]], at + 1
    if words[at] not in _TENS:
        return None
    value = _TENS[words[at]]
    unit = _SMALL.get(words[at + 1]) if at + 1 < len(words) else None
    return (value + unit, at + 2) if unit is not None and 0 < unit < 10 else (value, at + 1)


def _below_1000(words: Sequence[str], at: int) -> tuple[int, int] | None:
    is_article = at + 1 < len(words) and words[at] in {"a", "an"} and words[at + 1] in SCALE_WORDS
    found = (1, at + 1) if is_article else _below_100(words, at)
    if found is None:
        found = (1, at) if at < len(words) and words[at] == "hundred" else None
    if found is None or found[1] >= len(words) or words[found[1]] != "hundred" or not found[0]:
        return found
    hundreds, at = found[0] * 100, found[1] + 1
    rest = _below_100(words, at + 1 if at < len(words) and words[at] == "and" else at)
    return (hundreds + rest[0], rest[1]) if rest is not None and rest[0] else (hundreds, at)


def english(words: Sequence[str], at: int) -> tuple[int, int] | None:
    """The longest number that begins at `at`, and where it ends."""
    total, scale = 0, MOST
    end = at
    while True:
        start = end + 1 if end > at and end < len(words) and words[end] == "and" else end
        found = _below_1000(words, start)
        if found is None:
            is_scale = end == at and at < len(words) and words[at] in _SCALES
            return (_SCALES[words[at]], at + 1) if is_scale else (total, end) if end > at else None
        value, behind = found
        if end > at and (not value or (start == end and behind == start + 1 and words[start] in ZEROS)):
            return total, end
        named = _SCALES.get(words[behind]) if behind < len(words) else None
        if named is None or named >= scale or not value:
            is_last = end == at or (scale > 1 and value < scale)
            return (total + value, behind) if is_last else (total, end)
        total, scale, end = total + value * named, named, behind + 1


def german_words(words: Sequence[str], at: int) -> tuple[int, int] | None:
    """As speech recognition splits them: `drei tausend zwei hundert`, `ein und zwanzig`."""
    for end in range(min(len(words), at + 8), at, -1):
        joined = "".join(words[at:end])
        if (value := german(joined)) is not None and words[end - 1] not in LINKS:
            return value, end
    return None


def cardinal(words: Sequence[str], at: int) -> tuple[int, int] | None:
    """The longest number in either language that begins at `at`, and where it ends."""
    found = [one for one in (english(words, at), german_words(words, at)) if one is not None]
    return max(found, key=lambda one: one[1], default=None)


def half_more(word: str) -> int | None:
    """`zweieinhalb` is two (and a half), `anderthalb` one."""
    if word in {"anderthalb", "eineinhalb", "einundeinhalb"}:
        return 1
    return german(word.removesuffix("einhalb").removesuffix("und")) if word.endswith("einhalb") else None


def ordinal(word: str) -> int | None:
    """`third`, `dritten`, `einundzwanzigster`."""
    if word in _ENGLISH_ORDINALS:
        return _ENGLISH_ORDINALS[word]
    if word.endswith("th") and word[:-2] in _SMALL:
        return _SMALL[word[:-2]] or None
    plain = without_umlauts(word)
    stem = next((plain.removesuffix(end) for end in _ORDINAL_ENDINGS if plain.endswith(end)), "")
    if stem in _GERMAN_ORDINALS:
        return _GERMAN_ORDINALS[stem]
    if not stem.endswith("t"):
        return None
    value = german(stem[:-1]) or german(stem[:-2] if stem.endswith("st") else "")
    return value or None


def is_tens(word: str) -> bool:
    """What a unit or a first, second, third may follow: `twenty`."""
    return word in _TENS


@lru_cache(maxsize=4096)
def is_number_word(word: str) -> bool:
    return word in _SMALL or word in _TENS or word in SCALE_WORDS or german(word) is not None
