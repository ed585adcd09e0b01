"""Which column of a spreadsheet is which field: guessed from its heading, in English and German."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from crm_core.company.fields import CustomField
from crm_core.contacts.row import Row
from crm_core.errors import Invalid
from crm_core.names import fold

IGNORED = "-"
FIRST, LAST = "first_name", "last_name"
MANY = ("phone", "email", "tags")
PLAIN = (
    "title",
    "salutation",
    "address_form",
    "language",
    "street",
    "postcode",
    "city",
    "time_zone",
    "region",
    "note",
)
FIELDS = ("reference", "kind", "name", FIRST, LAST, "organisation", *MANY, *PLAIN)

_HEADINGS = {
    "reference": ("reference", "id", "kontakt", "kundennummer", "referenz", "nummer"),
    "kind": ("kind", "type", "art", "typ"),
    "name": ("name", "full name", "display name", "vollständiger name", "anzeigename", "contact name", "kontaktname"),
    FIRST: ("first name", "given name", "vorname"),
    LAST: ("last name", "family name", "surname", "nachname", "familienname", "zuname"),
    "organisation": ("company", "company name", "organisation", "organization", "organization name", "firma",
                     "employer", "unternehmen", "arbeitgeber", "organization 1 name", "parent_id", "related company"),
    "phone": ("phone", "telephone", "telefon", "rufnummer", "mobile", "mobil", "handy", "mobile phone",
              "business phone", "home phone", "telefon geschäftlich", "telefon privat", "mobiltelefon"),
    "email": ("email", "e-mail", "mail", "e-mail address", "email address", "e-mail-adresse"),
    "tags": ("tags", "tag", "labels", "groups", "group membership", "kategorien", "categories", "markierungen"),
    "title": ("title", "titel", "akademischer titel"),
    "salutation": ("salutation", "anrede", "gender"),
    "address_form": ("address form", "anredeform", "du/sie"),
    "language": ("language", "sprache", "lang"),
    "street": ("street", "straße", "strasse", "address", "adresse", "anschrift", "business street", "home street",
               "straße geschäftlich"),
    "postcode": ("postcode", "zip", "zip code", "postal code", "plz", "postleitzahl", "business postal code",
                 "home postal code"),
    "city": ("city", "town", "ort", "stadt", "business city", "home city"),
    "time_zone": ("time zone", "timezone", "zeitzone"),
    "region": ("region", "state", "bundesland", "province"),
    "note": ("note", "notes", "comment", "notiz", "notizen", "bemerkung", "kommentar"),
}  # fmt: skip
# Google writes "Phone 2 - Value".
_NUMBERED = re.compile(r"[\s\d-]*(?:value)?[\s\d-]*\Z")
_SALUTATIONS = {"mr": "mr", "mr.": "mr", "herr": "mr", "ms": "ms", "ms.": "ms", "mrs": "ms", "mrs.": "ms", "frau": "ms"}
_FORMS = {"formal": "formal", "sie": "formal", "informal": "informal", "du": "informal"}
_KINDS = {"company": "company", "firma": "company", "unternehmen": "company", "organisation": "company"}


def guess(headings: Sequence[str], declared: Sequence[CustomField], chosen: Mapping[str, str]) -> list[str]:
    """The field of each column, or `-`. `chosen` wins. Raises Invalid for a heading or field there is not."""
    for heading, name in chosen.items():
        if heading not in headings:
            raise Invalid("import.no-heading", name=heading[:60], known=", ".join(headings))
        if name not in {*FIELDS, IGNORED, *(field.key for field in declared)}:
            raise Invalid("field.unknown", name=name[:40], known=", ".join([*FIELDS, *(f.key for f in declared)]))
    return [chosen.get(heading) or _guessed(heading, declared) for heading in headings]


def row_of(cells: Sequence[str], fields: Sequence[str]) -> Row:
    """Raises Invalid for a salutation or form of address that is none."""
    row, first, last = Row(), "", ""
    for name, raw in zip(fields, cells, strict=False):
        text = raw.strip()
        if not text or name == IGNORED:
            continue
        match name:
            case "phone":
                row.phones += _several(text)
            case "email":
                row.emails += _several(text.replace(",", ";"))
            case "tags":
                row.tags += _several(text.replace(",", ";"))
            case "name" | "organisation" | "reference":
                setattr(row, name, text)
            case "kind":
                row.kind = _KINDS.get(text.casefold(), "person")
            case "first_name":
                first = text
            case "last_name":
                last = text
            case "salutation":
                _greet(row, text)
            case "address_form":
                row.values[name] = _form(text)
            case _ if name in PLAIN:
                row.values[name] = text
            case _:
                row.custom[name] = text
    row.name = row.name or " ".join(part for part in (first, last) if part)
    if not row.name and row.organisation:
        row.name, row.kind, row.organisation = row.organisation, "company", ""
    return row


def _guessed(heading: str, declared: Sequence[CustomField]) -> str:
    wanted = fold(heading).strip().strip(":*")
    for field in declared:
        if field.is_called(wanted):
            return field.key
    for name, known in _HEADINGS.items():
        if wanted in {fold(word) for word in known} | {name}:
            return name
    kind = fold(_NUMBERED.sub("", heading.casefold().strip()))
    return next((name for name in MANY if kind in {fold(word) for word in _HEADINGS[name]}), IGNORED)


def _several(text: str) -> list[str]:
    return [part.strip() for part in text.split(";") if part.strip()]


def _greet(row: Row, text: str) -> None:
    """`Frau Dr.` is a salutation and a title. Raises Invalid for what is none."""
    first, _, rest = text.partition(" ")
    value = _SALUTATIONS.get(first.casefold())
    if value is None:
        raise Invalid("field.no-choice", name="salutation", value=text[:40], choices="Frau, Herr, Ms, Mr")
    row.values["salutation"] = value
    if rest.strip():
        row.values.setdefault("title", rest.strip())


def _form(text: str) -> str:
    """Raises Invalid for what is neither Sie nor du."""
    value = _FORMS.get(text.casefold())
    if value is None:
        raise Invalid("field.no-choice", name="address_form", value=text[:40], choices="Sie, du")
    return value
