"""`offhook doctor`: what is set, what is missing, what is wrong, and what to do about it."""

from __future__ import annotations

import enum
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TypeAlias

import aiohttp
from rich.console import Console
from sqlalchemy.exc import SQLAlchemyError

from crm_core import agents, hold, schema
from crm_core.company import CompanyFileError
from intents import catalogue, extensions
from webhooks import transcriber
from webhooks.complaints import cause
from webhooks.rasa.client import describe as describe_rasa
from webhooks.runtime import Runtime
from webhooks.serve import build_runtime
from webhooks.settings import Settings, revealed

LIVE_SECONDS = 10.0
# Whether it is as it should be, and a sentence about it.
Checked: TypeAlias = "tuple[bool, str]"


class Verdict(enum.StrEnum):
    GOOD = "ok"
    OFF = "off"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    verdict: Verdict
    subject: str
    text: str


_MARKS = {Verdict.GOOD: "[green]✓[/]", Verdict.OFF: "[dim]○[/]", Verdict.WRONG: "[red]✗[/]"}


async def examine(settings: Settings, *, live: bool) -> bool:
    """Prints the findings; False when something is wrong."""
    console = Console(soft_wrap=True, highlight=False)
    healthy = True
    async for finding in _findings(settings, live=live):
        console.print(f"{_MARKS[finding.verdict]} {finding.subject:14}", end=" ")
        console.print(finding.text, markup=False)
        healthy = healthy and finding.verdict is not Verdict.WRONG
    return healthy


async def _findings(settings: Settings, *, live: bool) -> AsyncIterator[Finding]:
    try:
        runtime = build_runtime(settings)
    except CompanyFileError as error:
        yield Finding(Verdict.WRONG, "company file", str(error))
        return
    yield Finding(Verdict.GOOD, "company file", f"{settings.offhook_config}: {runtime.company.name}")
    for finding in (*_languages(runtime), *_extensions(runtime)):
        yield finding
    try:
        async for finding in _database(runtime):
            yield finding
    finally:
        await runtime.database.close()
    yield _public_address(settings)
    for finding in _channels(settings):
        yield finding
    if runtime.company.files.storage == "s3":
        yield _store(settings)
    yield _transcriber(settings)
    yield _rasa(settings)
    if live:
        async for finding in _live(runtime):
            yield finding


def _languages(runtime: Runtime) -> list[Finding]:
    """Those of the company that nobody has translated to: who speaks them is answered in English."""
    unknown = [one for one in runtime.company.languages if one not in catalogue.languages()]
    said = "has no folder: it is answered in English. See `offhook language check {}`."
    return [Finding(Verdict.WRONG, "languages", f"{one} {said.format(one)}") for one in unknown]


def _extensions(runtime: Runtime) -> list[Finding]:
    """Nothing where nobody added anything."""
    added = [one for one in extensions.loaded() if one.commands]
    found = [
        Finding(Verdict.GOOD, "own commands", f"{', '.join(one.name for one in each.commands)}: {each.source.name}")
        for each in added
    ]
    faults = [*runtime.faults, *extensions.clashes()]
    return found + [Finding(Verdict.WRONG, "own commands", str(fault)) for fault in faults]


async def _database(runtime: Runtime) -> AsyncIterator[Finding]:
    kind = "SQLite" if runtime.database.is_sqlite else "PostgreSQL"
    try:
        found = await schema.revision(runtime.database)
    except (SQLAlchemyError, OSError) as error:
        yield Finding(
            Verdict.WRONG, "database", f"{kind} does not answer ({type(error).__name__}). Check DATABASE_URL."
        )
        return
    if found != schema.newest_revision():
        yield Finding(Verdict.WRONG, "database", f"{kind} is at revision {found or 'none'}: run `offhook migrate`.")
        return
    yield Finding(Verdict.GOOD, "database", f"{kind} at revision {found}")
    async with runtime.database.transaction() as session:
        people = await agents.count(session)
        held = await hold.current(session)
    if held is not None:
        yield Finding(Verdict.WRONG, "outbox", f"is held ({held.reason}): look with `offhook outbox`, then release it.")
    if people:
        yield Finding(Verdict.GOOD, "people", f"{people} agents")
    else:
        yield Finding(Verdict.WRONG, "people", "nobody yet: run `offhook agents invite YOUR-NAME --role admin`.")


def _public_address(settings: Settings) -> Finding:
    if not settings.public_base_url:
        return Finding(Verdict.WRONG, "address", "PUBLIC_BASE_URL is not set: the services sign and call that address.")
    if not settings.public_base_url.startswith("https://"):
        return Finding(Verdict.WRONG, "address", f"{settings.public_base_url} is not https: the services refuse it.")
    return Finding(Verdict.GOOD, "address", settings.public_base_url)


def _channels(settings: Settings) -> list[Finding]:
    wanted = {
        "Twilio": ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"),
        "Slack": ("SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET"),
        "Telegram": ("TELEGRAM_BOT_TOKEN", "TELEGRAM_WEBHOOK_SECRET"),
    }
    return [_channel(settings, name, variables) for name, variables in wanted.items()]


def _channel(settings: Settings, name: str, variables: tuple[str, ...]) -> Finding:
    missing = [variable for variable in variables if getattr(settings, variable.lower()) is None]
    if not missing:
        return Finding(Verdict.GOOD, name, "is set")
    if len(missing) == len(variables):
        return Finding(Verdict.OFF, name, f"is off; {' and '.join(variables)} turn it on")
    return Finding(Verdict.WRONG, name, f"is half set: {', '.join(missing)} is missing")


def _store(settings: Settings) -> Finding:
    if settings.has_s3:
        return Finding(Verdict.GOOD, "files", f"lie in {settings.offhook_s3_endpoint}/{settings.offhook_s3_bucket}")
    said = (
        "offhook.yml wants them in S3, but OFFHOOK_S3_ENDPOINT, _BUCKET, _ACCESS_KEY and _SECRET_KEY are not all set."
    )
    return Finding(Verdict.WRONG, "files", f"{said} They stay in the database meanwhile.")


def _transcriber(settings: Settings) -> Finding:
    if not settings.has_transcriber:
        said = "is off; OFFHOOK_TRANSCRIBER_URL has voicemails written out"
        return Finding(Verdict.OFF, "transcriber", said)
    said = f"{settings.offhook_transcriber_model} at {settings.offhook_transcriber_url}"
    return Finding(Verdict.GOOD, "transcriber", f"is set: {said} writes out voicemails")


def _rasa(settings: Settings) -> Finding:
    if settings.rasa_url is None and settings.rasa_action_token is None:
        said = "is off; RASA_URL has a Rasa server understand people, RASA_ACTION_TOKEN lets one act here"
        return Finding(Verdict.OFF, "Rasa", said)
    if settings.rasa_action_token is not None and find_spec("rasa_sdk") is None:
        said = "RASA_ACTION_TOKEN is set, but rasa-sdk is missing: pip install '.[rasa]'"
        return Finding(Verdict.WRONG, "Rasa", said)
    does = "leads the conversations" if settings.is_driven else "understands people"
    served = f"{settings.rasa_url} {does}" if settings.rasa_url else "no server is asked"
    acting = f"actions at {settings.base_url}/rasa/webhook" if settings.rasa_action_token else "no actions"
    return Finding(Verdict.GOOD, "Rasa", f"is set: {served}, {acting}")


async def _live(runtime: Runtime) -> AsyncIterator[Finding]:
    settings = runtime.settings
    yield await _tried("round trip", lambda: _reach_ourselves(settings))
    if settings.has_twilio:
        yield await _tried("Twilio", lambda: _ask_twilio(runtime))
    if settings.has_slack:
        yield await _tried("Slack", lambda: _ask_slack(settings))
    if settings.has_telegram:
        yield await _tried("Telegram", lambda: _ask_telegram(settings))
    if settings.has_transcriber:
        yield await _tried("transcriber", lambda: transcriber.describe(settings))
    if settings.rasa_url is not None:
        yield await _tried("Rasa", lambda: describe_rasa(settings))


async def _tried(subject: str, check: Callable[[], Awaitable[Checked]]) -> Finding:
    """A live check tells what it found, or raises anything at all: that is the finding then."""
    try:
        is_good, text = await check()
    except Exception as error:  # whatever an SDK raises is what the person needs to read
        return Finding(Verdict.WRONG, subject, cause(error))
    return Finding(Verdict.GOOD if is_good else Verdict.WRONG, subject, text)


async def _reach_ourselves(settings: Settings) -> Checked:
    timeout = aiohttp.ClientTimeout(total=LIVE_SECONDS)
    async with aiohttp.ClientSession(timeout=timeout) as client:
        async with client.get(f"{settings.base_url}/readyz") as response:
            response.raise_for_status()
        if not settings.has_twilio:
            return True, f"{settings.base_url} answers"
        from telephony.signature import sign

        url = f"{settings.base_url}/twilio/fallback"
        signature = sign(revealed(settings.twilio_auth_token), url, {})
        async with client.post(url, data={}, headers={"X-Twilio-Signature": signature}) as response:
            response.raise_for_status()
    return True, f"{settings.base_url} answers, and takes a request signed for it"


async def _ask_twilio(runtime: Runtime) -> Checked:
    from telephony.account import describe
    from telephony.client import TwilioClient

    settings = runtime.settings
    token = revealed(settings.twilio_auth_token)
    client = TwilioClient(settings.twilio_account_sid or "", token, settings.twilio_api_url)
    try:
        number = settings.twilio_number or runtime.company.phone.number
        return await describe(client, number, f"{settings.base_url}/twilio/voice")
    finally:
        await client.close()


async def _ask_slack(settings: Settings) -> Checked:
    from bot.slack.account import describe

    return await describe(revealed(settings.slack_bot_token), settings.slack_api_url)


async def _ask_telegram(settings: Settings) -> Checked:
    from bot.telegram.account import describe

    token = revealed(settings.telegram_bot_token)
    return await describe(token, settings.telegram_api_url, f"{settings.base_url}/telegram")
