"""Contacts as vCards (3.0 out, 3.0 and 4.0 in)."""

from __future__ import annotations

import re
from typing import Any

import vobject

from crm_core.contacts.mapping import PLAIN
from crm_core.contacts.row import Row
from crm_core.errors import Invalid

_CARD = re.compile(r"^BEGIN:VCARD$.*?(?:^END:VCARD$|\Z|(?=^BEGIN:VCARD$))", re.DOTALL | re.MULTILINE | re.IGNORECASE)
_OWN = "x-offhook-"
_REFUSED = re.compile(r"^X-OFFHOOK-REFUSED:.*\n", re.MULTILINE | re.IGNORECASE)


def cards(text: str) -> list[str]:
    """Each by itself, so that a broken one spoils no other. Raises Invalid where there is none."""
    found = _CARD.findall(text.replace("\r\n", "\n"))
    if not found:
        raise Invalid("import.empty")
    return found


def read(card: str) -> Row:
    """Photos and sounds are left out. Raises Invalid for what is no vCard."""
    try:
        return _row(vobject.readOne(card, allowQP=True))
    except (vobject.base.ParseError, ValueError, IndexError, AttributeError) as error:
        raise Invalid("import.unreadable", reason=str(error)[:200]) from error


def written(row: Row) -> str:
    card = vobject.vCard()
    card.add("fn").value = row.name
    family, _, given = row.name.rpartition(" ")[::-1]
    card.add("n").value = vobject.vcard.Name(family=family, given=given, prefix=row.values.get("title", ""))
    if row.organisation:
        card.add("org").value = [row.organisation]
    for kind, values in (("tel", row.phones), ("email", row.emails)):
        for value in values:
            card.add(kind).value = value
    if row.tags:
        card.add("categories").value = row.tags
    if row.values.get("note"):
        card.add("note").value = row.values["note"]
    place = {"street": "street", "code": "postcode", "city": "city", "region": "region"}
    if any(row.values.get(name) for name in place.values()):
        card.add("adr").value = vobject.vcard.Address(
            **{part: row.values.get(name, "") for part, name in place.items()}
        )
    rest = {name: row.values.get(name, "") for name in ("salutation", "address_form", "language", "time_zone")}
    own = {"kind": row.kind, "reference": row.reference, **rest, **{f"field-{k}": v for k, v in row.custom.items()}}
    for name, value in own.items():
        if value:
            card.add(f"{_OWN}{name.replace('_', '-')}").value = value
    return str(card.serialize())


def refused(card: str, fault: str) -> str:
    """The card as it stands there, with what is wrong where `read` does not look."""
    first, _, rest = _REFUSED.sub("", card.strip() + "\n").partition("\n")
    return f"{first}\nX-OFFHOOK-REFUSED:{' '.join(fault.split())}\n{rest}"


def _row(card: Any) -> Row:
    values = {name: [line.value for line in lines] for name, lines in card.contents.items()}
    organisation = next((" ".join(value).strip() for value in values.get("org", [])), "")
    row = Row(name=str(next(iter(values.get("fn", [])), "")).strip(), organisation=organisation)
    row.phones = [str(value).removeprefix("tel:") for value in values.get("tel", [])]
    row.emails = [str(value) for value in values.get("email", [])]
    row.tags = [tag for tags in values.get("categories", []) for tag in tags if tag]
    if values.get("note"):
        row.values["note"] = str(values["note"][0])
    for address in values.get("adr", [])[:1]:
        for name, part in (("street", "street"), ("postcode", "code"), ("city", "city"), ("region", "region")):
            if getattr(address, part, ""):
                row.values[name] = str(getattr(address, part))
    if values.get("n") and values["n"][0].prefix:
        row.values["title"] = str(values["n"][0].prefix)
    for language in values.get("lang", [])[:1]:
        row.values["language"] = str(language)
    _own_of(row, values)
    if not row.name and row.organisation:
        row.name, row.kind, row.organisation = row.organisation, "company", ""
    return row


def _own_of(row: Row, values: dict[str, list[Any]]) -> None:
    for name, found in values.items():
        if not name.startswith(_OWN):
            continue
        key, value = name.removeprefix(_OWN).replace("-", "_"), str(found[0])
        if key in {"kind", "reference"}:
            setattr(row, key, value)
        elif key.startswith("field_"):
            row.custom[key.removeprefix("field_")] = value
        elif key in PLAIN:
            row.values[key] = value
