"""Which contact is meant."""

from __future__ import annotations

from crm_core import references
from crm_core.contacts import search
from crm_core.contacts.contacts import Contact
from crm_core.errors import Invalid, NotFound, Refused
from intents import pointing
from intents.dialogue import Ambiguous
from intents.registry import Context


async def the_contact(context: Context, query: str) -> Contact:
    """The one that is meant. Raises NotFound, or Ambiguous with the candidates."""
    query = await as_named(context, query)
    candidates = list(await search.get_contact(context.session, context.actor, query))
    if not candidates:
        raise NotFound("contact.unknown", ref=query[:60])
    if len(candidates) > 1 and context.ask.is_public:
        raise Refused("public.found", count=len(candidates))
    if len(candidates) > 1:
        offered = [(candidate.name, references.ref("contact", candidate.id)) for candidate in candidates]
        raise Ambiguous("contact", query[:60], offered)
    return candidates[0]


async def as_named(context: Context, query: str) -> str:
    """`her` as the reference of the contact who was shown, or is behind what was; anything else as it is."""
    if not pointing.points(query, "contact"):
        return query
    behind = await _behind(context, context.shown[0]) if context.shown else None
    refs = [behind] if behind is not None else pointing.meant(query, "contact", context.shown, context.listed)
    if len(refs) > 1:
        raise Ambiguous("contact", query[:60], [(await _name_of(context, ref), ref) for ref in refs])
    if not refs:
        raise Invalid("dialogue.which", kind="contact")
    return refs[0]


async def _behind(context: Context, ref: str) -> str | None:
    parsed = references.parse(ref)
    record = await references.read(context.session, *parsed) if parsed is not None else None
    contact_id = getattr(record, "contact_id", None)
    return references.ref("contact", contact_id) if contact_id is not None else None


async def _name_of(context: Context, ref: str) -> str:
    parsed = references.parse(ref)
    found = await context.session.get(Contact, parsed[1]) if parsed is not None else None
    return found.name if found is not None and not context.ask.is_public else ref


def name_for(context: Context, contact: Contact) -> str:
    """In a public place nobody is named."""
    return context.say("public.somebody") if context.ask.is_public else contact.name
