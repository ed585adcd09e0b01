"""Finding contacts: by reference, number, last digits, e-mail, account, tag, or the words people remember."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import islice

from sqlalchemy import ColumnElement, Integer, Select, bindparam, exists, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, aliased

from crm_core import references, rights
from crm_core.agents import Actor
from crm_core.company import company_of
from crm_core.contacts import tags, tokens
from crm_core.contacts.chat_identities import with_account
from crm_core.contacts.contacts import Contact
from crm_core.contacts.emails import by_email
from crm_core.contacts.numbers import by_digits
from crm_core.contacts.tokens import MANY, ContactToken, Typed
from crm_core.names import spellings, words
from crm_core.tokens import MOST_WORDS, bounds, within

FOUND_AT_MOST = 10


async def find_contacts(
    session: AsyncSession, actor: Actor, query: str, limit: int = FOUND_AT_MOST
) -> Sequence[Contact]:
    """The best first: whole words, then beginnings of words, then words with one typing error."""
    rights.require(actor, "contact.read")
    reference = references.parse(query)
    if reference and reference[0] == "contact":
        return await _by_id(session, reference[1])
    if query.strip().startswith("#"):
        return await _in_order(session, await tags.tagged(session, tags.clean_tag(query), limit=limit))
    if "@" in query and (ids := await by_email(session, query, limit)):
        return await _in_order(session, ids)
    digits = "".join(character for character in query if character.isdigit())
    if len(digits) >= 4 and not any(character.isalpha() for character in query):
        ids = await by_digits(session, query, company_of(session).country, limit)
        return await _in_order(session, ids or await with_account(session, query, limit))
    return await _in_order(session, await by_words(session, query, limit))


async def get_contact(session: AsyncSession, actor: Actor, query: str) -> Sequence[Contact]:
    """The candidates for one name, exact ones alone when there are any."""
    candidates = await find_contacts(session, actor, query)
    exact = [contact for contact in candidates if words(contact.name) == words(query)]
    return exact or candidates


async def by_words(session: AsyncSession, query: str, limit: int) -> list[int]:
    """Contact ids: those with words that begin like what was typed, then those one typing error away."""
    typed = dict(islice(spellings(query).items(), MOST_WORDS))
    if not typed:
        return []
    looked_up = await tokens.look_up(session, typed)
    looked_up.sort(key=lambda one: one.bearers)
    unknown = [one for one in looked_up if not one.bearers]
    if not unknown:
        found = list(await _bearers(session, looked_up, None, limit))
        if len(found) >= limit:
            return found
        mistyped = looked_up
    else:
        found, mistyped = [], unknown if len(unknown) == 1 else []
    for one in mistyped:
        if one.near and len(found) < limit:
            found += await _bearers(session, looked_up, one, limit)
    return list(dict.fromkeys(found))[:limit]


async def _bearers(session: AsyncSession, typed: Sequence[Typed], mistyped: Typed | None, limit: int) -> Sequence[int]:
    """The rarest word leads: the others are looked up for its bearers only."""
    others = [one for one in typed if one is not mistyped]
    leads = not others or others[0].bearers >= MANY
    ordered = others if mistyped is None else [mistyped, *others] if leads else [*others, mistyped]
    values = bounds(one.word for one in ordered) | {"limit": limit}
    if mistyped is not None:
        values["near"] = mistyped.near
    kinds = tuple(one is mistyped for one in ordered)
    return (await session.scalars(_borne(kinds), values)).all()


@lru_cache
def _borne(kinds: tuple[bool, ...]) -> Select[int]:
    """By each word in turn, the mistyped one among a list, the others as beginnings."""
    bearer = aliased(ContactToken)
    query = select(bearer.contact_id).where(_condition(bearer.token, kinds[0], 0))
    for at, is_mistyped in enumerate(kinds[1:], start=1):
        other = aliased(ContactToken)
        query = query.where(
            exists().where(other.contact_id == bearer.contact_id, _condition(other.token, is_mistyped, at))
        )
    return query.order_by(bearer.token, bearer.contact_id).limit(bindparam("limit", type_=Integer))


def _condition(token: InstrumentedAttribute[str], is_mistyped: bool, at: int) -> ColumnElement[bool]:
    if is_mistyped:
        return token.in_(bindparam("near", expanding=True))
    return within(token, at)


async def _by_id(session: AsyncSession, contact_id: int | None) -> Sequence[Contact]:
    """The one it was merged into, when it was."""
    found = None
    while contact_id is not None and (found := await session.get(Contact, contact_id)) is not None:
        contact_id = found.merged_into_id
    return [found] if found is not None else []


async def _in_order(session: AsyncSession, ids: Sequence[int]) -> Sequence[Contact]:
    found = {c.id: c for c in await session.scalars(select(Contact).where(Contact.id.in_(ids)))}
    return [found[contact_id] for contact_id in ids if contact_id in found]
