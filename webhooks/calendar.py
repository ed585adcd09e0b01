"""The calendar of an agent, for the calendar programs of this world. The token in the address is what opens it."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from urllib.parse import urlsplit

from aiohttp import web

from crm_core import agenda, calendars
from crm_core.agenda import Entry
from webhooks import icalendar
from webhooks.errors import problem
from webhooks.icalendar import Event
from webhooks.runtime import Runtime

HORIZON = timedelta(days=90)
# A task takes no time that is known; an event without any is not drawn.
SHORTEST = timedelta(minutes=15)
HEADERS = {"Cache-Control": "private, max-age=300", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}


def routes(runtime: Runtime) -> list[web.RouteDef]:
    host = urlsplit(runtime.settings.base_url).hostname or "offhook"

    async def feed(request: web.Request) -> web.Response:
        now = runtime.clock()
        async with runtime.database.reading() as session:
            actor = await calendars.reader(session, request.match_info["token"])
            if actor is None:
                return problem(404, "Not Found")
            entries = await agenda.dated(session, actor, now, now + HORIZON)
        body = icalendar.calendar(f"{runtime.company.name}: {actor.name}", [_event(entry, host) for entry in entries])
        tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        headers = {**HEADERS, "ETag": tag}
        if tag in request.headers.get("If-None-Match", ""):
            return web.Response(status=304, headers=headers)
        return web.Response(body=body, headers={**headers, "Content-Type": "text/calendar; charset=utf-8"})

    return [web.get(r"/calendar/{token:[\w\-]{16,64}}.ics", feed)]


def _event(entry: Entry, host: str) -> Event:
    assert entry.at is not None, "only what has a time is asked for"
    return Event(
        uid=f"{entry.ref.lower()}@{host}",
        begins=entry.at,
        ends=max(entry.ends_at or entry.at, entry.at + SHORTEST),
        summary=f"{entry.ref} {entry.text}",
        changed_at=entry.changed_at,
        description=entry.private,
    )
