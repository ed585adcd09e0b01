from __future__ import annotations

import re

import pytest

from intents import words
from intents.priorities import LEVEL, PRIORITY
from intents.slot import Slot
from intents.slots import AUDIENCE, CHANNEL, PAUSE_WORD, PRESENCE, PURPOSE


@pytest.mark.parametrize(
    ("kind", "said", "value"),
    [
        ("presence", "verfuegbar", "available"),
        ("presence", "Nicht im  Dienst", "offline"),
        ("presence", "away", "away"),
        ("audience", "Öffentlicher", "public"),
        ("level", "nicht mehr dringend", "normal"),
        ("channel", "text message", "sms"),
        ("status", "in Arbeit", "open"),
        ("presence", "lunch", None),
    ],
)
def test_a_word_stands_for_a_value_however_it_is_spelled(kind: str, said: str, value: str | None) -> None:
    assert words.meaning(kind, said) == value


@pytest.mark.parametrize("slot", [AUDIENCE, CHANNEL, LEVEL, PAUSE_WORD, PRESENCE, PRIORITY, PURPOSE])
def test_every_word_is_found_in_a_sentence(slot: Slot) -> None:
    for word in words.words("pause" if slot is PAUSE_WORD else slot.name):
        assert re.fullmatch(slot.pattern, word, re.IGNORECASE)
