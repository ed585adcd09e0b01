from datetime import timedelta

from sqlalchemy import select

from crm_core.outbox import Effect, EffectKind
from crm_core.support import sla
from intents.reply import Tone
from tests import people
from tests.intents.talk import Talk, caller, everything
from tests.people import NOW


async def test_a_ticket_says_by_when_what_was_promised(mira: Talk) -> None:
    await mira.say("urgent: gas smell")
    assert (await mira.say("sla T-1")).text == (
        "T-1, gas smell, under Standard. First response: by Mon 23 Nov, 11:30, Resolution: by Mon 23 Nov, 15:00."
    )
    await mira.say("claim T-1")
    assert "First response: given Mon 23 Nov, 11:00" in (await mira.say("when is T-1 due")).text
    assert "First response" not in everything(await mira.say("show T-1"))
    await mira.say("resolve T-1")
    stopped = (await mira.say("wann ist T-1 fällig")).text
    assert "die Uhr steht seit Mo., 23. Nov., 11:00" in " ".join(stopped.split())


async def test_who_is_near_breach_is_listed_the_most_overdue_first(mira: Talk) -> None:
    assert (await mira.say("tickets near breach")).text == "No ticket is near breach."
    await mira.say("open ticket cold")
    await mira.say("urgent: gas smell")
    mira.now = NOW + timedelta(minutes=25)
    assert (await mira.say("which tickets are near breach")).text == (
        "1 ticket is near breach: T-2 gas smell (First response: by Mon 23 Nov, 11:30)"
    )
    mira.now = NOW + timedelta(minutes=40)
    async with mira.database.transaction() as session:
        for effect in (await session.scalars(select(Effect).where(Effect.kind == EffectKind.TIMER))).all():
            if effect.due_at <= mira.now:
                await sla.on_due(session, effect.payload, mira.now)
    assert "overdue since Mon 23 Nov, 11:30" in (await mira.say("overdue tickets")).text
    assert "overdue since" in everything(await mira.say("show T-2"))
    history = (await mira.say("history T-2")).text
    assert "noticed that a deadline has passed" in history


async def test_a_customer_hears_nothing_of_deadlines(mira: Talk) -> None:
    async with mira.database.transaction() as session:
        greta = await people.add_contact(session)
    await mira.say("open ticket for Greta Sommer: no hot water")
    customer = Talk(mira.database, caller(greta))
    assert "First response" not in everything(await customer.say("status of T-1"))
    assert (await customer.say("sla T-1")).tone is Tone.REFUSED
