"""Counts and shares: `2,5` pieces, `ten percent`, `seven`."""

from __future__ import annotations

import re

from crm_core.errors import Invalid
from intents.values.written import written

QUANTITY_PATTERN = r"\d{1,6}(?:[.,]\d{1,3})?"
PERCENT_PATTERN = r"(?:100|\d{1,2}(?:[.,]\d{1,2})?)\s?(?:%|percent|per cent|prozent)"


def read_whole(text: str) -> int:
    """Raises Invalid."""
    digits = written(text).text.strip()
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 15):
        raise Invalid("number.invalid", text=text.strip()[:40])
    return int(digits)


def read_quantity(text: str) -> int:
    """In thousandths. Raises Invalid."""
    return _scaled(text, QUANTITY_PATTERN, 3)


def read_percent(text: str) -> int:
    """In hundredths of a percent; the sign may be left out. Raises Invalid."""
    return _scaled(text, rf"{PERCENT_PATTERN}|\d{{1,2}}(?:[.,]\d{{1,2}})?", 2)


def _scaled(text: str, pattern: str, places: int) -> int:
    words = written(text).text.strip()
    if re.fullmatch(pattern, words, re.IGNORECASE) is None:
        raise Invalid("number.invalid", text=text.strip()[:40])
    whole, _, part = re.sub(r"[^\d.,]", "", words).replace(",", ".").partition(".")
    return int(whole + part.ljust(places, "0"))
