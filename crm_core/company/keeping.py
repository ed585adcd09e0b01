"""What is kept for how long, and where files lie, as offhook.yml describes it."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, PlainSerializer, field_validator

from crm_core.company.part import Part
from crm_core.periods import Period, read_period

_SIZE = re.compile(r"(\d{1,4}) ?(kB|MB)\Z", re.IGNORECASE)
LARGEST = 100_000_000


def _period(value: Any) -> Any:
    return value if isinstance(value, Period) else read_period(str(value))


Kept = Annotated[Period, BeforeValidator(_period), PlainSerializer(str, return_type=str)]


class Retention(Part):
    """By kind of record, how long it is kept after it was last of use; what is not named is kept for good."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True, populate_by_name=True)

    calls: Kept | None = None
    recordings: Kept | None = None
    tickets: Kept | None = None
    deals: Kept | None = None
    tasks: Kept | None = None
    call_lists: Kept | None = Field(default=None, alias="call-lists")
    receipts: Kept | None = None
    effects: Kept | None = None
    conversations: Kept | None = None
    history: Kept | None = None
    misunderstood: Kept | None = None
    contacts_without_activity: Kept | None = Field(default=None, alias="contacts-without-activity")

    @field_validator("*")
    @classmethod
    def _not_the_present(cls, value: Period | None) -> Period | None:
        # Undo reaches back an hour, and a sender repeats a delivery for a day.
        if value is not None and value.unit == "day" and value.count < 2:
            raise ValueError("keep it for 2 days at least")
        return value


class Files(Part):
    """`storage: s3` carries the bytes to the store that OFFHOOK_S3_* names, as soon as they are here."""

    storage: Literal["database", "s3"] = "database"
    largest: str = "20 MB"

    @field_validator("largest")
    @classmethod
    def _readable(cls, value: str) -> str:
        if not 0 < _bytes(value) <= LARGEST:
            raise ValueError(f"{value!r} is no size; write one like 500 kB or 20 MB, up to 100 MB")
        return value

    @property
    def largest_bytes(self) -> int:
        return _bytes(self.largest)


def _bytes(text: str) -> int:
    found = _SIZE.match(text.strip())
    if found is None:
        return 0
    return int(found[1]) * (1000 if found[2].casefold() == "kb" else 1_000_000)
