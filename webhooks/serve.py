"""Running the processes: the web, the worker, or both in one; until a signal ends them."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import gc
import signal
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import structlog
from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError

import crm_core
from crm_core import schema
from crm_core.company import read_company
from crm_core.company.extensions import Extensions
from crm_core.db import Database
from intents import extensions
from intents.extensions import Fault
from webhooks import wake
from webhooks.app import build_app, build_channels, build_worker, drain
from webhooks.command_line import show_fault
from webhooks.complaints import Complaint
from webhooks.runtime import Runtime
from webhooks.settings import Settings

BACKLOG = 128
_log = structlog.get_logger(__name__)


@asynccontextmanager
async def open_runtime(settings: Settings) -> AsyncIterator[Runtime]:
    """For one command of the terminal: a database that is closed afterwards."""
    runtime = build_runtime(settings)
    for fault in runtime.faults:
        show_fault(f"Left out: {fault}")
    try:
        yield runtime
    finally:
        await runtime.database.close()


def build_runtime(settings: Settings) -> Runtime:
    """Raises CompanyFileError. What a company added is loaded with it."""
    crm_core.load()
    company = read_company(settings.offhook_config)
    faults = extensions.load(company.extensions)
    return Runtime(settings, company, Database(settings.database_url, company), faults=faults)


def load_extensions(settings: Settings) -> list[Fault]:
    """Those alone, also where there is no company file yet. Raises CompanyFileError for one that is wrong."""
    crm_core.load()
    file = settings.offhook_config
    return extensions.load(read_company(file).extensions if file.exists() else Extensions())


def _started(settings: Settings) -> Runtime:
    """For a process that goes on: what is left out is in its log."""
    runtime = build_runtime(settings)
    for fault in runtime.faults:
        _log.error("extension.left_out", at=fault.at, because=fault.text)
    return runtime


async def current_revision(runtime: Runtime) -> str | None:
    """Raises Complaint when the database does not answer."""
    try:
        return await schema.revision(runtime.database)
    except (SQLAlchemyError, OSError) as error:
        raise Complaint(f"The database does not answer ({type(error).__name__}). Check DATABASE_URL.") from error


async def require_migrated(runtime: Runtime) -> None:
    """Raises Complaint."""
    found = await current_revision(runtime)
    if found != schema.newest_revision():
        raise Complaint(f"The database is at revision {found or 'none'}: run `offhook migrate` first.")


async def serve(settings: Settings, *, with_worker: bool) -> None:
    """Until SIGTERM or Ctrl-C; what is in hand is finished first."""
    runtime = _started(settings)
    await require_migrated(runtime)
    channels = build_channels(runtime)
    worker = build_worker(runtime, channels) if with_worker else None
    with _only_worker(runtime) if with_worker else contextlib.nullcontext():
        try:
            runner = await listen(build_app(runtime, channels, worker), settings)
        except OSError as error:
            await runtime.database.close()
            raise Complaint(f"Cannot listen on {settings.host}:{settings.port}: {error.strerror}.") from error
        try:
            async with wake.listening(runtime):
                await until_signal()
        finally:
            await runner.cleanup()


async def listen(app: web.Application, settings: Settings) -> web.AppRunner:
    """Raises OSError when the address cannot be listened on."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    # Before the worker starts: a server that cannot listen must not have touched anything.
    bound = socket.create_server((settings.host, settings.port), family=family, backlog=BACKLOG)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=5.0)
    await runner.setup()
    await web.SockSite(runner, bound, backlog=BACKLOG).start()
    # What was loaded at the start stays for good: the collector need not look at it again on every full pass.
    gc.collect()
    gc.freeze()
    return runner


async def work(settings: Settings) -> None:
    """A worker without routes; any number of them share a PostgreSQL."""
    runtime = _started(settings)
    await require_migrated(runtime)
    channels = build_channels(runtime)
    worker = build_worker(runtime, channels)
    with _only_worker(runtime):
        task = asyncio.create_task(worker.run())
        try:
            async with wake.listening(runtime), channels.running():
                await until_signal()
        finally:
            await drain(worker, task)
            await channels.close()
            await runtime.database.close()


@contextlib.contextmanager
def _only_worker(runtime: Runtime) -> Iterator[None]:
    """On SQLite one process works: a second would take over what the first has in hand. Raises Complaint."""
    if not runtime.database.is_sqlite:
        yield
        return
    with Path(f"{runtime.database.url.database}.worker").open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            said = "Another process works on this SQLite file already. On PostgreSQL any number may."
            raise Complaint(said) from error
        yield


async def until_signal() -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    with contextlib.suppress(asyncio.CancelledError):
        await stop.wait()
