import pytest

from telephony.turn import Heard

PERSON = "mitarbeiter,jemanden sprechen"


@pytest.mark.parametrize(
    ("said", "beside"),
    [
        ("Mitarbeiter", 0),
        ("Einen Mitarbeiter, bitte!", 2),
        ("Ich möchte JEMANDEN SPRECHEN.", 2),
        ("Mitarbeiterin", None),
        ("", None),
        ("sprechen jemanden", None),
    ],
)
def test_a_phrase_is_found_in_what_was_said(said: str, beside: int | None) -> None:
    assert Heard(speech=said).beside(PERSON) == beside


def test_without_phrases_nothing_is_meant() -> None:
    assert not Heard(speech="ja").means("")


@pytest.mark.parametrize(
    ("said", "key"), [("zwei", "2"), ("Die Zwei.", "2"), ("2", "2"), ("zwo", "2"), ("null", "0"), ("wie bitte", "")]
)
def test_a_spoken_key_is_a_key(said: str, key: str) -> None:
    assert Heard(speech=said).as_key("null,eins/ein,zwei/zwo,drei").digits == key


@pytest.mark.parametrize(
    ("said", "digits"),
    [
        ("vier sieben 11", "4711"),
        ("Four, double five, oh.", "4550"),
        ("null acht hundert drei", "08003"),
        ("zweiundvierzig", "42"),
        ("ich weiß sie nicht", ""),
        ("", ""),
    ],
)
def test_digits_are_heard_as_people_say_them(said: str, digits: str) -> None:
    assert Heard(speech=said).as_digits() == digits


def test_a_key_in_a_whole_sentence_is_no_key() -> None:
    assert Heard(speech="Ich habe zwei Heizungen").as_key("null,eins,zwei").digits == ""


def test_a_pressed_key_counts_more_than_what_was_said() -> None:
    assert Heard("3", "zwei").as_key("null,eins,zwei").digits == "3"
