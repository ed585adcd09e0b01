"""Slack's one address: slash commands, events and presses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from webhooks.runtime import Runtime

if TYPE_CHECKING:
    # Slack's SDK is imported only where Slack is configured.
    from bot.slack.bridge import SlackBridge


def routes(runtime: Runtime, bridge: SlackBridge) -> list[web.AbstractRouteDef]:
    async def events(request: web.Request) -> web.Response:
        status, content_type, body = await bridge.handle(await request.read(), request.headers)
        runtime.woken.set()
        return web.Response(status=status, body=body, content_type=content_type.partition(";")[0])

    return [web.post("/slack/events", events)]
