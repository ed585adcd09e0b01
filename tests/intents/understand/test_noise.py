from __future__ import annotations

from intents.understand.examples import Example
from intents.understand.marks import Marked, marked
from intents.understand.noise import WRONG_WORDS, Noise

SAID = marked(Example("Please move [D-7](deal) to [Site visit](stage), and mail anna@firma.de: 12,50 €!", "deal.move"))


def test_a_recogniser_writes_small_letters_and_no_punctuation() -> None:
    heard = Noise.of([], seed=1).over(Marked("Close it, NOW! T-42 at 9:30", "ticket.close"))
    assert heard.text == "close it now t 42 at 9:30"


def test_what_is_marked_stays_marked() -> None:
    heard = Noise([]).over(SAID)
    assert heard.words() == {"deal": "d 7", "stage": "site visit"}


def test_an_argument_that_is_not_heard_is_not_marked() -> None:
    short = marked(Example("move [7](deal)", "deal.move"))
    noise = Noise([])
    heard = [noise.over(short) for _time in range(200)]
    assert Marked("move", "deal.move") in heard
    assert all(one.text[span.start : span.end].strip() for one in heard for span in one.spans)


def test_one_word_in_twenty_is_wrong() -> None:
    words = ["word"] * 4000
    heard = Noise(["other"]).over(Marked(" ".join(words), "a")).text.split()
    wrong = 1 - heard.count("word") / len(words)
    assert abs(wrong - WRONG_WORDS) < 0.015


def test_the_same_seed_hears_the_same() -> None:
    first, second = (Noise.of([SAID], seed=4) for _time in range(2))
    assert [first.over(SAID) for _time in range(20)] == [second.over(SAID) for _time in range(20)]
