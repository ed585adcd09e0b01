import pytest
from hypothesis import given
from hypothesis import strategies as st

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


def _grouped(digits: str, sizes: list[int], separator: str) -> str:
    parts, at = [], 0
    for size in sizes:
        parts.append(digits[at : at + size])
        at += size
    return separator.join(part for part in [*parts, digits[at:]] if part)


@given(
    area=st.sampled_from(["30", "40", "89", "69", "211", "221", "351", "711", "6151", "8671", "151", "171"]),
    digits=st.from_regex(r"[1-9][0-9]{5,7}", fullmatch=True),
    sizes=st.lists(st.integers(1, 4), max_size=4),
    separator=st.sampled_from([" ", "-", "/", ".", " - ", " / "]),
    prefix=st.sampled_from(["0{}", "(0{})", "+49 {}", "+49{}", "0049 {}", "+49 (0) {}", "+49 (0){}", "+49-{}"]),
    between=st.sampled_from(["", " ", "/", "-", " / "]),
)
def test_however_a_number_is_written_it_is_one_number(
    area: str, digits: str, sizes: list[int], separator: str, prefix: str, between: str
) -> None:
    typed = f"  {prefix.format(area)}{between}{_grouped(digits, sizes, separator)} "
    assert phones.e164(typed, "DE") == f"+49{area}{digits}"


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
