"""Fields that people fill by name: the columns of a record, and the custom fields of offhook.yml."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import inspect

from crm_core.company.fields import CustomField
from crm_core.db import Record
from crm_core.errors import Invalid

LONGEST_VALUE = 2000


def split(
    declared: Sequence[CustomField], model: type[Record], values: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Columns, and custom values fit for JSON. Raises Invalid for a field that neither knows or a value it refuses."""
    columns = inspect(model).columns.keys()
    known = {field.key: field for field in declared}
    plain: dict[str, Any] = {}
    custom: dict[str, Any] = {}
    for name, value in values.items():
        if name in known:
            custom[name] = read(known[name], value)
        elif name in columns:
            plain[name] = value
        else:
            raise Invalid("field.unknown", name=name[:40], known=", ".join(sorted(known)) or "–")
    return plain, custom


def read(field: CustomField, value: Any) -> Any:
    """As kept: text, a number as decimal text, a date as 2026-11-24. Raises Invalid."""
    if value is None or str(value).strip() == "":
        if field.required:
            raise Invalid("field.required", name=field.key)
        return None
    text = str(value).strip()
    if len(text) > LONGEST_VALUE:
        raise Invalid("text.too-long", limit=LONGEST_VALUE)
    match field.type:
        case "text":
            return text
        case "choice":
            return _choice(field, text)
        case "number":
            return _number(field, text)
        case "date":
            return _date(field, text)


def _choice(field: CustomField, text: str) -> str:
    fitting = [choice for choice in field.choices if choice.casefold() == text.casefold()]
    if not fitting:
        raise Invalid("field.no-choice", name=field.key, value=text[:40], choices=", ".join(field.choices))
    return fitting[0]


def _number(field: CustomField, text: str) -> str:
    plain = text.replace(".", "").replace(",", ".") if "," in text else text
    try:
        number = Decimal(plain)
    except InvalidOperation as error:
        raise Invalid("field.no-number", name=field.key, value=text[:40]) from error
    if not number.is_finite():
        raise Invalid("field.no-number", name=field.key, value=text[:40])
    return format(number, "f")


def _date(field: CustomField, text: str) -> str:
    day, _, rest = text.partition(".")
    month, _, year = rest.partition(".")
    try:
        found = date(int(year), int(month), int(day)) if year else date.fromisoformat(text)
    except ValueError as error:
        raise Invalid("field.no-date", name=field.key, value=text[:40]) from error
    return found.isoformat()
