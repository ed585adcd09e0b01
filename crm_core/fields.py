"""Fields that people fill by name: the columns of a record, and the custom fields of offhook.yml."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import inspect

from crm_core.company.fields import CustomField
from crm_core.db import Record
from crm_core.errors import Invalid, Refused
from crm_core.message import Local, listed

LONGEST_VALUE = 2000


def split(
    declared: Sequence[CustomField], kind: str, model: type[Record], values: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Columns, and custom values fit for JSON. Raises Invalid for a field that neither knows or a value it refuses."""
    columns, keys = inspect(model).columns.keys(), {field.key for field in declared}
    plain = {name: value for name, value in values.items() if name in columns and name not in keys}
    others = {name: value for name, value in values.items() if name not in plain}
    return plain, read_all(declared, kind, others)


def read_all(declared: Sequence[CustomField], kind: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Custom values fit for JSON, None for one that is to be emptied. Raises Invalid."""
    known = {field.key: field for field in declared}
    for name in values:
        if name not in known:
            raise Invalid("field.unknown", name=name[:40], known=", ".join(sorted(known)) or "–")
    return {name: _read(known[name], kind, value) for name, value in values.items()}


def put(kept: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept once some fields were filled or emptied."""
    return {name: value for name, value in {**kept, **values}.items() if value is not None}


def missing(declared: Sequence[CustomField], kind: str, kept: Mapping[str, Any]) -> list[CustomField]:
    return [field for field in declared if field.is_required(kind) and kept.get(field.key) is None]


def refuse_when_missing(declared: Sequence[CustomField], kind: str, ref: str, kept: Mapping[str, Any]) -> None:
    """Raises Refused, which names the fields and how to fill them."""
    lacking = [Local(field.name) for field in missing(declared, kind, kept)]
    if lacking:
        raise Refused("field.missing", ref=ref, fields=listed(lacking), field=lacking[0])


def _read(field: CustomField, kind: str, value: Any) -> Any:
    """As kept: text, a number as decimal text, a date as 2026-11-24."""
    if value is None or str(value).strip() == "":
        if field.is_required(kind):
            raise Invalid("field.required", name=Local(field.name))
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
        raise Invalid("field.no-choice", name=Local(field.name), value=text[:40], choices=", ".join(field.choices))
    return fitting[0]


def _number(field: CustomField, text: str) -> str:
    plain = text.replace(".", "").replace(",", ".") if "," in text else text
    try:
        number = Decimal(plain)
    except InvalidOperation as error:
        raise Invalid("field.no-number", name=Local(field.name), value=text[:40]) from error
    if not number.is_finite():
        raise Invalid("field.no-number", name=Local(field.name), value=text[:40])
    return format(number, "f")


def _date(field: CustomField, text: str) -> str:
    day, _, rest = text.partition(".")
    month, _, year = rest.partition(".")
    try:
        found = date(int(year), int(month), int(day)) if year else date.fromisoformat(text)
    except ValueError as error:
        raise Invalid("field.no-date", name=Local(field.name), value=text[:40]) from error
    return found.isoformat()
