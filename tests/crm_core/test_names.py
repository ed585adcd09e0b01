import pytest

from crm_core.names import fold, words


@pytest.mark.parametrize("typed", ["Müller", "Mueller", "MULLER", "muller", "Mu\u0308ller"])
def test_umlauts_fold_to_one_spelling(typed: str) -> None:
    assert fold(typed) == "muller"


def test_sharp_s_is_two_s() -> None:
    assert fold("Groß") == fold("Gross")


def test_a_name_falls_into_words() -> None:
    assert words("Anna-Lena O'Brien, Dr.") == ["anna", "lena", "o", "brien", "dr"]
