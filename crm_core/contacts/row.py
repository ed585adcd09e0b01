"""A contact on its way in or out: what one line of a spreadsheet or one vCard says."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Row:
    """`values`: columns of Contact by name; `custom`: own fields by key. Everything is text as it was written."""

    name: str = ""
    kind: str = "person"
    reference: str = ""
    organisation: str = ""
    phones: list[str] = field(default_factory=list)
    emails: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    values: dict[str, str] = field(default_factory=dict)
    custom: dict[str, str] = field(default_factory=dict)
