"""Finding contacts: by reference, number, last digits, e-mail, tag, or the words people remember."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias, cast

from sqlalchemy import ColumnElement, and_, exists, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from crm_core import references, rights
from crm_core.agents import Actor
from crm_core.company import company_of
from crm_core.contacts import tags, tokens
from crm_core.contacts.contacts import Contact
from crm_core.contacts.emails import by_email
from crm_core.contacts.numbers import by_digits
from crm_core.contacts.tokens import ContactToken
from crm_core.names import words

FOUND_AT_MOST = 10
MOST_WORDS = 6


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
        return await _in_order(session, await by_digits(session, query, company_of(session).country, limit))
    return await _in_order(session, await by_words(session, words(query)[:MOST_WORDS], limit))


async def get_contact(session: AsyncSession, actor: Actor, query: str) -> Sequence[Contact]:
    """The candidates for one name, exact ones alone when there are any."""
    candidates = await find_contacts(session, actor, query)
    exact = [contact for contact in candidates if words(contact.name) == words(query)]
    return exact or candidates


async def by_words(session: AsyncSession, typed: Sequence[str], limit: int) -> list[int]:
    """Contact ids, the best first. Every pass reads an index only; the next is made when one was not enough."""
    found: dict[int, None] = {}
    # The longest word is the rarest, as a rule: the others are looked up for its holders only.
    ordered = sorted(set(typed), key=lambda word: (-len(word), word))
    for matching in (_is, _begins):
        if ordered and len(found) < limit:
            await _collect(session, [matching(word) for word in ordered], limit, found)
    for word in ordered:
        if len(found) < limit and (near := await tokens.misspelt(session, word)):
            others = [_begins(other) for other in ordered if other != word]
            await _collect(session, [_is_one_of(near), *others], limit, found)
    return list(found)[:limit]


Condition: TypeAlias = Callable[[Any], ColumnElement[bool]]


def _is(word: str) -> Condition:
    return lambda token: cast("ColumnElement[bool]", token == word)


def _begins(word: str) -> Condition:
    """A range instead of LIKE: both databases use the index whatever their rules for LIKE are."""
    return lambda token: and_(token >= word, token < word + "\U0010ffff")


def _is_one_of(words: Sequence[str]) -> Condition:
    return lambda token: cast("ColumnElement[bool]", token.in_(words))


async def _collect(session: AsyncSession, conditions: Sequence[Condition], limit: int, found: dict[int, None]) -> None:
    first, *others = conditions
    query = select(ContactToken.contact_id).where(first(ContactToken.token))
    for condition in others:
        other = aliased(ContactToken)
        query = query.where(exists().where(other.contact_id == ContactToken.contact_id, condition(other.token)))
    query = query.order_by(ContactToken.token, ContactToken.contact_id).limit(limit)
    found.update(dict.fromkeys(await session.scalars(query)))


async def _by_id(session: AsyncSession, contact_id: int | None) -> Sequence[Contact]:
    """The one it was merged into, when it was."""
    found = None
    while contact_id is not None and (found := await session.get(Contact, contact_id)) is not None:
        contact_id = found.merged_into_id
    return [found] if found is not None else []


async def _in_order(session: AsyncSession, ids: Sequence[int]) -> Sequence[Contact]:
    found = {c.id: c for c in await session.scalars(select(Contact).where(Contact.id.in_(ids)))}
    return [found[contact_id] for contact_id in ids if contact_id in found]
