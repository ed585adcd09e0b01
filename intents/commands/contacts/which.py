"""Which contact is meant."""

from __future__ import annotations

from crm_core import references
from crm_core.contacts import search
from crm_core.contacts.contacts import Contact
from crm_core.errors import NotFound, Refused
from intents.dialogue import Ambiguous
from intents.registry import Context


async def the_contact(context: Context, query: str) -> Contact:
    """The one that is meant. Raises NotFound, or Ambiguous with the candidates."""
    candidates = list(await search.get_contact(context.session, context.actor, query))
    if not candidates:
        raise NotFound("contact.unknown", ref=query[:60])
    if len(candidates) > 1 and context.ask.is_public:
        raise Refused("public.found", count=len(candidates))
    if len(candidates) > 1:
        offered = [(candidate.name, references.ref("contact", candidate.id)) for candidate in candidates]
        raise Ambiguous("contact", query[:60], offered)
    return candidates[0]


def name_for(context: Context, contact: Contact) -> str:
    """In a public place nobody is named."""
    return context.say("public.somebody") if context.ask.is_public else contact.name
