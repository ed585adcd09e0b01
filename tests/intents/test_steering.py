"""What is said about the conversation itself."""

import pytest

from intents.registry import commands
from intents.steering import Correction, cancels, corrected, correction, goes_back, is_no, is_yes

CORRECTIONS = [
    ("no, I meant T-43", "T-43", None),
    ("no I mean T-43", "T-43", None),
    ("sorry, it's T-43", "T-43", None),
    ("I meant T-43.", "T-43", None),
    ("not Greta, Frank", "Frank", "Greta"),
    ("no, not Greta but Frank", "Frank", "Greta"),
    ("make that 3 pm", "3 pm", None),
    ("nein, ich meinte T-43", "T-43", None),
    ("ich meine T-43", "T-43", None),
    ("nicht Greta, sondern Frank", "Frank", "Greta"),
    ("nicht Greta, Frank", "Frank", "Greta"),
    ("mach 15 Uhr daraus", "15 Uhr", None),
]


@pytest.mark.parametrize(("text", "new", "old"), CORRECTIONS, ids=[row[0] for row in CORRECTIONS])
def test_a_correction_says_what_is_meant_instead(text: str, new: str, old: str | None) -> None:
    assert correction(text) == Correction(new, old, is_explicit=True)


@pytest.mark.parametrize("text", ["no, T-43", "nein, T-43", "No T-43"])
def test_a_mere_no_with_something_behind_it(text: str) -> None:
    assert correction(text) == Correction("T-43", None, is_explicit=False)


@pytest.mark.parametrize("text", ["T-43", "notes", "the heating is cold", "nothing", "nobody is there", ""])
def test_anything_else_corrects_nothing(text: str) -> None:
    assert correction(text) is None


def test_it_is_the_argument_that_it_fits() -> None:
    words = {"ticket": "T-1", "agent": "Mira"}
    assign = commands()["ticket.assign"]
    for text, expected in (
        ("no, T-2", {"agent": "Mira", "ticket": "T-2"}),
        ("no, Jonas", {"ticket": "T-1", "agent": "Jonas"}),
        ("not Mira, Jonas", {"ticket": "T-1", "agent": "Jonas"}),
        ("not T-1, T-2", {"agent": "Mira", "ticket": "T-2"}),
    ):
        wanted = correction(text)
        assert wanted is not None
        changed = corrected(assign, words, wanted)
        assert changed == expected
        assert list(changed) == list(expected)


@pytest.mark.parametrize("text", ["no, D-4", "not Greta, Frank", "no, what is this about then"])
def test_what_fits_nothing_corrects_nothing(text: str) -> None:
    wanted = correction(text)
    assert wanted is not None
    assert corrected(commands()["ticket.assign"], {"ticket": "T-1", "agent": "Mira"}, wanted) is None


def test_a_text_is_replaced_only_where_that_is_said() -> None:
    opened, words = commands()["ticket.open"], {"subject": "heating is cold"}
    meant, mere = correction("no, I meant heating is warm"), correction("no, heating is warm")
    assert meant is not None
    assert mere is not None
    assert corrected(opened, words, meant) == {"subject": "heating is warm"}
    assert corrected(opened, words, mere) is None


@pytest.mark.parametrize("text", ["yes", "Yes please!", "ok", "Ja, bitte.", "genau", "machen Sie das"])
def test_yes(text: str) -> None:
    assert is_yes(text)
    assert not is_no(text)


@pytest.mark.parametrize("text", ["no", "No, thanks.", "nein danke", "lieber nicht"])
def test_no(text: str) -> None:
    assert is_no(text)
    assert not is_yes(text)


@pytest.mark.parametrize("text", ["cancel", "Never mind.", "please cancel", "abbrechen", "lass gut sein!", "egal"])
def test_never_mind(text: str) -> None:
    assert cancels(text)


@pytest.mark.parametrize("text", ["back", "go back, please", "zurück", "einen Schritt zurück"])
def test_one_step_back(text: str) -> None:
    assert goes_back(text)
