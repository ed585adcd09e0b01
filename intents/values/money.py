"""Amounts of money: `12k`, `12.500,50 €`, `zwölftausend Euro`, `3,5 Tausend Euro`, `1,2 Mio`, `fifty quid`."""

from __future__ import annotations

import re
from decimal import Decimal

from crm_core.errors import Invalid
from crm_core.money import Money
from intents.values.wording import ungrouped
from intents.values.written import written

_CURRENCIES = {
    "EUR": r"€|euros?|eur",
    "USD": r"\$|us-?\$|usd|(?:us[\s-])?dollars?",
    "GBP": r"£|gbp|pounds?|quid|pfund",
    "CHF": r"chf|franken|swiss\sfrancs?",
}
_ANY = "|".join(_CURRENCIES.values())
_THOUSAND = r"k|tsd\.?|t(?=\s?€)|thousand|tausend|grand"
_MILLION = r"mio\.?|mn|m(?=\s?(?:€|\$|£|eur))|millions?|millionen"
_HALF = r"(?P<half>half\sa\smillion|eine?\shalbe\smillion)"
_MINOR = r"(?:\s(?:and\s|und\s)?(?P<minor>\d{1,2})(?:\s?(?:cents?|pence))?)"
_NUMBER = r"(?P<whole>\d{1,3}(?:[.,'’ ]\d{3})+(?!\d)|\d{1,15})(?:[.,](?P<part>\d{1,2})(?!\d)|[.,]-{1,2})?"
_AMOUNT = (
    rf"(?:(?P<before>[€$£]|(?:eur|usd|gbp|chf)\s)\s?)?(?:{_HALF}|{_NUMBER}(?:\s?(?P<scale>(?:{_THOUSAND}|{_MILLION})(?!\w)))?)"
    rf"(?:\s?(?P<behind>(?:{_ANY})(?!\w))(?:{_MINOR}(?!\w|[.,]\d))?)?"
)
AMOUNT_PATTERN = rf"(?:{ungrouped(_AMOUNT)})(?!\w|[.,]\d)"
# With a currency or a scale: what any sentence may hold.
MONEY_PATTERN = (
    r"(?<![\w.,])(?=[^\w]|(?:eur|usd|gbp|chf)\s|eine?\shalbe|half"
    rf"|[\d.,'’ -]+\s?(?:{_ANY}|{_THOUSAND}|{_MILLION})(?!\w)){AMOUNT_PATTERN}"
)
_READ = re.compile(_AMOUNT)
_SCALED = re.compile(r"(?P<whole>\d{1,6})[.,](?P<part>\d{3})\Z")
_MOST_DIGITS, _MOST = 16, 10**17


def read_money(text: str, currency: str) -> Money:
    """`currency` where none is said. The last separator before two digits is the decimal one. Raises Invalid."""
    words = " ".join(written(text).text.casefold().split())
    found = _READ.fullmatch(words)
    if found is None or sum(map(str.isdigit, words)) > _MOST_DIGITS:
        raise Invalid("money.invalid", text=text.strip()[:40])
    sign = (found["before"] or found["behind"] or "").strip()
    code = next((code for code, marks in _CURRENCIES.items() if re.fullmatch(marks, sign)), currency)
    minor = int(_count(found) * 100) + int((found["minor"] or "0").ljust(2, "0"))
    if minor > _MOST:
        raise Invalid("money.invalid", text=text.strip()[:40])
    return Money(minor, code)


def _count(found: re.Match[str]) -> Decimal:
    if found["half"]:
        return Decimal(500_000)
    scale = found["scale"] or ""
    times = 1_000_000 if scale.startswith("m") else 1000 if scale else 1
    # Nobody writes thousands of millions so: `1.250 Mio` is one and a quarter.
    if times == 1_000_000 and (exact := _SCALED.fullmatch(found["whole"])):
        return Decimal(f"{exact['whole']}.{exact['part']}") * times
    whole = re.sub(r"\D", "", found["whole"])
    return Decimal(f"{whole}.{found['part'] or 0}") * times
