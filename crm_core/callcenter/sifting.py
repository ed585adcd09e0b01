"""Sifting: who may be on a call list, and why the others may not."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import phones
from crm_core.callcenter.callees import Why
from crm_core.contacts import do_not_call
from crm_core.contacts.consents import Channel, Consent, Purpose
from crm_core.contacts.contacts import Contact
from crm_core.contacts.numbers import PhoneNumber
from crm_core.privacy.erasures import Erasure

BATCH = 500


async def unfit(session: AsyncSession, contact_ids: Sequence[int], purpose: Purpose) -> dict[int, Why]:
    """Those who may not be called for this purpose. Whatever their number: a few statements for many of them."""
    found: dict[int, Why] = {}
    for start in range(0, len(contact_ids), BATCH):
        found |= await _unfit(session, contact_ids[start : start + BATCH], purpose)
    return found


async def _unfit(session: AsyncSession, contact_ids: Sequence[int], purpose: Purpose) -> dict[int, Why]:
    contacts = {one.id: one for one in await session.scalars(select(Contact).where(Contact.id.in_(contact_ids)))}
    erased = set(await session.scalars(select(Erasure.contact_id).where(Erasure.contact_id.in_(contact_ids))))
    rung = await _rung(session, list(contacts.values()))
    refused = set(await do_not_call.among(session, list(rung.values())))
    said = await _said(session, contact_ids, purpose)
    found = {}
    for contact_id in contact_ids:
        contact = contacts.get(contact_id)
        if contact is None or contact_id in erased or contact.merged_into_id is not None:
            found[contact_id] = Why.GONE
        elif contact_id not in rung:
            found[contact_id] = Why.NO_NUMBER
        elif rung[contact_id] in refused:
            found[contact_id] = Why.DO_NOT_CALL
        elif not said.get(contact_id, purpose is Purpose.SERVICE):
            found[contact_id] = Why.NO_CONSENT
    return found


async def _rung(session: AsyncSession, contacts: Collection[Contact]) -> dict[int, str]:
    """By contact, the number that `calling.number_of` would take, where that may be called."""
    owners = {one.id for one in contacts} | {one.organisation_id for one in contacts if one.organisation_id}
    main: dict[int, str] = {}
    for owner, number in await session.execute(
        select(PhoneNumber.contact_id, PhoneNumber.e164)
        .where(PhoneNumber.contact_id.in_(owners))
        .order_by(PhoneNumber.id)
    ):
        main.setdefault(owner, number)
    found = {one.id: main.get(one.id) or main.get(one.organisation_id or 0) for one in contacts}
    return {one: number for one, number in found.items() if number is not None and phones.may_be_called(number)}


async def _said(session: AsyncSession, contact_ids: Sequence[int], purpose: Purpose) -> dict[int, bool]:
    """What they said last to being called for it."""
    newest = (
        select(func.max(Consent.id))
        .where(Consent.contact_id.in_(contact_ids), Consent.channel == Channel.PHONE, Consent.purpose == purpose)
        .group_by(Consent.contact_id)
    )
    found = await session.execute(select(Consent.contact_id, Consent.is_given).where(Consent.id.in_(newest)))
    return {row.contact_id: row.is_given for row in found}
