"""Contacts as CSV, read as people save it and written so that no spreadsheet runs what is in it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

from crm_core.company.fields import CustomField
from crm_core.contacts.mapping import PLAIN
from crm_core.contacts.row import Row
from crm_core.errors import Invalid

_DELIMITERS = ";,\t"
_RUNS = re.compile(r"'*[=+\-@\t\r]")
_HARMLESS = re.compile(r"'+[=+\-@\t\r]")


def read(content: bytes) -> tuple[list[str], list[list[str]]]:
    """Headings and lines; UTF-8 or Windows-1252, with comma, semicolon or tab. Raises Invalid for what is no table."""
    text = text_of(content)
    first = text.split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=first.count)
    csv.field_size_limit(1_000_000)
    try:
        lines = [line for line in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if any(line)]
    except csv.Error as error:
        raise Invalid("import.unreadable", reason=str(error)) from error
    if not lines:
        raise Invalid("import.empty")
    return [cell.strip() for cell in lines[0]], [[plain(cell) for cell in line] for line in lines[1:]]


def text_of(content: bytes) -> str:
    """UTF-8, else Windows-1252; what no database keeps is left out."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    return text.replace("\0", "")


def headings(declared: Sequence[CustomField]) -> list[str]:
    return ["reference", "kind", "name", "organisation", "phone", "email", "tags", *PLAIN, *(f.key for f in declared)]


def cells(row: Row, declared: Sequence[CustomField]) -> list[str]:
    lists = ["; ".join(values) for values in (row.phones, row.emails, row.tags)]
    plain_values = [row.values.get(name, "") for name in PLAIN]
    own = [row.custom.get(field.key, "") for field in declared]
    return [
        harmless(cell) for cell in (row.reference, row.kind, row.name, row.organisation, *lists, *plain_values, *own)
    ]


def written(lines: Iterable[Sequence[str]]) -> str:
    out = io.StringIO(newline="")
    csv.writer(out).writerows(lines)
    return out.getvalue()


def harmless(cell: str) -> str:
    """With an apostrophe in front where a spreadsheet would take it for a formula; `plain` takes it away again."""
    return f"'{cell}" if _RUNS.match(cell) else cell


def plain(cell: str) -> str:
    return cell[1:] if _HARMLESS.match(cell) else cell
