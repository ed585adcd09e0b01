"""Custom fields of offhook.yml in a conversation: which one is meant, how it is shown, what is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from crm_core import fields
from crm_core.company.fields import CustomField
from crm_core.errors import Invalid
from crm_core.message import Local, listed
from intents.registry import Context

_NOTHING = {"-", "–"}


def meant(context: Context, declared: Sequence[CustomField], said: str, others: Sequence[str] = ()) -> CustomField:
    """By key or name in any language. Raises Invalid with those there are, `others` among them."""
    for field in declared:
        if field.is_called(said):
            return field
    known = [*others, *(field.shown(context.language) for field in declared)]
    raise Invalid("field.unknown", name=said[:40], known=", ".join(known) or "–")


def value(said: str) -> str | None:
    """`-` empties a field."""
    return None if said.strip() in _NOTHING else said.strip()


def pairs(context: Context, declared: Sequence[CustomField], kept: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Those that are filled, in the order of offhook.yml."""
    return [
        (field.shown(context.language), _shown(context, field, kept[field.key]))
        for field in declared
        if kept.get(field.key) is not None
    ]


def missing(
    context: Context, declared: Sequence[CustomField], kind: str, ref: str, kept: Mapping[str, Any]
) -> str | None:
    """A sentence that names them and how to fill them; None when nothing is missing."""
    lacking = [Local(field.name) for field in fields.missing(declared, kind, kept)]
    return context.say("field.missing", ref=ref, fields=listed(lacking), field=lacking[0]) if lacking else None


def _shown(context: Context, field: CustomField, kept: str) -> str:
    return context.shown_as(date.fromisoformat(kept)) if field.type == "date" else kept
