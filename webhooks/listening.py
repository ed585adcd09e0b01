"""Our own understanding beside the channels: loaded in the background, and asked before a transaction is opened."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial

import structlog

from crm_core.errors import CrmError
from intents.understand import cache
from intents.understand.encoder import load_encoder
from intents.understand.grammar import LONGEST_ASK, understand
from intents.understand.listener import Listener, anything_shown
from intents.understand.meant import Meant
from intents.understand.own_models import cached_models, own_model, own_tagger
from webhooks.rasa.client import RasaClient, listening_to_rasa
from webhooks.runtime import Runtime
from webhooks.settings import Understanding

log = structlog.get_logger()


class OwnListening:
    """Until it has loaded, commands are understood by their examples alone. `when_needed`: what was learnt before is
    loaded by the first sentence that no example says, for one command of the terminal."""

    def __init__(self, runtime: Runtime, *, when_needed: bool = False) -> None:
        self._runtime = runtime
        self._listener: Listener | None = None
        self._when_needed = when_needed

    async def load(self) -> None:
        """From the cache, or learnt in a process beside; what fails is told in the log and changes nothing else."""
        started = time.perf_counter()
        try:
            self._listener = await _in_passing(_learnt)
        except CrmError as error:
            log.info("understanding.by-examples", because=error.message.id)
        except Exception:
            log.exception("understanding.failed")
        else:
            log.info("understanding.ready", seconds=round(time.perf_counter() - started, 1))

    async def listen(self, text: str) -> Meant | None:
        """None where nothing needs to be understood, or cannot be yet."""
        is_ready = self._listener is not None or self._when_needed
        if not is_ready or not any(map(str.isalpha, text)) or len(text) > LONGEST_ASK:
            return None
        understood = understand(text, self._runtime.company.language)
        if understood is not None and not understood.takes_any_words:
            return None
        if self._listener is None:
            self._listener, self._when_needed = await asyncio.to_thread(_cached), False
        if self._listener is None:
            return None
        heard = anything_shown(self._runtime.company, self._runtime.clock())
        return await asyncio.to_thread(self._listener.meaning, text, heard)


class Listening:
    """A Rasa server where there is one; what is built in where there is none, or it does not answer."""

    def __init__(self, own: OwnListening, rasa: RasaClient | None) -> None:
        self._own = own
        self._rasa = rasa

    async def listen(self, text: str) -> Meant | None:
        meant = await self._rasa.listen(text) if self._rasa is not None else None
        return meant or await self._own.listen(text)


@asynccontextmanager
async def loading(own: OwnListening, wanted: Understanding) -> AsyncIterator[None]:
    """In the background while a server runs."""
    task = asyncio.create_task(own.load()) if wanted is Understanding.MODEL else None
    yield
    if task is not None:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@asynccontextmanager
async def listening(runtime: Runtime) -> AsyncIterator[Listening]:
    """For one command of the terminal."""
    own = OwnListening(runtime, when_needed=runtime.settings.understanding is Understanding.MODEL)
    async with listening_to_rasa(runtime.settings) as rasa:
        yield Listening(own, rasa)


async def _in_passing(load: Callable[[], Listener]) -> Listener:
    """In a thread that nobody waits for when the server ends: a minute is too long for that."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[Listener] = loop.create_future()

    def run() -> None:
        try:
            found = load()
        except BaseException as error:
            _tell(loop, done, partial(done.set_exception, error))
        else:
            _tell(loop, done, partial(done.set_result, found))

    threading.Thread(target=run, name="understanding", daemon=True).start()
    return await done


def _tell(loop: asyncio.AbstractEventLoop, done: asyncio.Future[Listener], tell: Callable[[], None]) -> None:
    # The loop may have ended meanwhile.
    with suppress(RuntimeError):
        loop.call_soon_threadsafe(lambda: None if done.done() else tell())


def _learnt() -> Listener:
    tagger = own_tagger()
    return Listener(own_model(), load_encoder(cache.default_folder()), tagger)


def _cached() -> Listener | None:
    found = cached_models()
    return None if found is None else Listener(found[0], load_encoder(cache.default_folder()), found[1])
