"""The courier of Slack: posts answers, posts cards once and edits them in place from then on."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NoReturn
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.slack import blocks
from bot.slack.refusal import explained
from bot.slack.text import escaped, pages
from crm_core import cards as places
from crm_core import conversation, references
from crm_core.company import company_of
from crm_core.db import Database
from crm_core.message import say
from crm_core.outbox import Effect, EffectKind, TryLater, Undeliverable
from intents import cards, catalogue

TIMEOUT_SECONDS = 10
REAL_HOOKS = "hooks.slack.com"
PASSING = {"ratelimited", "internal_error", "fatal_error", "service_unavailable", "request_timeout"}


class SlackCourier:
    def __init__(self, database: Database, bot_token: str, api_url: str) -> None:
        self._database = database
        self._token = bot_token
        self._api_url = api_url
        self._session: aiohttp.ClientSession | None = None

    async def deliver(self, effect: Effect, now: datetime) -> None:
        match EffectKind(effect.kind):
            case EffectKind.CARD:
                await self._card(effect.payload, now)
            case EffectKind.NOTICE:
                await self._notice(effect.payload, now)
            case EffectKind.MESSAGE:
                await self._message(effect.payload["place"], effect.payload["text"])
            case EffectKind.POST:
                await self._post(dict(effect.payload))
            case _:
                raise Undeliverable(f"Slack cannot carry {effect.kind}")

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def _card(self, payload: dict[str, Any], now: datetime) -> None:
        """Drawn at this moment, whatever the record was like when the effect was written."""
        kind, record_id, place = payload["kind"], payload["record"], payload["place"]
        async with self._database.transaction() as session:
            known = await places.posted(session, kind, record_id, place)
            drawn = await cards.draw(session, kind, record_id, payload["language"], now)
            if drawn is None:
                ref = references.ref(kind, record_id)
                gone = catalogue.render(say("card.withdrawn", ref=ref), payload["language"], company_of(session).zone)
                drawn = cards.Drawn(gone, [])
                if known is None:
                    return
            tokens = await conversation.offer(session, blocks.offered(drawn.parts), None, now)
        text = blocks.plain(drawn.text)
        rows = blocks.blocks("" if drawn.parts else drawn.text, drawn.parts, tokens)
        channel = place.removeprefix("slack:")
        if known is not None:
            await self._call("chat.update", channel=channel, ts=known.message, text=text, blocks=rows)
            return
        answer = await self._call("chat.postMessage", channel=channel, text=text, blocks=rows, unfurl_links=False)
        async with self._database.transaction() as session:
            await places.remember(session, kind, record_id, place, str(answer["ts"]), now)

    async def _notice(self, payload: dict[str, Any], now: datetime) -> None:
        """To the person alone: Slack takes their number for the direct message with them."""
        async with self._database.transaction() as session:
            told = await cards.notice(session, payload, now)
            if told is None:
                return
            tokens = await conversation.offer(session, blocks.offered(told.parts), None, now)
        rows = blocks.blocks(told.text, told.parts, tokens)
        channel = payload["place"].removeprefix("slack:")
        text = blocks.plain(told.text)
        await self._call("chat.postMessage", channel=channel, text=text, blocks=rows, unfurl_links=False)

    async def _message(self, place: str, text: str) -> None:
        """To a customer, in their direct message with us."""
        channel = place.removeprefix("slack:")
        for page in pages(escaped(text), blocks.LONGEST_SECTION):
            rows = [blocks.section(page)]
            await self._call("chat.postMessage", channel=channel, text=page, blocks=rows, unfurl_links=False)

    async def _post(self, payload: dict[str, Any]) -> None:
        """Through the address that came with the question while it lasts, else to the person or the channel."""
        response_url, replaces = payload.pop("response_url", None), payload.pop("replaces", False)
        user = payload.pop("user", None)
        if response_url and self._is_slacks_own(response_url) and await self._respond(response_url, payload, replaces):
            return
        if user is not None:
            await self._call("chat.postEphemeral", user=user, **payload)
        else:
            await self._call("chat.postMessage", unfurl_links=False, **payload)

    async def _respond(self, url: str, payload: dict[str, Any], replaces: bool) -> bool:
        """False when the address does not work any more: five uses, thirty minutes."""
        hook = AsyncWebhookClient(url, session=self._http())
        try:
            answer = await hook.send(
                text=payload["text"], blocks=payload["blocks"], response_type="ephemeral", replace_original=replaces
            )
        except (aiohttp.ClientError, TimeoutError, OSError):
            return False
        return answer.status_code == 200

    def _is_slacks_own(self, url: str) -> bool:
        """The address is in a signed request; all the same nothing else than Slack (or its stand-in) is called."""
        parts, api = urlsplit(url), urlsplit(self._api_url)
        if parts.scheme == "https" and parts.hostname == REAL_HOOKS:
            return True
        return parts.scheme == api.scheme and parts.netloc == api.netloc

    async def _call(self, method: str, **arguments: Any) -> dict[str, Any]:
        client = AsyncWebClient(token=self._token, base_url=self._api_url, session=self._http(), retry_handlers=[])
        try:
            answer = await client.api_call(method, json=arguments)
        except SlackApiError as error:
            _refused(error)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise TryLater(f"Slack is out of reach ({type(error).__name__})") from error
        return dict(answer.data) if isinstance(answer.data, dict) else {}

    def _http(self) -> aiohttp.ClientSession:
        if self._session is None:
            # The SDK's own timeout does not reach a session that is given to it.
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT_SECONDS))
        return self._session


def _refused(error: SlackApiError) -> NoReturn:
    response = error.response
    code = str(response.get("error", "")) if isinstance(response.data, dict) else ""
    if response.status_code == 429 or code in PASSING or response.status_code >= 500:
        wait = response.headers.get("Retry-After", "")
        raise TryLater(f"Slack: {code or response.status_code}", float(wait) if wait.isdigit() else None) from error
    raise Undeliverable(f"Slack: {explained(code)}") from error
