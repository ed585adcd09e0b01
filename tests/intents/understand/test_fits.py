from __future__ import annotations

from intents.slots import DUE, QUEUE, TICKET
from intents.understand.fits import fits, is_telling, widest
from intents.understand.tokens import Tokens


def _said(pattern: str, text: str) -> list[str]:
    tokens = Tokens.of(text)
    return [tokens.as_said(stretch) for stretch in fits(pattern, tokens)]


def test_a_pattern_fits_whole_words_alone() -> None:
    assert _said(TICKET.pattern, "die sieben Sie") == ["die sieben", "sieben", "Sie"]


def test_shorter_words_that_fit_are_found_beside_the_longer() -> None:
    assert _said(DUE.pattern, "call tomorrow at 10") == ["tomorrow", "tomorrow at 10", "at 10"]


def test_of_those_that_overlap_the_widest_is_kept() -> None:
    assert widest([(1, 2), (1, 4), (3, 5), (6, 7)]) == [(1, 4), (6, 7)]


def test_a_pattern_that_any_word_fits_tells_nothing() -> None:
    assert is_telling(TICKET.pattern) and is_telling(DUE.pattern)
    assert not is_telling(QUEUE.pattern)
