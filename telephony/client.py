"""Twilio's own REST client, on a base address that can be moved and with a timeout that holds."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote

from aiohttp import BasicAuth, ClientError, ClientResponse, ClientSession, ClientTimeout
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client

REAL_API = "https://api.twilio.com"
TIMEOUT_SECONDS = 10.0
LONGEST_SOUND_SECONDS = 600.0


class NoAnswer(Exception):
    """The request may or may not have been carried out."""


class _MovableHttpClient(AsyncTwilioHttpClient):  # type: ignore[misc]  # twilio ships no types
    """The official one ignores its timeout and knows only the real address."""

    def __init__(self, api_url: str) -> None:
        super().__init__(max_retries=None)
        self._api_url = api_url

    async def request(self, method: str, url: str, *arguments: Any, **options: Any) -> Response:
        moved = self._api_url + url.removeprefix(REAL_API) if url.startswith(REAL_API) else url
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                return await super().request(method, moved, *arguments, **options)
        except (TimeoutError, ClientError, OSError) as error:
            raise NoAnswer(type(error).__name__) from error


class TwilioClient:
    """Made when first used: the official client wants a running loop."""

    def __init__(self, account_sid: str, auth_token: str, api_url: str) -> None:
        self._account_sid = account_sid
        self._auth_token = auth_token
        self._api_url = api_url
        self._http: _MovableHttpClient | None = None
        self._client: Client | None = None
        self._session: ClientSession | None = None

    @property
    def rest(self) -> Client:
        if self._client is None:
            self._http = _MovableHttpClient(self._api_url)
            self._client = Client(self._account_sid, self._auth_token, http_client=self._http)
        return self._client

    @asynccontextmanager
    async def sound(self, recording_sid: str, part: str | None) -> AsyncIterator[ClientResponse]:
        """A recording as it comes; `part` is a Range header. Raises NoAnswer."""
        if self._session is None:
            timeout = ClientTimeout(LONGEST_SOUND_SECONDS, sock_connect=TIMEOUT_SECONDS, sock_read=TIMEOUT_SECONDS)
            self._session = ClientSession(timeout=timeout)
        account = f"{self._api_url}/2010-04-01/Accounts/{self._account_sid}"
        url = f"{account}/Recordings/{quote(recording_sid, safe='')}.mp3"
        headers = {"Range": part} if part else {}
        try:
            async with self._session.get(
                url, headers=headers, auth=BasicAuth(self._account_sid, self._auth_token)
            ) as found:
                yield found
        except (TimeoutError, ClientError, OSError) as error:
            raise NoAnswer(type(error).__name__) from error

    async def close(self) -> None:
        if self._http is not None:
            await self._http.close()
        if self._session is not None:
            await self._session.close()
