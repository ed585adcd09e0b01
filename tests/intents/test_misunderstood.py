"""Sentences that nobody understood wait for a person who says what was meant."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from crm_core import misunderstood
from crm_core.agents import Role
from crm_core.db import Database
from crm_core.errors import NotAllowed, NotFound
from crm_core.misunderstood import Misunderstood, Review, Sentence, Why
from intents.ask import Ask
from intents.misunderstood import keep
from intents.registry import Context
from tests import people
from tests.intents.talk import Talk
from tests.people import NOW, as_actor

ODD = "the thing with T-7 again, Greta"


async def _kept(database: Database) -> list[Misunderstood]:
    async with database.transaction() as session:
        return list(await session.scalars(select(Misunderstood).order_by(Misunderstood.id)))


async def test_what_is_not_understood_is_counted_without_a_name(mira: Talk, jonas: Talk) -> None:
    for talk in (mira, mira, jonas):
        await talk.say(ODD)
    mira.now += timedelta(hours=1)
    await mira.say("the thing with t-9 again, Peter")
    kept = {(one.language, one.text): (one.times, one.last_at) for one in await _kept(mira.database)}
    masked = "the thing with T-# again, …"
    assert kept == {("en", masked): (3, NOW + timedelta(hours=1)), ("de", masked): (1, NOW)}


async def test_what_is_understood_is_not_kept(mira: Talk) -> None:
    for said in ("help", "open ticket the boiler of Greta is cold", "claim", "T-1"):
        await mira.say(said)
    assert await _kept(mira.database) == []


async def test_what_may_have_been_a_secret_is_not_kept(mira: Talk) -> None:
    async with mira.database.transaction() as session:
        ask = Ask("slack", "slack:D1:U1", "U1", "the pin is now open sesame")
        context = Context(session, mira.actor, ask, "en", [], NOW)
        await keep(context, ask.text, guesses=[("ticket.open", 0.5), ("agent.pin", 0.4)])
        await keep(context, "the pin is in the ticket " * 20)
    assert await _kept(mira.database) == []


async def test_the_answer_to_a_question_for_a_secret_is_not_kept(mira: Talk) -> None:
    assert "PIN" in (await mira.say("change my pin")).text
    await mira.say("the ticket is open")
    assert await _kept(mira.database) == []


async def test_a_no_to_what_was_suggested_is_kept_with_what_was_guessed(mira: Talk) -> None:
    async with mira.database.transaction() as session:
        context = Context(session, mira.actor, Ask("slack", "slack:D1:U1", "U1"), "en", [], NOW)
        await keep(context, "the thing again", Why.UNDONE, [("ticket.open", 0.61234)], done="ticket.claim")
    [one] = await _kept(mira.database)
    assert (one.why, one.guesses, one.done) == (Why.UNDONE, [["ticket.open", 0.612]], "ticket.claim")


async def test_of_too_many_the_rare_and_old_go(sqlite_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(misunderstood, "MOST_KEPT", 2)
    async with sqlite_database.transaction() as session:
        for hour, text in enumerate(("often", "old", "often", "new")):
            await misunderstood.keep(session, Sentence("en", text, Why.UNKNOWN), NOW + timedelta(hours=hour))
    assert [one.text for one in await _kept(sqlite_database)] == ["often", "new"]


async def test_a_lead_reviews_and_an_agent_does_not(database: Database) -> None:
    async with database.transaction() as session:
        agent = as_actor(await people.add_agent(session, "Mira Okafor"))
        lead = as_actor(await people.add_agent(session, "Lena Brandt", role=Role.LEAD))
        for text in ("rare", "often", "often"):
            await misunderstood.keep(session, Sentence("en", text, Why.UNKNOWN), NOW)
        with pytest.raises(NotAllowed):
            await misunderstood.to_review(session, agent, 9)
        often, rare = await misunderstood.to_review(session, lead, 9)
        assert (often.text, often.times) == ("often", 2)
        with pytest.raises(NotAllowed):
            await misunderstood.label(session, agent, often.id, "undo", None, NOW)
        await misunderstood.label(session, lead, often.id, "undo", None, NOW)
        await misunderstood.ignore(session, lead, rare.id, NOW)
        assert await misunderstood.to_review(session, lead, 9) == []
        assert [one.intent for one in await misunderstood.labelled(session, lead)] == ["undo"]
        assert (rare.review, rare.intent) == (Review.IGNORED, None)
        with pytest.raises(NotFound):
            await misunderstood.ignore(session, lead, 999, NOW)


async def test_two_who_say_the_same_are_counted_both(postgres_database: Database) -> None:
    import asyncio

    async def say_it() -> None:
        async with postgres_database.transaction() as session:
            await misunderstood.keep(session, Sentence("en", "the same", Why.UNKNOWN), NOW)

    await asyncio.gather(*(say_it() for _each in range(8)))
    assert [one.times for one in await _kept(postgres_database)] == [8]
