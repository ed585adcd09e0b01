"""From Slack's requests to receipts: Bolt sorts them, they are stored, and then acknowledged."""

from __future__ import annotations

import hashlib
import json
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

import structlog
from slack_bolt.async_app import AsyncApp, AsyncBoltContext, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult

from bot.slack.payload import Payload, is_direct, parsed, text_at
from bot.slack.signature import is_genuine
from crm_core import inbox
from crm_core.db import Database

Answer = tuple[int, str, bytes]
Ack = Callable[[], Awaitable[object]]
LONGEST_KEY = 200
_ANY = re.compile(".*", re.DOTALL)
# Set in a request's context by a listener: the answer that is given instead of the acknowledgement.
_INSTEAD = "offhook.instead"

log = structlog.get_logger()


class SlackBridge:
    """`handle` takes what arrived at /slack/events; the reader works off what it stored."""

    def __init__(
        self, *, signing_secret: str, bot_token: str, database: Database, clock: Callable[[], datetime]
    ) -> None:
        self._signing_secret = signing_secret
        self._bot_token = bot_token
        self._database = database
        self._clock = clock
        self._app = self._build()

    async def handle(self, body: bytes, headers: Mapping[str, str]) -> Answer:
        """403 for what Slack did not sign, 400 for what cannot be read: both write nothing. 503 asks to send again."""
        timestamp, signature = headers.get("X-Slack-Request-Timestamp"), headers.get("X-Slack-Signature")
        if not is_genuine(self._signing_secret, body, timestamp, signature, self._clock()):
            return _problem(403, "The signature is not Slack's")
        payload = parsed(body, headers.get("Content-Type", ""))
        if payload is None:
            return _problem(400, "The body is neither JSON nor a form with a JSON payload")
        if payload.get("type") == "url_verification":
            return 200, "text/plain", text_at(payload, "challenge").encode()
        return await self._dispatch(payload)

    async def _dispatch(self, payload: Payload) -> Answer:
        """What was read above is handed over as it is: Bolt's own reading loses commands that say "payload"."""
        try:
            request = AsyncBoltRequest(body=payload, mode="socket_mode")
            status = (await self._app.async_dispatch(request)).status
        except (TypeError, ValueError, AttributeError, LookupError) as error:
            return _unreadable(type(error).__name__)
        instead: Answer | None = request.context.get(_INSTEAD)
        if instead is not None:
            return instead
        if status >= 500:
            return _unreadable("Bolt")
        # Signed, but perhaps of a kind that nobody asked Slack for: sending it again would not help.
        return 200, "text/plain", b""

    def _build(self) -> AsyncApp:
        async def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
            # No auth.test: nothing at the start, and no webhook, waits for Slack.
            return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_token=self._bot_token)

        # Bolt's warnings quote what people wrote, and one says at each start that the token is ignored.
        quiet = logging.getLogger("offhook.slack")
        quiet.setLevel(logging.CRITICAL)
        app = AsyncApp(
            logger=quiet,
            signing_secret=self._signing_secret,
            authorize=authorize,
            process_before_response=True,
            ssl_check_enabled=False,
            request_verification_enabled=False,
            url_verification_enabled=False,
            ignoring_self_events_enabled=False,
        )
        app.command(_ANY)(self._store_command)
        app.action(_ANY)(self._store_press)
        app.event("app_mention")(self._store_message)
        app.event({"type": "message", "subtype": None})(self._store_message)
        app.event(_ANY)(_ignore)
        return app

    async def _store_command(self, ack: Ack, body: Payload, context: AsyncBoltContext) -> None:
        channel, user = text_at(body, "channel_id"), text_at(body, "user_id")
        if not channel or not user:
            context[_INSTEAD] = _problem(400, "A command needs channel_id and user_id")
            return
        await self._store("command", "trigger_id", channel, user, body, context)
        await ack()

    async def _store_press(self, ack: Ack, body: Payload, context: AsyncBoltContext) -> None:
        channel = text_at(body, "channel", "id") or text_at(body, "container", "channel_id")
        user = text_at(body, "user", "id")
        if channel and user:
            await self._store("action", "trigger_id", channel, user, body, context)
        await ack()

    async def _store_message(self, ack: Ack, body: Payload, context: AsyncBoltContext) -> None:
        """Mentions and direct messages of people; in channels we only listen when we are mentioned."""
        event = body.get("event")
        channel, user = text_at(event, "channel"), text_at(event, "user")
        is_ours = text_at(event, "type") == "app_mention" or is_direct(event)
        if channel and user and is_ours and not text_at(event, "bot_id"):
            await self._store("event", "event_id", channel, user, body, context)
        await ack()

    async def _store(
        self, kind: str, id_field: str, channel: str, user: str, body: Payload, context: AsyncBoltContext
    ) -> None:
        """Never raises: Bolt drops the acknowledgement of a listener that does."""
        key, address = f"slack:{kind}:{_key(body, id_field)}", f"slack:{channel}:{user}"[:LONGEST_KEY]
        # The verification token is a secret that nobody needs.
        payload = {name: value for name, value in body.items() if name != "token"} | {"kind": kind}
        try:
            async with self._database.transaction() as session:
                await inbox.receive(session, "slack", key, address, payload, self._clock())
        except Exception as error:
            log.error("slack.not-stored", error=type(error).__name__)
            context[_INSTEAD] = _problem(503, "This could not be stored: please send it again")


async def _ignore(ack: Ack) -> None:
    """Edits, joins, reactions, and what was never asked for."""
    await ack()


def _key(body: Payload, id_field: str) -> str:
    """Slack's own id, which a repeat carries as well, or a digest where there is none."""
    given = text_at(body, id_field)
    if given and len(given) <= LONGEST_KEY:
        return given
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()


def _unreadable(reason: str) -> Answer:
    log.warning("slack.unreadable", reason=reason)
    return _problem(400, "This is not of the shape that Slack documents")


def _problem(status: int, title: str) -> Answer:
    document = {"type": "about:blank", "title": title, "status": status}
    return status, "application/problem+json", json.dumps(document).encode()
