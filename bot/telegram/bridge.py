"""python-telegram-bot as a library: its bot speaks, its types read. The web server and the queue are our own."""

from __future__ import annotations

import asyncio
import os
import ssl
from functools import cache
from typing import cast

# Before the library is imported: `RetryAfter.retry_after` as a timedelta, as its next version will have it.
os.environ.setdefault("PTB_TIMEDELTA", "true")

import httpx
from telegram import Bot
from telegram.ext import Application, ApplicationBuilder
from telegram.request import HTTPXRequest

CONNECTIONS = 256


@cache
def _trusted() -> ssl.SSLContext:
    """Each client of its own would read all certificates again."""
    return httpx.create_ssl_context()


def _client(connections: int) -> HTTPXRequest:
    return HTTPXRequest(connection_pool_size=connections, httpx_kwargs={"verify": _trusted()})


class TelegramBridge:
    """Telegram may be down when we start: the bot introduces itself when it is first needed."""

    def __init__(self, token: str, api_url: str) -> None:
        builder = ApplicationBuilder().token(token).base_url(f"{api_url}/bot").base_file_url(f"{api_url}/file/bot")
        builder = builder.request(_client(CONNECTIONS)).get_updates_request(_client(1))
        self._application: Application = builder.updater(None).build()  # type: ignore[type-arg]
        self._ready = asyncio.Lock()
        self._initialized = False

    @property
    def bot(self) -> Bot:
        """For reading updates; `introduced()` for speaking."""
        return cast("Bot", self._application.bot)

    async def introduced(self) -> Bot:
        """Raises TelegramError while Telegram is out of reach."""
        async with self._ready:
            if not self._initialized:
                await self._application.initialize()
                self._initialized = True
        return self.bot

    async def close(self) -> None:
        if self._initialized:
            await self._application.shutdown()
