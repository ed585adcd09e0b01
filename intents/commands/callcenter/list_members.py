"""Who is meant to be on a call list: people, deals, everybody with a tag, every deal of a stage."""

from __future__ import annotations

import re

from crm_core import references
from crm_core.callcenter import filling
from crm_core.callcenter.filling import Wanted
from crm_core.contacts import search
from crm_core.errors import Invalid, NotFound, Refused
from crm_core.sales import stages
from crm_core.sales.deals import Deal
from intents.commands.contacts import the_contact
from intents.registry import Context

_BETWEEN = re.compile(r"\s*[,;]\s*|\s+/\s+")
_EVERYBODY = r"(?:(?:all |alle )?(?:contacts|customers|people|everybody|kontakte|kunden|alle)\s+)?"
_TAG = (
    r"(?:tagged(?: (?:as|with))?|with (?:the )?tag|mit (?:dem )?tag|mit (?:der )?markierung|markiert(?: (?:als|mit))?)"
)
_TAGGED = re.compile(rf"{_EVERYBODY}{_TAG}\s+#?(?P<tag>.{{1,60}})", re.IGNORECASE)
_DEALS = r"(?:all |alle )?(?:open |offene )?(?:deals|aufträge|verkaufschancen)"
_STAGE = re.compile(rf"{_DEALS}\s+(?:in|im|at|auf)\s+(?P<stage>.{{1,60}})", re.IGNORECASE)


async def wanted(context: Context, said: str) -> list[Wanted]:
    """Parts are parted by commas or strokes. Raises what says which part was not understood; then nobody is added."""
    parts = [part.strip() for part in _BETWEEN.split(said) if part.strip()]
    if not parts:
        raise Invalid("calllist.nobody")
    found: list[Wanted] = []
    for part in parts:
        found += await _one(context, part, is_alone=len(parts) == 1)
    return found


async def _one(context: Context, part: str, *, is_alone: bool) -> list[Wanted]:
    session, actor = context.session, context.actor
    if part.startswith("#"):
        return await filling.tagged(session, actor, part)
    if tagged := _TAGGED.fullmatch(part):
        return await filling.tagged(session, actor, tagged["tag"])
    if staged := _STAGE.fullmatch(part):
        return await filling.in_stage(session, actor, (await stages.find_stage(session, staged["stage"])).id)
    parsed = references.parse(part)
    if parsed is not None and parsed[0] == "deal":
        deal = await references.read(session, *parsed)
        assert isinstance(deal, Deal)
        return [Wanted(deal.contact_id, deal_id=deal.id)]
    if parsed is not None and parsed[0] != "contact":
        raise Invalid("calllist.no-member", text=part)
    if is_alone:
        return [Wanted((await the_contact(context, part)).id)]
    return [Wanted(await _the_only(context, part))]


async def _the_only(context: Context, name: str) -> int:
    """Among several parts nothing is asked back: whoever it is has to be said more plainly."""
    candidates = await search.get_contact(context.session, context.actor, name)
    if not candidates:
        raise NotFound("contact.unknown", ref=name[:60])
    if len(candidates) > 1:
        refs = ", ".join(candidate.ref for candidate in candidates[:5])
        raise Refused("calllist.several", name=name[:60], refs=refs)
    return candidates[0].id
