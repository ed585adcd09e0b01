"""The files of recordings."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from telephony.simulator.network import Network
from telephony.simulator.rest import recordings
from telephony.simulator.rest.endpoint import Refusal


class Media:
    def __init__(self, network: Network, is_authorised: Callable[[Network, web.Request], bool]) -> None:
        self._network = network
        self._is_authorised = is_authorised

    async def serve(self, request: web.Request) -> web.Response:
        """`.mp3`, or a WAV file with and without its ending. Not before the recording is finished."""
        if not self._is_authorised(self._network, request):
            return web.Response(status=401, headers={"WWW-Authenticate": 'Basic realm="Twilio API"'})
        sid, _dot, kind = request.match_info["recording"].partition(".")
        try:
            recording = recordings.living(self._network, sid)
        except Refusal:
            return web.Response(status=404)
        if kind not in {"", "wav", "mp3"} or recording.status != "completed":
            return web.Response(status=404)
        if kind == "mp3":
            return web.Response(body=recording.mp3(), content_type="audio/mpeg")
        return web.Response(body=recording.wav(), content_type="audio/x-wav")
