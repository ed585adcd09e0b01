"""What all cards are made of: a title with pairs, a body, a row of buttons."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from crm_core import files, references
from crm_core.contacts import contacts
from crm_core.contacts.contacts import Contact
from crm_core.db import Record
from crm_core.message import Param, say
from intents.registry import Context, button, buttons
from intents.reply import Choice, Fields, Part

LONGEST_BODY = 600
Pair: TypeAlias = "tuple[str, Param]"


def fields(context: Context, title: str, pairs: Sequence[Pair], body: str = "") -> Fields:
    """Pairs without a value are left out."""
    shown = [(context.say(label), context.shown_as(value)) for label, value in pairs if value is not None]
    cut = body if len(body) <= LONGEST_BODY else body[: LONGEST_BODY - 1] + "…"
    return Fields(title, shown, cut)


def row(choices: list[Choice]) -> list[Part]:
    return [buttons(*choices)] if choices else []


def record_button(context: Context, label: str, said: str, record: Record, *, is_primary: bool = False) -> Choice:
    ref = references.ref(record.__tablename__, record.id)
    return button(context, label, said, ref, record.version, primary=is_primary)


async def contact_name(context: Context, contact_id: int | None) -> str | None:
    contact = await context.session.get(Contact, contact_id) if contact_id is not None else None
    if contact is None:
        return None
    company = await contacts.organisation_name(context.session, contact)
    return f"{contact.name}, {company}" if company else contact.name


async def files_line(context: Context, record: Record) -> Pair:
    """How many there are; nothing where there are none."""
    count = await files.count_on(context.session, record.__tablename__, record.id)
    return "card.files", say("file.count", count=count) if count else None
