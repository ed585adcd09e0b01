"""The composition root: what is configured is built, given its routes, and closed again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aiohttp import web

from webhooks import calendar, health, quote_page, slack, telegram
from webhooks.complaints import Complaint
from webhooks.errors import answer_every_error
from webhooks.runtime import Runtime
from webhooks.settings import revealed
from webhooks.worker import Courier, Listen, Reader, Worker

if TYPE_CHECKING:
    from telephony.client import TwilioClient
    from webhooks.rasa.client import RasaClient
    from webhooks.rasa.courier import Post

LARGEST_BODY = 1024 * 1024
DRAIN_SECONDS = 8.0


@dataclass(slots=True)
class Channels:
    """The channels that are configured. An SDK is imported only when its channel is."""

    routes: list[web.AbstractRouteDef] = field(default_factory=list)
    readers: dict[str, Reader] = field(default_factory=dict)
    couriers: dict[str, Courier] = field(default_factory=dict)
    posts: dict[str, Post] = field(default_factory=dict)
    listen: Listen | None = None
    listen_by_phone: Listen | None = None
    beside: list[AbstractAsyncContextManager[None]] = field(default_factory=list)
    closing: list[Callable[[], Awaitable[None]]] = field(default_factory=list)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """With what runs beside them."""
        async with AsyncExitStack() as stack:
            for manager in self.beside:
                await stack.enter_async_context(manager)
            yield

    async def close(self) -> None:
        for close in self.closing:
            await close()


def build_channels(runtime: Runtime) -> Channels:
    channels = Channels()
    rasa = _add_rasa(runtime, channels) if runtime.settings.rasa_url is not None else None
    if not runtime.settings.is_driven:
        # Before the channels, which ask it.
        _add_listening(runtime, channels, rasa)
    if runtime.settings.has_twilio:
        _add_twilio(runtime, channels)
    if runtime.settings.has_slack:
        _add_slack(runtime, channels)
    if runtime.settings.has_telegram:
        _add_telegram(runtime, channels)
    if runtime.settings.has_s3:
        _add_s3(runtime, channels)
    if runtime.settings.rasa_action_token is not None:
        _add_actions(runtime, channels)
    return channels


def build_app(runtime: Runtime, channels: Channels, worker: Worker | None) -> web.Application:
    """`worker` runs beside the routes in this process, or None when `offhook work` does it elsewhere."""
    app = web.Application(middlewares=[answer_every_error], client_max_size=LARGEST_BODY)
    app.add_routes([*health.routes(runtime), *calendar.routes(runtime), *quote_page.routes(runtime), *channels.routes])

    async def running(_app: web.Application) -> AsyncIterator[None]:
        task = asyncio.create_task(worker.run()) if worker is not None else None
        async with channels.running():
            yield
        if worker is not None and task is not None:
            await drain(worker, task)
        await channels.close()
        await runtime.database.close()

    app.cleanup_ctx.append(running)
    return app


def build_worker(runtime: Runtime, channels: Channels) -> Worker:
    return Worker(runtime, channels.readers, channels.couriers, channels.listen)


async def drain(worker: Worker, task: asyncio.Task[None]) -> None:
    """Finish what is in hand; what is not done by then stays in the database under its lease."""
    worker.stop()
    _done, pending = await asyncio.wait([task], timeout=DRAIN_SECONDS)
    for unfinished in pending:
        unfinished.cancel()


def _add_twilio(runtime: Runtime, channels: Channels) -> None:
    from telephony.client import TwilioClient
    from telephony.courier import TwilioCourier
    from webhooks import recordings
    from webhooks.twilio.routes import TwilioRoutes

    settings = runtime.settings
    client = TwilioClient(
        settings.twilio_account_sid or "", revealed(settings.twilio_auth_token), settings.twilio_api_url
    )
    number = settings.twilio_number or runtime.company.phone.number
    courier = TwilioCourier(runtime.database, client, settings.base_url, number)
    channels.routes += [*TwilioRoutes(runtime, channels.listen_by_phone).table(), *recordings.routes(runtime, client)]
    channels.couriers["twilio"] = courier
    channels.closing.append(client.close)
    if settings.has_transcriber:
        _add_transcriber(runtime, channels, client)


def _add_transcriber(runtime: Runtime, channels: Channels, client: TwilioClient) -> None:
    from webhooks.transcriber import open_transcriber
    from webhooks.transcripts import TranscriptCourier

    transcriber = open_transcriber(runtime.settings)
    assert transcriber is not None, "checked by has_transcriber"
    channels.couriers["transcriber"] = TranscriptCourier(runtime.database, client, transcriber)
    channels.closing.append(transcriber.close)


def _add_slack(runtime: Runtime, channels: Channels) -> None:
    from bot.slack.bridge import SlackBridge
    from bot.slack.courier import SlackCourier
    from bot.slack.reader import SlackReader, post

    settings = runtime.settings
    bridge = SlackBridge(
        signing_secret=revealed(settings.slack_signing_secret),
        bot_token=revealed(settings.slack_bot_token),
        database=runtime.database,
        clock=runtime.clock,
    )
    courier = SlackCourier(runtime.database, revealed(settings.slack_bot_token), settings.slack_api_url)
    channels.routes += slack.routes(runtime, bridge)
    channels.readers["slack"] = SlackReader(is_driven=settings.is_driven)
    channels.couriers["slack"] = courier
    channels.posts["slack"] = post
    channels.closing.append(courier.close)


def _add_telegram(runtime: Runtime, channels: Channels) -> None:
    from bot.telegram.bridge import TelegramBridge
    from bot.telegram.courier import TelegramCourier
    from bot.telegram.reader import TelegramReader, post

    settings = runtime.settings
    bridge = TelegramBridge(revealed(settings.telegram_bot_token), settings.telegram_api_url)
    channels.routes += telegram.routes(runtime)
    channels.readers["telegram"] = TelegramReader(bridge, is_driven=settings.is_driven)
    channels.couriers["telegram"] = TelegramCourier(runtime.database, bridge)
    channels.posts["telegram"] = post
    channels.closing.append(bridge.close)


def _add_s3(runtime: Runtime, channels: Channels) -> None:
    from webhooks.s3 import S3Courier, open_store

    store = open_store(runtime.settings, runtime.clock)
    assert store is not None, "checked by has_s3"
    channels.couriers["s3"] = S3Courier(runtime.database, store)
    channels.closing.append(store.close)


def _add_actions(runtime: Runtime, channels: Channels) -> None:
    """Raises Complaint."""
    from webhooks.rasa import actions

    try:
        channels.routes += actions.routes(runtime)
    except ModuleNotFoundError as error:
        if not (error.name or "").startswith("rasa_sdk"):
            raise
        raise Complaint("RASA_ACTION_TOKEN is set, but rasa-sdk is missing: pip install '.[rasa]'.") from error


def _add_rasa(runtime: Runtime, channels: Channels) -> RasaClient:
    """The server either understands what is said or leads the conversation."""
    from webhooks.rasa.client import open_client
    from webhooks.rasa.courier import RasaCourier

    client = open_client(runtime.settings, runtime.clock)
    assert client is not None, "checked by build_channels"
    channels.closing.append(client.close)
    if runtime.settings.is_driven:
        channels.couriers["rasa"] = RasaCourier(runtime.database, client, channels.posts)
    return client


def _add_listening(runtime: Runtime, channels: Channels, rasa: RasaClient | None) -> None:
    from webhooks.listening import Listening, OwnListening, loading

    own = OwnListening(runtime)
    channels.beside.append(loading(own, runtime.settings.understanding))
    channels.listen = Listening(own, rasa).listen
    # What is spoken may be a PIN: it leaves the house to nobody.
    channels.listen_by_phone = own.listen
