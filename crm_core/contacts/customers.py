"""Customers who write: the contact behind an account of a chat channel."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import agents, references
from crm_core.agents import Actor, Proof
from crm_core.company import company_of
from crm_core.contacts import contacts
from crm_core.contacts.chat_identities import LONGEST_NAME, ChatIdentity, by_account
from crm_core.contacts.contacts import Contact


async def speaker(session: AsyncSession, channel: str, account: str, name: str, now: datetime) -> Actor:
    """The colleague or the customer whose account it is; else a stranger."""
    return (
        await agents.identify(session, channel, account)
        or await identify(session, channel, account, name, now)
        or Actor(name=name or account, channel=channel, language=company_of(session).language)
    )


async def identify(session: AsyncSession, channel: str, account: str, name: str, now: datetime) -> Actor | None:
    """None for a stranger. `name`, as they are called there now ("" where it is not told), is kept with the account."""
    known = await by_account(session, channel, account)
    if known is None:
        return None
    if name and name[:LONGEST_NAME] != known.name:
        await _called(session, known, name[:LONGEST_NAME])
    contact = await session.get_one(Contact, known.contact_id)
    return Actor(
        name=contact.name,
        channel=channel,
        language=contact.language or company_of(session).language,
        contact_id=contact.id,
        proof=Proof.CONTACT_SHARE,
    )


async def _called(session: AsyncSession, known: ChatIdentity, name: str) -> None:
    """They are found by it from now on."""
    contact = cast("Contact", await references.lock(session, "contact", known.contact_id))
    known.name = name
    await session.flush()
    await contacts.index(session, contact)
