"""What has a form of its own, by its kind: to the model every ticket is a ticket, whatever its number."""

from __future__ import annotations

import re

from crm_core.errors import Invalid
from intents.values.find import PHONE_PATTERN, REFERENCE_PATTERN, read_reference
from intents.values.written import written

_EMAIL = re.compile(r"[^\s@<>]{1,64}@[^\s@<>]{1,190}")
_PHONE = re.compile(PHONE_PATTERN)
_REFERENCE = re.compile(REFERENCE_PATTERN, re.IGNORECASE)
_AND = r"(?:\s*,\s*(?:(?:and|und)\s+)?|\s+(?:and|und)\s+|\s+)"
_SEVERAL = re.compile(rf"\b(the\w+ref)\b(?:{_AND}\1\b)+")
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")


def masked(text: str) -> str:
    """`close theticketref` of `close T-7`, `close theticketrefs` of `close t 7, t 8 and t 9`; other numbers are `#`."""
    plain = _PHONE.sub(" thephone ", _EMAIL.sub(" theemail ", written(text).text))
    return _NUMBER.sub(" # ", _SEVERAL.sub(r"\1s", _REFERENCE.sub(_kind_of, plain)))


def _kind_of(found: re.Match[str]) -> str:
    try:
        kind, _number = read_reference(found[0])
    except Invalid:
        return found[0]
    return f"the{kind}ref"
