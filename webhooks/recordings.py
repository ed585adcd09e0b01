"""A recording, for who may hear it: fetched from the carrier with our credentials and passed on as it comes."""

from __future__ import annotations

import re

from aiohttp import ClientResponse, web

from crm_core import references
from crm_core.callcenter import listening
from crm_core.callcenter.recordings import Recording
from telephony.client import NoAnswer, TwilioClient
from webhooks.errors import problem
from webhooks.runtime import Runtime

GIVEN = {200, 206, 416}
CHUNK = 64 * 1024
HEADERS = {
    "Cache-Control": "private, no-store",
    "Content-Type": "audio/mpeg",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}
PASSED_ON = ("Content-Length", "Content-Range", "Accept-Ranges")
_PART = re.compile(r"bytes=(\d*)-\d*\Z")


def routes(runtime: Runtime, client: TwilioClient) -> list[web.RouteDef]:
    async def listen(request: web.Request) -> web.StreamResponse:
        """The token in the address is what opens it, and only for a while."""
        part = _PART.match(request.headers.get("Range", ""))
        from_the_start = part is None or part[1] in {"", "0"}
        token = request.match_info["token"]
        async with runtime.database.transaction() as session:
            recording = await listening.hear(session, token, runtime.clock(), from_the_start=from_the_start)
        if recording is None or recording.sid is None:
            return problem(404, "Not Found")
        response: web.StreamResponse | None = None
        try:
            async with client.sound(recording.sid, part[0] if part is not None else None) as found:
                if found.status not in GIVEN:
                    return problem(404 if found.status == 404 else 502, "The carrier does not give the recording")
                response = web.StreamResponse(status=found.status, headers=_headers(recording, found))
                await response.prepare(request)
                async for chunk in found.content.iter_chunked(CHUNK):
                    await response.write(chunk)
        except NoAnswer:
            if response is None:
                return problem(502, "The carrier does not answer")
            # The head is out: only a broken connection tells that it is not whole.
            if request.transport is not None:
                request.transport.close()
            return response
        await response.write_eof()
        return response

    return [web.get(r"/recordings/{token:[\w\-]{16,64}}", listen, allow_head=False)]


def _headers(recording: Recording, found: ClientResponse) -> dict[str, str]:
    name = f"{references.ref('call', recording.call_id)}-{recording.id}.mp3"
    passed_on = {header: found.headers[header] for header in PASSED_ON if header in found.headers}
    return {**HEADERS, **passed_on, "Content-Disposition": f'inline; filename="{name}"'}
