"""What a sender gets when something is wrong: a problem document (RFC 9457), never a trace."""

from __future__ import annotations

import secrets
import time
from collections.abc import Awaitable, Callable

import structlog
from aiohttp import web

from webhooks import metrics

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

log = structlog.get_logger()


def problem(status: int, title: str, detail: str = "", **more: str) -> web.Response:
    body = {"type": "about:blank", "title": title, "status": status, **({"detail": detail} if detail else {}), **more}
    return web.json_response(body, status=status, content_type="application/problem+json")


def _without_secrets(request: web.Request) -> str:
    """The route as it is written: a token in the address is not for the log."""
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else request.path


@web.middleware
async def answer_every_error(request: web.Request, handler: Handler) -> web.StreamResponse:
    """The outermost layer: times the request, and turns what was raised into a problem document."""
    started = time.perf_counter()
    try:
        response = await handler(request)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        response = problem(error.status, error.reason, error.text or "")
        response.headers.update({"Allow": error.headers["Allow"]} if "Allow" in error.headers else {})
    except Exception:
        reference = secrets.token_hex(4)
        log.exception("request.failed", reference=reference, path=_without_secrets(request))
        detail = "The reference finds it in the log."
        response = problem(500, "Something went wrong on our side", detail, reference=reference)
    resource = request.match_info.route.resource
    route = resource.canonical if resource is not None else "unknown"
    metrics.REQUEST_SECONDS.labels(route, response.status).observe(time.perf_counter() - started)
    return response
