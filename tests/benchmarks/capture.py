"""The SQL of one real inbound call, as the driver got it, so that the bare handler runs exactly the same."""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import event

from crm_core.company import Company
from crm_core.db import Database
from tests.product import running

SID, TOKEN = "CA-captured-call", "captured-token"
FORM = {"From": "+493023125010", "To": "+493023125100", "CallStatus": "ringing", "Direction": "inbound"}


@dataclass(frozen=True)
class Captured:
    """Statements with their bound values in order; `key` is the receipt's, the last value of all is its id."""

    statements: list[tuple[str, tuple[Any, ...]]]
    key: str


async def capture(database: Database, company: Company) -> Captured:
    statements: list[tuple[str, tuple[Any, ...]]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        statements.append((statement, tuple(bytes(v) if isinstance(v, memoryview) else v for v in parameters)))

    async with running(database, company) as product:
        engine = database.engine.sync_engine
        event.listen(engine, "before_cursor_execute", note)
        response = await product.twilio("/twilio/voice", token=TOKEN, CallSid=SID, **FORM)
        event.remove(engine, "before_cursor_execute", note)
        assert response.status == 200, await response.text()
    key = next(value for value in statements[0][1] if isinstance(value, str) and value.startswith("twilio:"))
    return Captured(statements, key)


def save(captured: Captured, file: Path) -> None:
    file.write_bytes(pickle.dumps(captured))


def load(file: Path) -> Captured:
    found = pickle.loads(file.read_bytes())
    assert isinstance(found, Captured)
    return found
