"""Finding tickets by the words that people remember."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from sqlalchemy import ColumnElement, Integer, Select, bindparam, exists, func, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, aliased

from crm_core import references, rights
from crm_core.agents import Actor
from crm_core.db import BYTEWISE, BigId
from crm_core.support import tokens
from crm_core.support.lists import PAGE
from crm_core.support.tickets import Ticket, TicketComment
from crm_core.support.tokens import TicketToken
from crm_core.tokens import asked, bounds, within

# From so many bearers on, the newest of them are looked up instead of sorting all.
MANY = 2000
MOST_SPELLINGS = 40
_NEWEST = 2**62


async def find_tickets(
    session: AsyncSession, actor: Actor, query: str, *, before_id: int | None = None, limit: int = PAGE
) -> Sequence[Ticket]:
    """Newest first, whatever their state: each word of the query begins a word of theirs. `T-7` and `#7` are that one.

    The next page begins before the last one's last id.
    """
    rights.require(actor, "ticket.read")
    named = references.parse(query, "ticket")
    the_one = await session.get(Ticket, named[1]) if named is not None and named[0] == "ticket" else None
    if the_one is not None and not query.strip().isdigit():
        return [the_one] if before_id is None else []
    hits = await by_words(session, query, before_id, limit)
    if the_one is None or before_id is not None:
        return hits
    # A bare number may be either: the ticket of that number comes first.
    return [the_one, *(hit for hit in hits if hit is not the_one)][:limit]


async def by_words(session: AsyncSession, query: str, before_id: int | None, limit: int) -> Sequence[Ticket]:
    """The rarest word leads; how it is looked up depends on how many bear it."""
    wanted = asked(query)
    bearers = await _bearers(session, wanted)
    if not wanted or not all(bearers.values()):
        return []
    lead, *others = sorted(wanted, key=lambda word: bearers[word])
    values: dict[str, object] = {"before": before_id or _NEWEST, "limit": limit, **bounds([*others, lead])}
    if bearers[lead] < MANY:
        return (await session.scalars(_of_a_rare_word(len(others)), values)).all()
    spellings = await _spellings(session, lead)
    if len(spellings) > MOST_SPELLINGS:
        return (await session.scalars(_from_the_newest(len(wanted)), values)).all()
    values |= {f"spelling{at}": spelling for at, spelling in enumerate(spellings)}
    return (await session.scalars(_newest_of_each(len(spellings), len(others)), values)).all()


async def index(session: AsyncSession, ticket_id: int) -> None:
    """Bring the search up to what is said of a ticket now; from nothing, too."""
    ticket = await session.get(Ticket, ticket_id)
    if ticket is None:
        return
    said = await session.scalars(select(TicketComment.body).where(TicketComment.ticket_id == ticket_id))
    own = [str(value) for value in ticket.custom.values()]
    await tokens.write(session, ticket_id, [ticket.subject, ticket.description, *own, *said])


async def _bearers(session: AsyncSession, wanted: Sequence[str]) -> dict[str, int]:
    """How often there are words that begin so, counted up to `MANY`."""
    if not wanted:
        return {}
    values = bounds(wanted) | {"many": MANY}
    found = await session.execute(_counted(len(wanted)), values)
    return dict(found.all())


async def _spellings(session: AsyncSession, word: str) -> Sequence[str]:
    """The known words that begin so; one more than `MOST_SPELLINGS` when there are more."""
    return (await session.scalars(_spelt(), bounds([word]) | {"most": MOST_SPELLINGS + 1})).all()


@lru_cache
def _counted(words: int) -> Select[str, int]:
    parts = []
    for at in range(words):
        some = select(TicketToken.ticket_id).where(within(TicketToken.token, at))
        some_of_them = some.limit(bindparam("many", type_=Integer)).subquery()
        count = select(func.count()).select_from(some_of_them).scalar_subquery()
        parts.append(select(bindparam(f"from{at}", type_=BYTEWISE).label("word"), count.label("bearers")))
    every = union_all(*parts).subquery()
    return select(every.c.word, every.c.bearers)


@lru_cache
def _spelt() -> Select[str]:
    """Each is found behind the one before it: read off the index they would come with every ticket that has them."""
    first = select(TicketToken.token).where(within(TicketToken.token, 0)).order_by(TicketToken.token).limit(1)
    known = select(first.scalar_subquery().label("token")).cte("known", recursive=True)
    later = select(TicketToken.token).where(TicketToken.token > known.c.token, within(TicketToken.token, 0))
    following = later.order_by(TicketToken.token).limit(1).scalar_subquery()
    known = known.union_all(select(following).where(known.c.token.is_not(None)))
    return select(known.c.token).where(known.c.token.is_not(None)).limit(bindparam("most", type_=Integer))


@lru_cache
def _of_a_rare_word(others: int) -> Select[Ticket]:
    bearer = aliased(TicketToken)
    # A sum is in no index: all who bear the word are read by it and sorted, instead of all tickets in their order.
    number = (bearer.ticket_id + 0).label("ticket_id")
    theirs = select(number).distinct().where(within(bearer.token, others), *_has(bearer.ticket_id, others))
    return _tickets(_page(theirs, number))


@lru_cache
def _newest_of_each(spellings: int, others: int) -> Select[Ticket]:
    parts = []
    for at in range(spellings):
        bearer = aliased(TicketToken)
        spelt = bearer.token == bindparam(f"spelling{at}", type_=BYTEWISE)
        page = _page(select(bearer.ticket_id).where(spelt, *_has(bearer.ticket_id, others)), bearer.ticket_id)
        parts.append(select(page.subquery().c.ticket_id))
    merged = union_all(*parts).subquery()
    newest = select(merged.c.ticket_id).distinct().order_by(merged.c.ticket_id.desc())
    return _tickets(newest.limit(bindparam("limit", type_=Integer)))


@lru_cache
def _from_the_newest(words: int) -> Select[Ticket]:
    """A beginning in so many spellings is in nearly every ticket."""
    every = aliased(Ticket)
    return _tickets(_page(select(every.id.label("ticket_id")).where(*_has(every.id, words)), every.id))


def _has(ticket_id: InstrumentedAttribute[int], words: int) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    for at in range(words):
        other = aliased(TicketToken)
        conditions.append(exists().where(other.ticket_id == ticket_id, within(other.token, at)))
    return conditions


def _page(query: Select[int], last: InstrumentedAttribute[int] | ColumnElement[int]) -> Select[int]:
    older = query.where(last < bindparam("before", type_=BigId))
    return older.order_by(last.desc()).limit(bindparam("limit", type_=Integer))


def _tickets(page: Select[int]) -> Select[Ticket]:
    ids = page.subquery()
    return select(Ticket).join(ids, ids.c.ticket_id == Ticket.id).order_by(Ticket.id.desc())
