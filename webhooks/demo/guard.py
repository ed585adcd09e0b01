"""The demo's page gives the whole company away: only this machine's own browser may use it, and only from that page."""

from __future__ import annotations

from aiohttp import web
from aiohttp.typedefs import Middleware

from webhooks.errors import Handler, problem


def own_page_only(port: int) -> Middleware:
    """Refuses other Host names (DNS rebinding) and other Origins (a foreign page posting to loopback)."""
    hosts = {f"{name}:{port}" for name in ("127.0.0.1", "localhost")}
    origins = {f"http://{host}" for host in hosts}

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.host not in hosts:
            return problem(403, "The demo answers on loopback only")
        origin = request.headers.get("Origin")
        if origin is not None and origin not in origins:
            return problem(403, "The demo is used from its own page only")
        return await handler(request)

    return guard
