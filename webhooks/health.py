"""Health for load balancers and people: alive, ready, figures."""

from __future__ import annotations

import hmac
from ipaddress import ip_address

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy.exc import SQLAlchemyError

from crm_core import schema
from webhooks import metrics
from webhooks.errors import problem
from webhooks.runtime import Runtime
from webhooks.worker import waiting


def routes(runtime: Runtime) -> list[web.RouteDef]:
    async def alive(_request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def ready(_request: web.Request) -> web.Response:
        newest = schema.newest_revision()
        try:
            found = await schema.revision(runtime.database)
        except (SQLAlchemyError, OSError):
            return problem(503, "The database does not answer")
        if found != newest:
            return problem(503, "The database needs `offhook migrate`", f"It is at {found}, the code at {newest}.")
        return web.json_response({"status": "ready", "revision": found})

    async def figures(request: web.Request) -> web.Response:
        if not _may_read_figures(runtime, request):
            return problem(403, "Figures are for loopback or METRICS_TOKEN")
        async with runtime.database.reading() as session:
            for queue, count in (await waiting(session, runtime.clock())).items():
                metrics.WAITING.labels(queue).set(count)
        return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    return [web.get("/healthz", alive), web.get("/readyz", ready), web.get("/metrics", figures)]


def _may_read_figures(runtime: Runtime, request: web.Request) -> bool:
    """From this machine itself (and not handed on by a proxy here), or with the token."""
    token = runtime.settings.metrics_token
    if token is not None:
        expected = f"Bearer {token.get_secret_value()}".encode()
        return hmac.compare_digest(request.headers.get("Authorization", "").encode("utf-8", "replace"), expected)
    peer = request.remote
    is_forwarded = any(name in request.headers for name in ("X-Forwarded-For", "Forwarded", "X-Real-IP"))
    return peer is not None and ip_address(peer).is_loopback and not is_forwarded
