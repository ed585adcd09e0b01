"""What all token tables have in common: the folded words by which records are found, the same on either database."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from crm_core.db import BYTEWISE, Base
from crm_core.names import words

LONGEST_TOKEN = 60
MOST_WORDS = 6
LAST = "\U0010ffff"


def tokens_of(texts: Iterable[str | None]) -> set[str]:
    return {word[:LONGEST_TOKEN] for text in texts if text for word in words(text)}


def asked(query: str) -> list[str]:
    """The words of a question; more than a few narrow nothing any more."""
    return list(dict.fromkeys(word[:LONGEST_TOKEN] for word in words(query)))[:MOST_WORDS]


def within(token: InstrumentedAttribute[str], place: int) -> ColumnElement[bool]:
    """Begins like the word at a place of those given to `bounds`, so that one statement serves for any words.

    A range instead of LIKE: both databases use the index whatever their rules for LIKE are.
    """
    begin, end = bindparam(f"from{place}", type_=BYTEWISE), bindparam(f"to{place}", type_=BYTEWISE)
    return and_(token >= begin, token < end)


def bounds(words: Iterable[str]) -> dict[str, object]:
    """What a statement with `within` is given."""
    values: dict[str, object] = {}
    for place, word in enumerate(words):
        values |= {f"from{place}": word, f"to{place}": word + LAST}
    return values


async def exchange(
    session: AsyncSession, model: type[Base], owner: InstrumentedAttribute[int], owner_id: int, wanted: set[str]
) -> tuple[list[str], list[str]]:
    """The tokens that a record has to get, and those that it had and has no more, which are deleted."""
    token: Any = model.__table__.c.token
    had = set(await session.scalars(select(token).where(owner == owner_id)))
    gone = sorted(had - wanted)
    if gone:
        await session.execute(delete(model).where(owner == owner_id, token.in_(gone)))
    return sorted(wanted - had), gone
