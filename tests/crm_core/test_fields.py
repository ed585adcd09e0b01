from __future__ import annotations

import pytest

from crm_core import fields
from crm_core.company.fields import CustomField
from crm_core.errors import Invalid, Refused

NUMBER = CustomField(key="number", name={"en": "Customer number", "de": "Kundennummer"}, required=True)
BIRTHDAY = CustomField(key="birthday", name={"en": "Birthday"}, type="date", required="person")
REGISTER = CustomField(key="register", name={"de": "Handelsregister"}, required="company")
DECLARED = [NUMBER, BIRTHDAY, REGISTER]


@pytest.mark.parametrize(
    ("kind", "kept", "missing"),
    [
        ("person", {}, ["number", "birthday"]),
        ("company", {}, ["number", "register"]),
        ("company", {"number": "7", "register": "HRB 1"}, []),
        ("ticket", {"birthday": "1970-01-01"}, ["number"]),
    ],
)
def test_a_field_is_required_of_all_or_of_one_kind(kind: str, kept: dict[str, str], missing: list[str]) -> None:
    assert [field.key for field in fields.missing(DECLARED, kind, kept)] == missing
    if missing:
        with pytest.raises(Refused):
            fields.refuse_when_missing(DECLARED, kind, "C-1001", kept)
    else:
        fields.refuse_when_missing(DECLARED, kind, "C-1001", kept)


def test_what_is_not_required_of_a_kind_may_be_emptied() -> None:
    assert fields.read_all(DECLARED, "company", {"birthday": ""}) == {"birthday": None}
    with pytest.raises(Invalid):
        fields.read_all(DECLARED, "person", {"birthday": ""})


def test_what_is_emptied_is_not_kept() -> None:
    assert fields.put({"a": "1", "b": "2"}, {"b": None, "c": "3"}) == {"a": "1", "c": "3"}


@pytest.mark.parametrize("said", ["number", "Customer number", "kundennummer", " KUNDENNUMMER "])
def test_a_field_is_called_by_its_key_or_a_name_of_any_language(said: str) -> None:
    assert NUMBER.is_called(said)
    assert not BIRTHDAY.is_called(said)
