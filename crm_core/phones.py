"""Phone numbers: any notation in, E.164 stored."""

from __future__ import annotations

import re
from functools import lru_cache

import phonenumbers
from phonenumbers import PhoneNumberType

from crm_core.errors import Invalid

_E164 = re.compile(r"\+[1-9]\d{6,14}\Z")
_SIP = re.compile(
    r"sip:[\w.+!~*'()%\-]{1,64}@[a-z0-9](?:[a-z0-9.\-]{0,250}[a-z0-9])?(?::\d{1,5})?(?:;[\w.\-]{1,40}(?:=[\w.\-]{1,60})?){0,5}",
    re.IGNORECASE | re.ASCII,
)
_TRUNK_ZERO = re.compile(r"(?<=\d)\s*\(0\)")
_COSTLY = {
    PhoneNumberType.PREMIUM_RATE,
    PhoneNumberType.SHARED_COST,
    PhoneNumberType.PAGER,
    PhoneNumberType.UAN,
    PhoneNumberType.VOICEMAIL,
}
WITHHELD = frozenset({"", "anonymous", "restricted", "unavailable", "unknown", "private", "+266696687", "+86282452253"})


def is_withheld(raw: str) -> bool:
    """Twilio spells a hidden caller in words or as `+266696687` (ANONYMOUS on the keypad)."""
    return raw.strip().casefold() in WITHHELD


def e164(raw: str, region: str) -> str | None:
    """None when it is no possible number. `region` (ISO 3166, `DE`) reads numbers without a country code."""
    compact = raw.strip()
    if _E164.fullmatch(compact):
        return _without_trunk_zero(compact)
    if not any(character.isdigit() for character in compact) or len(compact) > 60:
        return None
    try:
        number = phonenumbers.parse(_TRUNK_ZERO.sub("", compact), region)
    except phonenumbers.NumberParseException:
        return None
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


@lru_cache(maxsize=4096)
def _without_trunk_zero(number: str) -> str:
    """`+49030 …` is `+4930 …`; what belongs to no country stays as it is."""
    try:
        read = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(read, phonenumbers.PhoneNumberFormat.E164)


def require_e164(raw: str, region: str) -> str:
    """Raises Invalid when `raw` is no number."""
    number = e164(raw, region)
    if number is None:
        raise Invalid("phone.invalid", number=raw[:40])
    return number


def require_device(raw: str, region: str) -> str:
    """A number as E.164, or a SIP address as it is. Raises Invalid when `raw` is neither."""
    compact = raw.strip()
    if compact[:4].casefold() == "sip:":
        if _SIP.fullmatch(compact) is None:
            raise Invalid("phone.no-device", text=raw[:60])
        return "sip:" + compact[4:]
    number = e164(compact, region)
    if number is None:
        raise Invalid("phone.no-device", text=raw[:60])
    return number


def shown(number: str) -> str:
    """As people write it, with country code: `+49 30 23125 001`."""
    try:
        return phonenumbers.format_number(
            phonenumbers.parse(number, None), phonenumbers.PhoneNumberFormat.INTERNATIONAL
        )
    except phonenumbers.NumberParseException:
        return number


def country_of(number: str) -> str | None:
    """ISO 3166, of an E.164 number; None where it belongs to none or to several."""
    try:
        return phonenumbers.region_code_for_number(phonenumbers.parse(number, None))
    except phonenumbers.NumberParseException:
        return None


def may_be_called(number: str) -> bool:
    """Not one that costs whoever calls it."""
    return _type(number) not in _COSTLY


def takes_texts(number: str) -> bool:
    """Whether an SMS may arrive: not at a landline, nor at what is no number."""
    return number.startswith("+") and _type(number) not in {
        *_COSTLY,
        PhoneNumberType.FIXED_LINE,
        PhoneNumberType.TOLL_FREE,
    }


def _type(number: str) -> int:
    try:
        return phonenumbers.number_type(phonenumbers.parse(number, None))
    except phonenumbers.NumberParseException:
        return PhoneNumberType.UNKNOWN


def digits_reversed(number: str) -> str:
    """Stored beside the number, so that its last digits are a prefix."""
    return re.sub(r"\D", "", number)[::-1]
