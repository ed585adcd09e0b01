import pytest

from crm_core import phones
from crm_core.errors import Invalid


@pytest.mark.parametrize(
    "typed",
    [
        "+49 711 2345678",
        "+49 (0) 711 2345678",
        "+49 (0)711 2345678",
        "0049 711 2345678",
        "(0711) 2345678",
        "0711/2345678",
        "0711-2345678",
        "0711 234 56 78",
        "+497112345678",
    ],
)
def test_every_german_notation_meets_in_one_number(typed: str) -> None:
    assert phones.e164(typed, "DE") == "+497112345678"


@pytest.mark.parametrize("typed", ["", "anonymous", "hello", "12", "+", "+49" + "1" * 40, "0711 " + "9" * 80, "☎"])
def test_what_is_no_number_is_none(typed: str) -> None:
    assert phones.e164(typed, "DE") is None


def test_a_wrong_number_is_refused_with_the_number() -> None:
    with pytest.raises(Invalid) as refused:
        phones.require_e164("call me", "DE")
    assert refused.value.message.params == {"number": "call me"}


@pytest.mark.parametrize("raw", ["anonymous", "Restricted", "", "+266696687"])
def test_withheld_callers_are_recognised(raw: str) -> None:
    assert phones.is_withheld(raw)


def test_a_number_is_shown_the_way_people_write_it() -> None:
    assert phones.shown("+493023125010") == "+49 30 23125010"


def test_last_digits_become_a_prefix() -> None:
    assert phones.digits_reversed("+49 30-12").startswith("21")
