"""`offhook demo`: the whole product on stand-ins, in one process, on loopback."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from rich.console import Console

import crm_core
from crm_core import schema
from crm_core.company import read_company
from crm_core.db import Database
from intents import extensions
from webhooks.app import build_app, build_channels, build_worker
from webhooks.complaints import Complaint
from webhooks.console.playground import Playground
from webhooks.demo import company as sample
from webhooks.demo import guard, running, stand_ins
from webhooks.demo.running import Running
from webhooks.runtime import Runtime
from webhooks.serve import listen, until_signal

COMPANY_FILE = Path(__file__).parent.parent.parent / "offhook.yml"
REAL_TOKENS = ("SLACK_BOT_TOKEN", "TELEGRAM_BOT_TOKEN", "TWILIO_AUTH_TOKEN", "OFFHOOK_TRANSCRIBER_KEY")

console = Console()


async def demo(port: int) -> None:
    """Until Ctrl-C. Raises Complaint when real tokens are set or the port is taken."""
    _refuse_real_tokens()
    _name_what_is_ignored()
    crm_core.load()
    database_file = _fresh_database()
    plain_company = read_company(COMPANY_FILE)
    for fault in extensions.load(plain_company.extensions):
        console.print(f"Left out: {fault}", style="yellow", markup=False)
    key = secrets.token_urlsafe(16)
    services = await stand_ins.start(port, plain_company, key)
    try:
        company = stand_ins.adapted(plain_company, services)
        settings = stand_ins.settings(services, port, database_file, COMPANY_FILE)
        runtime = Runtime(settings, company, Database(settings.database_url, company))
        await _fill(runtime, services)
        await _run(
            runtime,
            services,
            Running(
                os.getpid(), port, settings.database_url, str(COMPANY_FILE.resolve()), services.twilio.api_url, key
            ),
        )
    finally:
        await services.stop()
        running.take_note_away()


async def _run(runtime: Runtime, services: stand_ins.StandIns, note: Running) -> None:
    channels = build_channels(runtime)
    app = build_app(runtime, channels, build_worker(runtime, channels))
    Playground(runtime, services).add_to(app)
    app.middlewares.insert(0, guard.own_page_only(runtime.settings.port))
    try:
        runner = await listen(app, runtime.settings)
    except OSError as error:
        await runtime.database.close()
        raise Complaint(f"Port {note.port} is taken. Try another one: PORT={note.port + 1} make run") from error
    running.leave_note(note)
    _greet(note.port, runtime.company.name)
    try:
        await until_signal()
    finally:
        await runner.cleanup()
        console.print("\nOffhook has stopped.")


async def _fill(runtime: Runtime, services: stand_ins.StandIns) -> None:
    await schema.migrate(runtime.database)
    async with runtime.database.transaction() as session:
        team = await sample.fill(session, runtime.clock())
        await stand_ins.link_team(session, services, team)


def _fresh_database() -> Path:
    running.FOLDER.mkdir(exist_ok=True)
    if running.find() is not None:
        raise Complaint("A demo runs in this folder already; stop it with Ctrl-C first.")
    file = (running.FOLDER / "demo.db").resolve()
    for leftover in running.FOLDER.glob("demo.db*"):
        leftover.unlink()
    return file


def _refuse_real_tokens() -> None:
    found = [name for name in REAL_TOKENS if os.environ.get(name)]
    if found:
        raise Complaint(
            f"The demo never mixes with real accounts, and {', '.join(found)} is set."
            " Unset it, or run `offhook serve` for the real thing."
        )


def _name_what_is_ignored() -> None:
    if os.environ.get("OFFHOOK_CONFIG"):
        console.print("OFFHOOK_CONFIG is not used here: the demo is about its own sample company.", style="yellow")


def _greet(port: int, company: str) -> None:
    console.print(f"\n[bold]Offhook is ready:[/] [link]http://127.0.0.1:{port}[/]")
    console.print(f"The sample company is {company}; it starts fresh each time.\n")
    console.print("  In the browser   place a call, claim its ticket in Slack, ask in Telegram")
    console.print("  In a terminal    .venv/bin/offhook chat")
    console.print('                   .venv/bin/offhook ask "wie läuft die pipeline?" --as Lena')
    console.print(f'                   .venv/bin/offhook call --from "{sample.CALLER}"')
    console.print(f'                   .venv/bin/offhook text --from "{sample.TEXTER}" "The heating is cold"')
    console.print("\n  Ctrl-C stops it.\n")
