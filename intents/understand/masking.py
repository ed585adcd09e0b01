"""What has a form of its own, by its kind: to the model every ticket is a ticket, whatever its number."""

from __future__ import annotations

import re

from crm_core import references
from intents.reading import NOUNS
from intents.values.written import written

_NOUNS = {noun: kind for kind, nouns in NOUNS.items() for noun in nouns.split("|")}
_NAMED = "|".join(sorted(_NOUNS, key=len, reverse=True))
_EMAIL = re.compile(r"[^\s@<>]{1,64}@[^\s@<>]{1,190}")
_PHONE = re.compile(r"(?<![\w.,])(?:\+|0|\(0)[\d\s()/\-.–]{4,30}\d(?!\w)")
_REFERENCE = re.compile(
    rf"(?<![\w\-])(?:(?P<noun>{_NAMED})\s#?\d{{1,15}}|#?(?P<letters>[a-z]{{1,5}})\s?[-#–]?\s?\d{{1,15}})(?![\w:]|[.,]\d)",
    re.IGNORECASE,
)
_AND = r"(?:\s*,\s*(?:(?:and|und)\s+)?|\s+(?:and|und)\s+|\s+)"
_SEVERAL = re.compile(rf"\b(the\w+ref)\b(?:{_AND}\1\b)+")
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")


def masked(text: str) -> str:
    """`close theticketref` of `close T-7`, `close theticketrefs` of `close t 7, t 8 and t 9`; other numbers are `#`."""
    plain = _PHONE.sub(" thephone ", _EMAIL.sub(" theemail ", written(text).text))
    return _NUMBER.sub(" # ", _SEVERAL.sub(r"\1s", _REFERENCE.sub(_kind_of, plain)))


def _kind_of(found: re.Match[str]) -> str:
    if found["noun"] is not None:
        return f"the{_NOUNS[found['noun'].casefold()]}ref"
    parsed = references.parse(f"{found['letters']}1")
    return f"the{parsed[0]}ref" if parsed is not None else found[0]
