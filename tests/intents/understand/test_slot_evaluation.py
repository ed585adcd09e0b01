from __future__ import annotations

import pytest

from intents.registry import commands
from intents.understand.examples import Example
from intents.understand.marks import marked
from intents.understand.slot_evaluation import slot_quality

SAID = [
    marked(Example("move [D-7](deal) to [Site visit](stage)", "deal.move")),
    marked(Example("move [D-8](deal)", "deal.move")),
    marked(Example("sing [a song](stage)", "out_of_scope")),
]


def test_right_are_the_words_that_were_marked_whatever_their_letters() -> None:
    found = {SAID[0].text: {"deal": "d 7", "stage": "visit"}, SAID[1].text: {}}
    quality = slot_quality(SAID, commands(), lambda _command, text: found[text])
    assert (quality.right, quality.found, quality.marked) == (1, 2, 3)
    assert quality.precision == 1 / 2
    assert quality.recall == pytest.approx(1 / 3)
    assert quality.f1 == pytest.approx(2 / 5)


def test_where_nothing_is_found_nothing_is_right() -> None:
    assert slot_quality([], commands(), lambda _command, _text: {}).f1 == 0
