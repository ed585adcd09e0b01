"""The stand-in as a server on loopback."""

from __future__ import annotations

from aiohttp import web

from telephony.simulator import control, rest
from telephony.simulator.network import Network


class FakeTwilio(Network):
    _runner: web.AppRunner | None = None

    async def start(self, port: int = 0) -> None:
        app = web.Application()
        app.add_routes([*rest.routes(self), *control.routes(self)])
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        self.api_url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        await super().stop()
        if self._runner is not None:
            await self._runner.cleanup()

    async def __aenter__(self) -> FakeTwilio:
        await self.start()
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.stop()
