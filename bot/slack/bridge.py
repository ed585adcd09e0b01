"""From Slack's requests to receipts: Bolt sorts them, they are stored, and then acknowledged."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs

import structlog
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult

from bot.slack.signature import is_genuine
from crm_core import inbox
from crm_core.db import Database

Reply = tuple[int, str, bytes]
Body = dict[str, Any]
_ANY = re.compile(".*", re.DOTALL)

log = structlog.get_logger()


class SlackBridge:
    """`handle` takes what arrived at /slack/events; the reader works off what it stored."""

    def __init__(
        self, *, signing_secret: str, bot_token: str, api_url: str, database: Database, clock: Callable[[], datetime]
    ) -> None:
        self._signing_secret = signing_secret
        self._bot_token = bot_token
        self._database = database
        self._clock = clock
        self._app = self._build(signing_secret, api_url)

    async def handle(self, body: bytes, headers: Mapping[str, str]) -> Reply:
        """403 for what Slack did not sign, 400 for what cannot be read; both write nothing."""
        timestamp, signature = headers.get("X-Slack-Request-Timestamp"), headers.get("X-Slack-Signature")
        if not is_genuine(self._signing_secret, body, timestamp, signature, self._clock()):
            return _problem(403, "The signature is not Slack's")
        payload = _payload(body, headers.get("Content-Type", ""))
        if payload is None:
            return _problem(400, "The body is neither JSON nor a form with a JSON payload")
        if payload.get("type") == "url_verification":
            return 200, "text/plain", str(payload.get("challenge", "")).encode()
        answer = await self._app.async_dispatch(AsyncBoltRequest(body=body.decode("utf-8"), headers=dict(headers)))
        if answer.status == 404:
            # Signed, but of a kind that nobody asked Slack for: sending it again would not help.
            return 200, "application/json", b"{}"
        return answer.status, answer.first_headers().get("content-type", "text/plain"), (answer.body or "").encode()

    async def close(self) -> None:
        """Bolt keeps no connection of its own here: the courier does the talking."""

    def _build(self, signing_secret: str, api_url: str) -> AsyncApp:
        async def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
            # No auth.test: nothing at the start, and no webhook, waits for Slack.
            return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_token=self._bot_token)

        app = AsyncApp(
            signing_secret=signing_secret,
            authorize=authorize,
            process_before_response=True,
            ssl_check_enabled=False,
            request_verification_enabled=False,
            url_verification_enabled=False,
            ignoring_self_events_enabled=False,
        )
        app.command(_ANY)(self._store_command)
        app.action(_ANY)(self._store_action)
        app.event("app_mention")(self._store_event)
        app.event({"type": "message", "subtype": None})(self._store_event)
        app.event("message")(_ignore)
        return app

    async def _store_command(self, ack: Callable[[], Awaitable[Any]], body: Body) -> None:
        key = f"command:{body.get('trigger_id') or _digest(body)}"
        await self._store(ack, key, body.get("channel_id", ""), {"kind": "command", **body})

    async def _store_action(self, ack: Callable[[], Awaitable[Any]], body: Body) -> None:
        key = f"action:{body.get('trigger_id') or _digest(body)}"
        channel = (body.get("channel") or body.get("container") or {}).get("id", "")
        await self._store(ack, key, channel, {"kind": "action", **body})

    async def _store_event(self, ack: Callable[[], Awaitable[Any]], body: Body) -> None:
        key = f"event:{body.get('event_id') or _digest(body)}"
        await self._store(ack, key, body.get("event", {}).get("channel", ""), {"kind": "event", **body})

    async def _store(self, ack: Callable[[], Awaitable[Any]], key: str, channel: str, payload: Body) -> None:
        """Commit, then acknowledge. When the commit fails nothing is acknowledged and Slack sends again."""
        try:
            async with self._database.transaction() as session:
                await inbox.receive(session, "slack", f"slack:{key}", f"slack:{channel}", payload, self._clock())
        except Exception:
            # Bolt drops the acknowledgement of a listener that raises beside it; nothing may raise into it.
            log.exception("slack.not-stored")
            return
        await ack()


async def _ignore(ack: Callable[[], Awaitable[Any]]) -> None:
    """Edits, joins and other bots' messages."""
    await ack()


def _payload(body: bytes, content_type: str) -> Body | None:
    try:
        text = body.decode("utf-8")
        if "json" in content_type:
            found = json.loads(text)
        else:
            form = {name: values[0] for name, values in parse_qs(text, keep_blank_values=True, errors="strict").items()}
            found = json.loads(form["payload"]) if "payload" in form else form
    except (UnicodeDecodeError, ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and found else None


def _digest(body: Body) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()


def _problem(status: int, title: str) -> Reply:
    document = {"type": "about:blank", "title": title, "status": status}
    return status, "application/problem+json", json.dumps(document).encode()
