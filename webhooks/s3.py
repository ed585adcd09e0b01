"""S3-compatible storage: signed requests (Signature Version 4), and the courier that carries files there."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit

import aiohttp

from crm_core import files
from crm_core.db import Database
from crm_core.outbox import Effect, EffectKind, TryLater, Undeliverable
from webhooks.settings import Settings, revealed

TIMEOUT_SECONDS = 60
ALGORITHM = "AWS4-HMAC-SHA256"
PATIENCE = {429, 503}
OWN_FAULT = 500


class StoreFault(Exception):
    """The store did not do it; `status` is None when it did not answer."""

    def __init__(self, status: int | None) -> None:
        super().__init__(f"the S3 store answered {status}" if status is not None else "the S3 store does not answer")
        self.status = status


@dataclass(frozen=True, slots=True)
class Keys:
    access_key: str
    secret_key: str
    region: str


def signed(method: str, url: str, headers: Mapping[str, str], body: bytes, keys: Keys, now: datetime) -> dict[str, str]:
    """The headers with those that the store checks. `url` has no query."""
    parts = urlsplit(url)
    stamp = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    digest = hashlib.sha256(body).hexdigest()
    sent = {**headers, "host": parts.netloc, "x-amz-content-sha256": digest, "x-amz-date": stamp}
    lowered = {name.lower(): " ".join(value.split()) for name, value in sent.items()}
    names = ";".join(sorted(lowered))
    lines = "".join(f"{name}:{lowered[name]}\n" for name in sorted(lowered))
    request = "\n".join([method, quote(parts.path or "/"), "", lines, names, digest])
    scope = f"{stamp[:8]}/{keys.region}/s3/aws4_request"
    text = "\n".join([ALGORITHM, stamp, scope, hashlib.sha256(request.encode()).hexdigest()])
    key = f"AWS4{keys.secret_key}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    signature = hmac.digest(key, text.encode(), "sha256").hex()
    credential = f"{keys.access_key}/{scope}"
    sent["authorization"] = f"{ALGORITHM} Credential={credential},SignedHeaders={names},Signature={signature}"
    return sent


class S3Store:
    """One object for each content, named by its digest. Addresses are written with the bucket in the path."""

    def __init__(self, endpoint: str, bucket: str, keys: Keys, clock: Callable[[], datetime]) -> None:
        self._base = f"{endpoint.rstrip('/')}/{bucket}"
        self._keys = keys
        self._clock = clock
        self._session: aiohttp.ClientSession | None = None

    async def put(self, digest: str, data: bytes) -> None:
        """Raises StoreFault."""
        await self._request("PUT", digest, data)

    async def get(self, digest: str) -> bytes | None:
        """None for what is not there, or is not what its name says. Raises StoreFault."""
        found = await self._request("GET", digest)
        return found if found is not None and hashlib.sha256(found).hexdigest() == digest else None

    async def delete(self, digest: str) -> None:
        """What is not there is as good as deleted. Raises StoreFault."""
        await self._request("DELETE", digest)

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _request(self, method: str, digest: str, body: bytes = b"") -> bytes | None:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT_SECONDS))
        url = f"{self._base}/{digest}"
        headers = signed(method, url, {}, body, self._keys, self._clock())
        try:
            async with self._session.request(method, url, headers=headers, data=body or None) as answer:
                found = await answer.read()
                if answer.status == 404 and method != "PUT":
                    return None
                if answer.status >= 300:
                    raise StoreFault(answer.status)
                return found
        except (TimeoutError, aiohttp.ClientError) as error:
            raise StoreFault(None) from error


class S3Courier:
    """Carries contents to the store, and deletes there what no file has any more. Each may be done twice."""

    def __init__(self, database: Database, store: S3Store) -> None:
        self._database = database
        self._store = store

    async def deliver(self, effect: Effect, now: datetime) -> None:
        digest = effect.address.removeprefix("s3:")
        try:
            match EffectKind(effect.kind):
                case EffectKind.STORE:
                    await self._carry(digest)
                case EffectKind.FORGET:
                    await self._forget(digest)
                case _:
                    raise Undeliverable(f"the S3 store cannot carry {effect.kind}")
        except StoreFault as fault:
            if fault.status is None or fault.status in PATIENCE or fault.status >= OWN_FAULT:
                raise TryLater(str(fault)) from fault
            raise Undeliverable(str(fault)) from fault

    async def _carry(self, digest: str) -> None:
        """The bytes leave the database when the store has them, and not before."""
        async with self._database.transaction() as session:
            data = await files.content(session, digest)
        if data is None:
            return
        await self._store.put(digest, data)
        async with self._database.transaction() as session:
            await files.let_go(session, digest)

    async def _forget(self, digest: str) -> None:
        """Somebody may have attached the same content again since."""
        async with self._database.transaction() as session:
            if await files.is_wanted(session, digest):
                return
        await self._store.delete(digest)


def open_store(settings: Settings, clock: Callable[[], datetime]) -> S3Store | None:
    """None when OFFHOOK_S3_* is not set."""
    if not settings.has_s3:
        return None
    keys = Keys(
        settings.offhook_s3_access_key or "", revealed(settings.offhook_s3_secret_key), settings.offhook_s3_region
    )
    return S3Store(settings.offhook_s3_endpoint or "", settings.offhook_s3_bucket or "", keys, clock)
