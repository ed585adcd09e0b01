"""What an article is made of, and how it is found: a table of folded words, the same on either database."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_core import references
from crm_core.db import BYTEWISE, Base, Record
from crm_core.tokens import asked, bounds, tokens_of, within

_IN_TITLE, _IN_BODY = 3, 1


class Audience(enum.StrEnum):
    PUBLIC = "public"
    INTERNAL = "internal"


class Article(Record):
    """`edition` is the newest one that counts; customers get the newest up to `published_edition`."""

    __tablename__ = "article"

    audience: Mapped[str]
    edition: Mapped[int]
    published_edition: Mapped[int | None]
    __table_args__ = (
        CheckConstraint("audience IN ('public', 'internal')", name="audience"),
        {"sqlite_autoincrement": True},
    )

    @property
    def ref(self) -> str:
        return references.ref("article", self.id)


class ArticleEdition(Base):
    """One text in one language. Numbers are counted over all languages of an article."""

    __tablename__ = "article_edition"

    article_id: Mapped[int] = mapped_column(ForeignKey("article.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    language: Mapped[str]
    title: Mapped[str]
    body: Mapped[str] = mapped_column(Text)
    author: Mapped[str]
    created_at: Mapped[datetime]


class ArticleToken(Base):
    """A folded word of the newest edition in a language; one of the title weighs more."""

    __tablename__ = "article_token"

    token: Mapped[str] = mapped_column(BYTEWISE, primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id"), primary_key=True)
    weight: Mapped[int]
    __table_args__ = (Index("ix_article_token_article_id", "article_id"),)


async def rebuild(session: AsyncSession, article_id: int, texts: Sequence[ArticleEdition]) -> None:
    await session.execute(delete(ArticleToken).where(ArticleToken.article_id == article_id))
    weights = dict.fromkeys(tokens_of(text.body for text in texts), _IN_BODY)
    weights |= dict.fromkeys(tokens_of(text.title for text in texts), _IN_TITLE)
    rows = [{"token": token, "article_id": article_id, "weight": weights[token]} for token in sorted(weights)]
    if rows:
        await session.execute(insert(ArticleToken.__table__), rows)  # type: ignore[arg-type]


async def find(session: AsyncSession, query: str, limit: int) -> Sequence[Article]:
    """All words of the query begin words of the article, the best first."""
    wanted = asked(query)
    if not wanted:
        return []
    found = select(Article)
    weights = []
    for place in range(len(wanted)):
        holders = (
            select(ArticleToken.article_id, func.max(ArticleToken.weight).label("weight"))
            .where(within(ArticleToken.token, place))
            .group_by(ArticleToken.article_id)
            .subquery()
        )
        found = found.join(holders, holders.c.article_id == Article.id)
        weights.append(holders.c.weight)
    best = sum(weights[1:], start=weights[0])
    return (await session.scalars(found.order_by(best.desc(), Article.id).limit(limit), bounds(wanted))).all()
