"""PostgreSQL's NOTIFY wakes this process's worker. It is only a hint: the worker's poll is the truth."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError

from webhooks.runtime import Runtime

CHANNEL = "offhook"
RECONNECT_SECONDS = 5.0

log = structlog.get_logger()


@asynccontextmanager
async def listening(runtime: Runtime) -> AsyncIterator[None]:
    """Nothing to do on SQLite, where one process does everything. A pooler that blocks LISTEN costs a second's poll."""
    if runtime.database.is_sqlite:
        yield
        return
    task = asyncio.create_task(_listen(runtime))
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _listen(runtime: Runtime) -> None:
    while True:
        try:
            async with runtime.database.engine.connect() as connection:
                raw = await connection.get_raw_connection()
                driver: Any = raw.driver_connection
                await driver.add_listener(CHANNEL, lambda *_arguments: runtime.woken.set())
                while not driver.is_closed():  # noqa: ASYNC110
                    await asyncio.sleep(RECONNECT_SECONDS)
        except (SQLAlchemyError, OSError) as error:
            log.warning("wake.not-listening", reason=type(error).__name__)
        await asyncio.sleep(RECONNECT_SECONDS)
