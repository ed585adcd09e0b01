"""One answer reaches every customer where they came from, and what they write back is heard."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from crm_core.company import Company
from crm_core.contacts import chat_identities
from crm_core.contacts.chat_identities import Messenger
from crm_core.db import Database
from crm_core.lease import State
from crm_core.outbox import Effect, EffectKind
from crm_core.support.satisfaction import Satisfaction
from tests import people
from tests.journeys.stage import LINE, Stage, set_stage
from tests.people import NOW

PHONE = "+493023125010"


@pytest.fixture
async def stage(database: Database, company: Company) -> AsyncIterator[Stage]:
    """Greta calls, Emily writes in Telegram, Paul in Slack: three tickets."""
    async with set_stage(database, company) as stage:
        emily, paul = stage.telegram.add_user("Emily", "emily", "en"), stage.slack.add_user("Paul", "p@example.com")
        async with database.transaction() as session:
            await people.add_contact(session, "Greta Sommer", PHONE, language="de")
            for name, messenger, account in (
                ("Emily Clarke", Messenger.TELEGRAM, str(emily)),
                ("Paul Winter", Messenger.SLACK, paul),
            ):
                contact = await people.add_contact(session, name, None, language="en")
                await chat_identities.add_identity(session, contact.id, messenger, account, NOW)
        call = await stage.twilio.dial(PHONE, LINE)
        await call.press("2")
        await call.say("Kein Warmwasser")
        await call.press("1")
        await call.hang_up()
        await stage.work()
        await stage.telegram.text(emily, "open ticket no hot water")
        await stage.work()
        await stage.slack.message(paul, stage.slack.direct_channel(paul), "open ticket no hot water here")
        await stage.work()
        yield stage
        assert stage.violations() == []
        assert [effect for effect in await _effects(stage, EffectKind.MESSAGE) if effect.state != State.DONE] == []


async def _effects(stage: Stage, kind: EffectKind) -> list[Effect]:
    async with stage.runtime.database.transaction() as session:
        return list(await session.scalars(select(Effect).where(Effect.kind == kind)))


def _emily(stage: Stage) -> int:
    return next(person.id for person in stage.telegram.chats.people.values() if person.first_name == "Emily")


def _paul(stage: Stage) -> str:
    return next(user.id for user in stage.slack.workspace.users.values() if user.name == "Paul")


def _in_telegram(stage: Stage) -> list[str]:
    return [message.text for message in stage.telegram.chat_messages(_emily(stage)) if message.from_bot]


def _in_slack(stage: Stage) -> list[str]:
    """What Slack shows is the block: the text beside it is for notifications."""
    found = stage.slack.channel_messages(stage.slack.direct_channel(_paul(stage)))
    return [message.blocks[0]["text"]["text"] for message in found if message.from_bot]


def _by_sms(stage: Stage) -> list[tuple[str, str]]:
    sent = [dict(request.form) for request in stage.twilio.requests if request.path.endswith("/Messages.json")]
    return [(form["To"], form["Body"]) for form in sent]


async def _say(stage: Stage, text: str) -> str:
    await stage.slack.slash(stage.mira, stage.channel, text)
    await stage.work()
    return stage.whispers(stage.mira)[-1]


async def test_one_reply_to_an_incident_reaches_everyone_on_their_own_channel(stage: Stage) -> None:
    await _say(stage, "incident T-1 T-2 T-3")
    told = await _say(stage, "reply INC-1 A pipe <broke> & is mended by two")
    assert told.startswith("INC-1: 3 customers answered (Slack 1, SMS 1, Telegram 1). Kept and not sent: –.")
    assert _by_sms(stage) == [(PHONE, "T-1: A pipe <broke> & is mended by two")]
    assert _in_telegram(stage)[-1] == "T-2: A pipe <broke> & is mended by two"
    assert _in_slack(stage)[-1] == "T-3: A pipe &lt;broke&gt; &amp; is mended by two"
    resolved = await _say(stage, "resolve INC-1")
    assert "Told: Slack 1, SMS 1, Telegram 1." in resolved
    assert _in_telegram(stage)[-1].startswith("T-2: Good news from Nordlicht Haustechnik")
    assert _in_slack(stage)[-1].startswith("T-3: Good news from Nordlicht Haustechnik")
    assert _by_sms(stage)[-1][1].startswith("T-1: Gute Nachricht von Nordlicht Haustechnik")


async def test_the_answer_names_where_it_went_and_in_public_no_account(stage: Stage) -> None:
    assert (await _say(stage, "reply T-2 hello")).startswith(f"Sent by Telegram to {_emily(stage)}; T-2 waits")
    await stage.slack.mention(stage.mira, stage.channel, "reply T-3 hello")
    await stage.work()
    said = [message.text for message in stage.slack.channel_messages(stage.channel) if message.from_bot]
    assert any(text.startswith("Sent by Slack; T-3 waits") for text in said)
    assert not any(_paul(stage) in text for text in said)


async def test_a_long_text_comes_whole_in_pieces_that_each_channel_takes(stage: Stage) -> None:
    async with stage.runtime.database.transaction() as session:
        for ticket_id, place in ((2, f"telegram:{_emily(stage)}"), (3, f"slack:{_paul(stage)}")):
            text = f"T-{ticket_id}: " + "a & b <c> " * 1500
            session.add(_message(place, text))
    before = len(_in_telegram(stage)), len(_in_slack(stage))
    await stage.work()
    telegram, slack = _in_telegram(stage)[before[0] :], _in_slack(stage)[before[1] :]
    assert len(telegram) > 1 and len(slack) > 1
    assert "".join(telegram).split() == ("T-2: " + "a & b <c> " * 1500).split()
    unescaped = " ".join(slack).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    assert unescaped.split() == ("T-3: " + "a & b <c> " * 1500).split()


def _message(place: str, text: str) -> Effect:
    return Effect(
        kind=EffectKind.MESSAGE,
        address=place,
        payload={"place": place, "text": text},
        state=State.PENDING,
        due_at=NOW,
        created_at=NOW,
        attempts=0,
    )


async def test_who_came_by_chat_is_asked_there_and_a_bare_number_is_the_answer(stage: Stage) -> None:
    await _say(stage, "yes resolve T-2 T-3")
    async with stage.runtime.database.transaction() as session:
        due = stage.runtime.clock() - timedelta(seconds=1)
        asking = Effect.address.startswith("timer:satisfaction")
        await session.execute(update(Effect).where(asking, Effect.state == State.PENDING).values(due_at=due))
    await stage.work()
    assert "how content are you with T-2?" in _in_telegram(stage)[-1]
    assert "how content are you with T-3?" in _in_slack(stage)[-1]
    await stage.telegram.text(_emily(stage), "5 very friendly")
    await stage.slack.message(_paul(stage), stage.slack.direct_channel(_paul(stage)), "2")
    await stage.work()
    assert _in_telegram(stage)[-1] == "Noted for T-2: 5 of 5. Thank you."
    assert _in_slack(stage)[-1] == "Noted for T-3: 2 of 5. Thank you."
    await stage.telegram.text(_emily(stage), "4")
    await stage.work()
    assert _in_telegram(stage)[-1] != "Noted for T-2: 4 of 5. Thank you.", "nothing is asked any more"
    async with stage.runtime.database.transaction() as session:
        found = (await session.scalars(select(Satisfaction))).all()
    kept = {one.ticket_id: (one.channel, one.rating, one.comment) for one in found}
    assert kept == {2: ("telegram", 5, "very friendly"), 3: ("slack", 2, None)}
