import pytest

import crm_core
from intents.understand.masking import masked

crm_core.load()


@pytest.mark.parametrize(
    ("said", "seen"),
    [
        ("close T-7", "close theticketref"),
        ("close ticket seven", "close theticketref"),
        ("schließ t zweiundvierzig", "schließ theticketref"),
        ("close T-1, T-2 and T-3", "close theticketrefs"),
        ("assign T-7 and D-4", "assign theticketref and thedealref"),
        ("call +49 30 23125010 back", "call thephone back"),
        ("ruf null drei null zwei drei eins zwo fünf an", "ruf thephone an"),
        ("greta@example.com is her address", "theemail is her address"),
        ("worth 12.500 euros", "worth # euros"),
        ("printer 3 on floor two", "printer # on floor #"),
    ],
)
def test_what_has_a_form_is_seen_as_its_kind(said: str, seen: str) -> None:
    assert masked(said).split() == seen.split()


@pytest.mark.parametrize("text", ["who is waiting", "für zehn Uhr morgen", "the A-team is here"])
def test_other_words_are_as_they_were_said(text: str) -> None:
    words = [word for word in masked(text).split() if word != "#"]
    assert [word for word in text.split() if word in words] == words
