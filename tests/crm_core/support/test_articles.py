from __future__ import annotations

import pytest
from sqlalchemy import func, select

from crm_core import activity
from crm_core.agents import Actor, Role
from crm_core.db import Database
from crm_core.errors import CrmError, Invalid, NotAllowed, Refused
from crm_core.support import articles, sla, tickets
from crm_core.support.knowledge import Article, ArticleEdition, ArticleToken, Audience
from tests import people
from tests.people import NOW, as_actor


async def _lena(database: Database) -> Actor:
    async with database.transaction() as session:
        return as_actor(await people.add_agent(session, "Lena Brandt", Role.LEAD))


async def _written(
    database: Database, actor: Actor, title: str, body: str, language: str = "en", audience: Audience = Audience.PUBLIC
) -> Article:
    async with database.transaction() as session:
        return await articles.add_article(
            session, actor, title=title, body=body, language=language, audience=audience, now=NOW
        )


async def _edit(database: Database, actor: Actor, article: Article, body: str, language: str, title: str) -> None:
    async with database.transaction() as session:
        await articles.edit_article(
            session, actor, article.id, body=body, language=language, title=title or None, now=NOW
        )


async def _found(database: Database, actor: Actor, query: str) -> list[str]:
    async with database.transaction() as session:
        return [article.ref for article in await articles.search(session, actor, query)]


async def _publish(database: Database, actor: Actor, article: Article) -> None:
    async with database.transaction() as session:
        await articles.publish(session, actor, article.id, NOW)


@pytest.mark.parametrize(
    ("query", "refs"),
    [
        ("radiator", ["A-1", "A-2"]),
        ("radi", ["A-1", "A-2"]),
        ("bleed radiator", ["A-1"]),
        ("HEIZKOERPER", ["A-1"]),
        ("Heizkörper entlüften", ["A-1"]),
        ("boiler radiator", ["A-2"]),
        ("boiler bleed", []),
        ("...", []),
    ],
)
async def test_it_is_found_by_beginnings_of_words_in_any_of_its_languages_the_title_first(
    database: Database, query: str, refs: list[str]
) -> None:
    lena = await _lena(database)
    bleeding = await _written(database, lena, "Bleed a radiator", "Turn the key until water comes.")
    await _written(database, lena, "Boiler pressure", "Refill when the radiator gurgles.")
    await _edit(database, lena, bleeding, "Drehen Sie den Schlüssel.", "de", "Heizkörper entlüften")
    assert await _found(database, lena, query) == refs


async def test_what_an_edition_left_out_is_not_found_any_more_and_still_kept(database: Database) -> None:
    lena = await _lena(database)
    article = await _written(database, lena, "Pressure", "Call the caretaker.")
    await _edit(database, lena, article, "Refill it yourself.", "en", "")
    assert (await _found(database, lena, "caretaker"), await _found(database, lena, "refill")) == ([], ["A-1"])
    async with database.transaction() as session:
        kept = await session.scalars(select(ArticleEdition.body).order_by(ArticleEdition.number))
        assert kept.all() == ["Call the caretaker.", "Refill it yourself."]


async def test_undo_brings_the_old_text_back_and_finds_it(database: Database) -> None:
    lena = await _lena(database)
    article = await _written(database, lena, "Pressure", "Call the caretaker.")
    await _edit(database, lena, article, "Refill it yourself.", "en", "")
    async with database.transaction() as session:
        await activity.undo(session, lena, NOW)
    assert (await _found(database, lena, "caretaker"), await _found(database, lena, "refill")) == (["A-1"], [])
    await _edit(database, lena, article, "Füllen Sie nach.", "de", "Druck")
    async with database.transaction() as session:
        article = await session.get_one(Article, article.id)
        assert {text.language: text.body for text in await articles.editions(session, article)} == {
            "en": "Call the caretaker.",
            "de": "Füllen Sie nach.",
        }


async def test_undo_of_writing_one_leaves_nothing(database: Database) -> None:
    lena = await _lena(database)
    await _written(database, lena, "Pressure", "Refill it.")
    async with database.transaction() as session:
        await activity.undo(session, lena, NOW)
        for part in (Article, ArticleEdition, ArticleToken):
            assert await session.scalar(select(func.count()).select_from(part)) == 0


async def _answer(database: Database, actor: Actor, article: Article, language: str = "de") -> str:
    async with database.transaction() as session:
        greta = await people.add_contact(session, language=language)
        ticket = await tickets.open_ticket(session, actor, subject="Cold", contact_id=greta.id, now=NOW)
        await articles.answer_with(session, actor, ticket.id, article.id, NOW)
    async with database.transaction() as session:
        [clock, _resolution] = await sla.clocks_of(session, ticket.id)
        assert clock.stopped_by == "reply"
        return (await tickets.comments(session, ticket.id))[0].body


@pytest.mark.parametrize(
    ("language", "body"),
    [("de", "Druck\n\nNachfüllen."), ("en", "Pressure\n\nRefill."), ("pl", "Druck\n\nNachfüllen.")],
)
async def test_a_customer_is_answered_in_their_language_else_in_that_of_the_house(
    database: Database, language: str, body: str
) -> None:
    lena = await _lena(database)
    article = await _written(database, lena, "Pressure", "Refill.")
    await _edit(database, lena, article, "Nachfüllen.", "de", "Druck")
    await _publish(database, lena, article)
    assert await _answer(database, lena, article, language) == body


async def test_a_customer_gets_what_is_published_and_not_what_is_being_written(database: Database) -> None:
    lena = await _lena(database)
    article = await _written(database, lena, "Druck", "Alt.", "de")
    await _publish(database, lena, article)
    await _edit(database, lena, article, "Neu, noch nicht fertig.", "de", "")
    assert await _answer(database, lena, article) == "Druck\n\nAlt."
    await _publish(database, lena, article)
    with pytest.raises(Refused):
        await _publish(database, lena, article)


@pytest.mark.parametrize("audience", [Audience.PUBLIC, Audience.INTERNAL])
async def test_nobody_is_answered_with_a_draft_or_with_what_is_for_colleagues(
    database: Database, audience: Audience
) -> None:
    lena = await _lena(database)
    article = await _written(database, lena, "Master key", "Behind the boiler.", audience=audience)
    if audience is Audience.INTERNAL:
        await _publish(database, lena, article)
    with pytest.raises(CrmError) as refused:
        await _answer(database, lena, article)
    expected = "article.internal" if audience is Audience.INTERNAL else "article.unpublished"
    assert refused.value.message.id == expected


async def test_an_agent_writes_and_a_lead_publishes(database: Database) -> None:
    async with database.transaction() as session:
        mira = as_actor(await people.add_agent(session))
    article = await _written(database, mira, "Pressure", "Refill.")
    with pytest.raises(NotAllowed):
        await _publish(database, mira, article)


@pytest.mark.parametrize(("title", "body"), [("", "text"), ("title", " \n"), ("t" * 201, "text"), ("t", "x" * 20_001)])
async def test_an_article_without_a_title_or_a_text_is_refused(
    sqlite_database: Database, title: str, body: str
) -> None:
    lena = await _lena(sqlite_database)
    with pytest.raises(Invalid):
        await _written(sqlite_database, lena, title, body)


async def test_an_edition_in_a_new_language_needs_a_title(sqlite_database: Database) -> None:
    lena = await _lena(sqlite_database)
    article = await _written(sqlite_database, lena, "Pressure", "Refill.")
    with pytest.raises(Invalid):
        await _edit(sqlite_database, lena, article, "Nachfüllen.", "de", "")
