"""Deliveries: each one is stored before it is acknowledged and handled once."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import LargeBinary, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_core.activity import Json
from crm_core.lease import Leased, State
from crm_core.outbox import insert_ignoring


class Receipt(Leased):
    """`key` is what the sender guarantees to repeat: Slack's event id, Telegram's update id, Twilio's token.

    `response` holds the answer of a webhook that is answered with content, so that a repeat gets the same bytes.
    """

    __tablename__ = "receipt"

    source: Mapped[str]
    key: Mapped[str] = mapped_column(unique=True)
    payload: Mapped[dict[str, Any]] = mapped_column(Json)
    response: Mapped[bytes | None] = mapped_column(LargeBinary)


@dataclass(frozen=True, slots=True)
class Delivered:
    """A receipt taken for an answer in the same transaction; `response` is set when it was answered before."""

    id: int
    response: bytes | None


async def receive(
    session: AsyncSession, source: str, key: str, address: str, payload: dict[str, Any], now: datetime
) -> bool:
    """Store a delivery to be worked off in the order of its address. False when it is already here."""
    row = _row(source, key, address, payload, now, State.PENDING)
    statement = insert_ignoring(session, Receipt.__table__).returning(Receipt.__table__.c.id)
    return (await session.execute(statement, row)).scalar() is not None


async def forget(session: AsyncSession, receipt: Receipt) -> None:
    """What it brought is not kept, only that it came."""
    emptied = update(Receipt).where(Receipt.id == receipt.id).values(payload={})
    await session.execute(emptied.execution_options(synchronize_session=False))


async def forget_all(session: AsyncSession, address: str) -> None:
    """Likewise of all that came from there so far."""
    emptied = update(Receipt).where(Receipt.address == address).values(payload={})
    await session.execute(emptied.execution_options(synchronize_session=False))


async def begin_answer(
    session: AsyncSession, source: str, key: str, address: str, payload: dict[str, Any], now: datetime
) -> Delivered:
    """Take a delivery that is answered in this transaction. A repeat at the same moment waits here for the first."""
    row = _row(source, key, address, payload, now, State.DONE)
    statement = insert_ignoring(session, Receipt.__table__).returning(Receipt.__table__.c.id)
    new_id = (await session.execute(statement, row)).scalar()
    if new_id is not None:
        return Delivered(new_id, None)
    table = Receipt.__table__
    known = (await session.execute(select(table.c.id, table.c.response).where(table.c.key == key))).one()
    return Delivered(known.id, known.response or b"")


_ANSWER = (
    update(Receipt.__table__)  # type: ignore[arg-type]
    .where(Receipt.__table__.c.id == bindparam("receipt_id"))
    .values(response=bindparam("answer"), done_at=bindparam("answered_at"))
)


async def answer(session: AsyncSession, delivered: Delivered, response: bytes, now: datetime) -> None:
    """Keep the bytes for a repeat."""
    await session.execute(_ANSWER, {"receipt_id": delivered.id, "answer": response, "answered_at": now})


def storable(value: Any) -> Any:
    """JSON that PostgreSQL takes as well: without NUL, halves of characters, or numbers that are none."""
    match value:
        case str():
            return value.replace("\x00", "").encode("utf-8", "replace").decode()
        case dict():
            return {storable(name): storable(inner) for name, inner in value.items()}
        case list():
            return [storable(inner) for inner in value]
        case float() if not math.isfinite(value):
            return None
        case _:
            return value


def _row(source: str, key: str, address: str, payload: dict[str, Any], now: datetime, state: State) -> dict[str, Any]:
    return {
        "source": source,
        "key": key,
        "address": address,
        "payload": storable(payload),
        "state": state,
        "due_at": now,
        "created_at": now,
        "attempts": 0,
    }
