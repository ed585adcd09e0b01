"""The knowledge base: articles in several languages, with every edition they ever had."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import activity, references, rights
from crm_core.agents import Actor
from crm_core.company import company_of
from crm_core.contacts.contacts import Contact
from crm_core.errors import Invalid, Refused
from crm_core.support import knowledge, replies
from crm_core.support.knowledge import Article, ArticleEdition, ArticleToken, Audience
from crm_core.support.replies import Told
from crm_core.support.tickets import LONGEST_BODY, LONGEST_SUBJECT, Ticket


async def add_article(
    session: AsyncSession,
    actor: Actor,
    *,
    title: str,
    body: str,
    language: str,
    now: datetime,
    audience: Audience = Audience.PUBLIC,
) -> Article:
    """A draft, until it is published. Raises Invalid for an empty text."""
    rights.require(actor, "article.add")
    article = Article(audience=audience, edition=1, version=1, created_at=now, updated_at=now)
    session.add(article)
    await session.flush()
    await _write(session, actor, article.id, 1, language, title, body, now)
    await activity.created(session, actor, article, "article.added", now)
    await knowledge.rebuild(session, article.id, await editions(session, article))
    return article


async def edit_article(
    session: AsyncSession,
    actor: Actor,
    article_id: int,
    *,
    body: str,
    language: str,
    now: datetime,
    title: str | None = None,
) -> Article:
    """A new edition; the title stays unless a new one is given. Raises Invalid where there is none in the language."""
    rights.require(actor, "article.edit")
    article = cast("Article", await references.lock(session, "article", article_id))
    known = {edition.language: edition.title for edition in await editions(session, article)}
    number = article.edition + 1
    await _write(session, actor, article_id, number, language, title or known.get(language, ""), body, now)
    await activity.change(session, actor, article, "article.edited", now, edition=number)
    await knowledge.rebuild(session, article_id, await editions(session, article))
    return article


async def publish(session: AsyncSession, actor: Actor, article_id: int, now: datetime) -> Article:
    """What it says now, in every language."""
    rights.require(actor, "article.publish")
    article = cast("Article", await references.lock(session, "article", article_id))
    if article.published_edition == article.edition:
        raise Refused("article.already-published", ref=article.ref)
    await activity.change(session, actor, article, "article.published", now, published_edition=article.edition)
    return article


async def answer_with(session: AsyncSession, actor: Actor, ticket_id: int, article_id: int, now: datetime) -> Told:
    """In the customer's language where the article has it. Raises Refused for what is not for customers."""
    rights.require(actor, "article.read")
    article = cast("Article", await references.read(session, "article", article_id))
    if article.audience != Audience.PUBLIC:
        raise Refused("article.internal", ref=article.ref)
    if article.published_edition is None:
        raise Refused("article.unpublished", ref=article.ref)
    ticket = cast("Ticket", await references.lock(session, "ticket", ticket_id))
    contact = await session.get(Contact, ticket.contact_id) if ticket.contact_id is not None else None
    told = await text_of(session, article, contact.language if contact else None, upto=article.published_edition)
    answered = await replies.reply(session, actor, ticket_id, f"{told.title}\n\n{told.body}", now)
    await activity.record(session, actor, "article.used", "article", article.id, now, {"ticket": ticket_id})
    return answered


async def search(session: AsyncSession, actor: Actor, query: str, limit: int = 10) -> Sequence[Article]:
    """Every word of the query begins a word of the article; those with it in the title come first."""
    rights.require(actor, "article.read")
    return await knowledge.find(session, query, limit)


async def read_article(session: AsyncSession, actor: Actor, article_id: int) -> Article:
    """Raises NotFound."""
    rights.require(actor, "article.read")
    return cast("Article", await references.read(session, "article", article_id))


async def language_for(session: AsyncSession, actor: Actor, article_id: int, language: str) -> str:
    """In which of its languages it is shown to who speaks that one."""
    article = await read_article(session, actor, article_id)
    return (await text_of(session, article, language)).language


async def newest(session: AsyncSession, actor: Actor, limit: int = 10) -> Sequence[Article]:
    rights.require(actor, "article.read")
    return (await session.scalars(select(Article).order_by(Article.id.desc()).limit(limit))).all()


async def editions(session: AsyncSession, article: Article, upto: int | None = None) -> Sequence[ArticleEdition]:
    """The newest of each language, the latest written first."""
    newest = (
        select(ArticleEdition.language, func.max(ArticleEdition.number).label("number"))
        .where(ArticleEdition.article_id == article.id, ArticleEdition.number <= (upto or article.edition))
        .group_by(ArticleEdition.language)
        .subquery()
    )
    found = await session.scalars(
        select(ArticleEdition)
        .join(newest, ArticleEdition.number == newest.c.number)
        .where(ArticleEdition.article_id == article.id)
        .order_by(ArticleEdition.number.desc())
    )
    return found.all()


async def text_of(
    session: AsyncSession, article: Article, language: str | None, upto: int | None = None
) -> ArticleEdition:
    """In the language, else in the house's own, else in any it has."""
    by_language = {edition.language: edition for edition in await editions(session, article, upto)}
    for wanted in (language, company_of(session).language):
        if wanted in by_language:
            return by_language[wanted]
    return next(iter(by_language.values()))


async def on_undo(session: AsyncSession, article_id: int, _now: datetime) -> None:
    """An edition that was taken back is no version of the article."""
    article = await session.get_one(Article, article_id)
    later = (ArticleEdition.article_id == article_id, ArticleEdition.number > article.edition)
    await session.execute(delete(ArticleEdition).where(*later))
    await knowledge.rebuild(session, article_id, await editions(session, article))


async def remove_parts(session: AsyncSession, article_id: int) -> None:
    for part in (ArticleToken, ArticleEdition):
        await session.execute(delete(part).where(part.article_id == article_id))


async def _write(
    session: AsyncSession,
    actor: Actor,
    article_id: int,
    number: int,
    language: str,
    title: str,
    body: str,
    now: datetime,
) -> None:
    clean = " ".join(title.split())
    if not clean:
        raise Invalid("article.title-missing")
    if not body.strip():
        raise Invalid("article.body-missing")
    if len(clean) > LONGEST_SUBJECT or len(body) > LONGEST_BODY:
        raise Invalid("text.too-long", limit=LONGEST_SUBJECT if len(clean) > LONGEST_SUBJECT else LONGEST_BODY)
    session.add(
        ArticleEdition(
            article_id=article_id,
            number=number,
            language=language,
            title=clean,
            body=body.strip(),
            author=actor.name,
            created_at=now,
        )
    )
    await session.flush()
