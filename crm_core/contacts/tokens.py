"""The words by which contacts are found, and their misspellings.

A misspelling is met half-way: a word and what was typed lose one letter each, and meet when one typing error
(a letter wrong, missing, doubled or swapped with its neighbour) lies between them. Misspellings are kept once a word,
not once a contact.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from rapidfuzz.distance import OSA
from sqlalchemy import (
    CompoundSelect,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    bindparam,
    delete,
    func,
    literal,
    select,
    union_all,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_core.db import BYTEWISE, Base
from crm_core.tokens import bounds, exchange, tokens_of, within

SHORTEST_MET = 3
SHORTEST_MISSPELT = 4
LONGEST_MISSPELT = 24
MANY = 500
MOST_NEAR = 50
_ROWS_A_STATEMENT = 5000


class ContactToken(Base):
    """A folded word of a contact: search is a prefix of it, on either database."""

    __tablename__ = "contact_token"

    token: Mapped[str] = mapped_column(BYTEWISE, primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), primary_key=True)
    __table_args__ = (
        Index("ix_contact_token_contact_id", "contact_id", "token"),
        {"sqlite_with_rowid": False},
    )


class TokenVariant(Base):
    """A token with one letter taken out, and the token itself."""

    __tablename__ = "token_variant"

    variant: Mapped[str] = mapped_column(BYTEWISE, primary_key=True)
    token: Mapped[str] = mapped_column(BYTEWISE, primary_key=True)
    __table_args__ = (Index("ix_token_variant_token", "token"), {"sqlite_with_rowid": False})


def variants_of(token: str) -> set[str]:
    """Itself and every way to lose one letter; nothing for a number or what is too long, itself alone when short."""
    if len(token) < SHORTEST_MET or len(token) > LONGEST_MISSPELT or token.isdigit():
        return set()
    if len(token) < SHORTEST_MISSPELT:
        return {token}
    return {token} | {token[:at] + token[at + 1 :] for at in range(len(token))}


async def write(session: AsyncSession, contact_id: int, texts: Iterable[str | None]) -> None:
    """The tokens of one contact; those it had and has no more are gone, with misspellings nobody needs."""
    new, gone = await exchange(session, ContactToken, ContactToken.contact_id, contact_id, tokens_of(texts))
    await add(session, [(token, contact_id) for token in new])
    if gone:
        await _forget(session, gone)


async def add(session: AsyncSession, rows: Sequence[tuple[str, int]]) -> None:
    """(token, contact id): many at once, for imports too."""
    found = sorted({token for token, _ in rows})
    known: set[str] = set()
    for at in range(0, len(found), _ROWS_A_STATEMENT):
        part = found[at : at + _ROWS_A_STATEMENT]
        known |= set(await session.scalars(select(TokenVariant.token).where(TokenVariant.variant.in_(part)).distinct()))
    variants = [
        {"variant": variant, "token": token}
        for token in found
        if token not in known
        for variant in sorted(variants_of(token))
    ]
    await _insert(session, TokenVariant.__table__, variants)  # type: ignore[arg-type]
    holders = [{"token": token, "contact_id": contact_id} for token, contact_id in rows]
    await _insert(session, ContactToken.__table__, holders)  # type: ignore[arg-type]


@dataclass(slots=True)
class Typed:
    """A word as it was typed: how many contacts bear a word that begins so (counted up to `MANY`), and the known
    words one typing error away.
    """

    word: str
    bearers: int = 0
    near: list[str] = field(default_factory=list)


async def look_up(session: AsyncSession, typed: Mapping[str, str]) -> list[Typed]:
    """One statement for all words; they come folded, each with the letters that were typed."""
    found = {word: Typed(word) for word in typed}
    tried: dict[str, list[str]] = {}
    for word in found:
        for variant in variants_of(word) | variants_of(typed[word]):
            tried.setdefault(variant, []).append(word)
    values = bounds(found) | {"variants": sorted(tried) or [""]}
    for variant, token, bearers in await session.execute(_looked_up(len(found)), values):
        if bearers is not None:
            found[variant].bearers = bearers
            continue
        for word in tried[variant]:
            if token != word and any(OSA.distance(token, one, score_cutoff=1) <= 1 for one in (word, typed[word])):
                found[word].near.append(token)
    for one in found.values():
        one.near = sorted(set(one.near))[:MOST_NEAR]
    return list(found.values())


@lru_cache
def _looked_up(count: int) -> CompoundSelect[Any]:
    """Rows of (word, null, bearers) and of (variant, token, null)."""
    variants = select(TokenVariant.variant, TokenVariant.token, literal(None, Integer).label("bearers")).where(
        TokenVariant.variant.in_(bindparam("variants", expanding=True))
    )
    parts = []
    for at in range(count):
        holders = select(ContactToken.contact_id).where(within(ContactToken.token, at))
        counted = select(func.count()).select_from(holders.limit(MANY).subquery()).scalar_subquery()
        parts.append(select(bindparam(f"from{at}", type_=BYTEWISE), literal(None, String), counted))
    return union_all(*parts, variants)


async def _forget(session: AsyncSession, tokens: Sequence[str]) -> None:
    held = set(await session.scalars(select(ContactToken.token).where(ContactToken.token.in_(tokens)).distinct()))
    if gone := [token for token in tokens if token not in held]:
        await session.execute(delete(TokenVariant).where(TokenVariant.token.in_(gone)))


async def _insert(session: AsyncSession, table: Table, rows: Sequence[dict[str, object]]) -> None:
    """Another process may write the same row at the same time."""
    make = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    if rows:
        await session.execute(make(table).on_conflict_do_nothing(), rows)
