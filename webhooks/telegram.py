"""Telegram's webhook: an update is stored, acknowledged and worked off later, in the order of its chat."""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web

from crm_core import inbox
from webhooks.errors import problem
from webhooks.runtime import Runtime
from webhooks.settings import revealed

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 (the header's name)


def routes(runtime: Runtime) -> list[web.AbstractRouteDef]:
    from bot.telegram.signature import is_genuine

    secret = revealed(runtime.settings.telegram_webhook_secret)

    async def update(request: web.Request) -> web.Response:
        if not is_genuine(secret, request.headers.get(SECRET_HEADER)):
            return problem(403, "The secret is not Telegram's")
        payload = _update(await request.read())
        if payload is None:
            return problem(400, "The body is not a JSON object with an update_id")
        key = f"telegram:{payload['update_id']}"
        async with runtime.database.transaction() as session:
            await inbox.receive(session, "telegram", key, f"telegram:{_chat(payload)}", payload, runtime.clock())
        runtime.woken.set()
        return web.json_response({})

    return [web.post("/telegram", update)]


def _update(body: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(body.decode("utf-8"))
    except (UnicodeDecodeError, ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or type(found.get("update_id")) is not int:
        return None
    return found


def _chat(payload: dict[str, Any]) -> str:
    """The conversation; updates without a chat stand in a line of their own."""
    for name in ("message", "edited_message", "callback_query"):
        part = payload.get(name)
        inner = part.get("message", part) if isinstance(part, dict) else None
        chat = inner.get("chat") if isinstance(inner, dict) else None
        if isinstance(chat, dict) and isinstance(chat.get("id"), int):
            return str(chat["id"])
    return "other"
