"""The baseline: aiohttp alone, with the signature check, the document and the same statements on the raw driver.

Run as `python -m tests.benchmarks.bare PORT DATABASE_URL CAPTURED_FILE`. With the port alone it answers every address
with signature check and document, and has no database.
"""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import asyncpg
from aiohttp import web
from twilio.request_validator import RequestValidator
from twilio.twiml.voice_response import Gather, VoiceResponse

from tests.benchmarks.capture import SID, Captured, load
from tests.product import AUTH_TOKEN

PROMPTS = [
    ("For English, press 9.", "en-US", "Polly.Joanna-Neural"),
    ("Willkommen bei Nordlicht Haustechnik.", "de-DE", "Polly.Vicki-Neural"),
    ("Guten Tag, Greta Sommer.", "de-DE", "Polly.Vicki-Neural"),
    (
        "Für Ihre Anliegen drücken Sie die 1, für ein neues Anliegen die 2, für ein Gespräch die 3, für eine Nachricht"
        " die 4. Oder sagen Sie es einfach.",
        "de-DE",
        "Polly.Vicki-Neural",
    ),
]


def document() -> bytes:
    response = VoiceResponse()
    gather = Gather(input="dtmf speech", num_digits=1, action="/twilio/ivr?step=1", method="POST", timeout=6,
                    speech_timeout="auto", language="de-DE", action_on_empty_result=True, barge_in=True,
                    hints="meine anliegen,meine tickets,status,stand,neues anliegen,problem")  # fmt: skip
    for text, language, voice in PROMPTS:
        gather.say(text, language=language, voice=voice)
    response.append(gather)
    return str(response).encode()


def fresh(parameters: tuple[Any, ...], sid: str, token: str, captured: Captured, receipt_id: int) -> list[Any]:
    """The captured values with this request's own names."""
    own = {captured.key: f"twilio:{token}"}
    values = [own.get(value, value.replace(SID, sid)) if isinstance(value, str) else value for value in parameters]
    if parameters is captured.statements[-1][1]:
        values[-1] = receipt_id
    return values


Run = Callable[[str, str], Awaitable[None]]


def main() -> None:
    port, *database = int(sys.argv[1]), *sys.argv[2:]
    app = web.Application()
    run = on_database(database[0], load(Path(database[1])), app) if database else nothing
    app.router.add_post("/twilio/{path:.*}", answering(port, run))
    app.router.add_get("/healthz", lambda _request: web.Response())  # type: ignore[arg-type,return-value]
    web.run_app(app, host="127.0.0.1", port=port, access_log=None, print=None)


def answering(port: int, run: Run) -> Callable[[web.Request], Awaitable[web.Response]]:
    validator = RequestValidator(AUTH_TOKEN)

    async def voice(request: web.Request) -> web.Response:
        form = dict(parse_qsl((await request.read()).decode(), keep_blank_values=True))
        address = f"http://127.0.0.1:{port}{request.raw_path}"
        if not validator.validate(address, form, request.headers["X-Twilio-Signature"]):
            return web.Response(status=403)
        body = document()
        await run(form.get("CallSid", ""), request.headers["I-Twilio-Idempotency-Token"])
        return web.Response(body=body, content_type="text/xml", charset="utf-8")

    return voice


async def nothing(_sid: str, _token: str) -> None:
    pass


def on_database(url: str, captured: Captured, app: web.Application) -> Run:
    return on_sqlite(url, captured) if url.startswith("sqlite") else on_postgres(url, captured, app)


def on_sqlite(url: str, captured: Captured) -> Run:
    connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "cache_size=-16000"):
        connection.execute(f"PRAGMA {pragma}")

    async def run(sid: str, token: str) -> None:
        receipt_id = 0
        connection.execute("BEGIN IMMEDIATE")
        for number, (statement, parameters) in enumerate(captured.statements):
            rows = connection.execute(statement, fresh(parameters, sid, token, captured, receipt_id)).fetchall()
            if number == 0:
                receipt_id = rows[0][0]
        connection.execute("COMMIT")

    return run


def on_postgres(url: str, captured: Captured, app: web.Application) -> Run:
    pool: Any = None

    async def open_pool(_app: web.Application) -> None:
        nonlocal pool
        pool = await asyncpg.create_pool(url, min_size=10, max_size=10)

    app.on_startup.append(open_pool)

    async def run(sid: str, token: str) -> None:
        receipt_id = 0
        async with pool.acquire() as connection, connection.transaction():
            for number, (statement, parameters) in enumerate(captured.statements):
                values = fresh(parameters, sid, token, captured, receipt_id)
                rows = await connection.fetch(statement, *values)
                if number == 0:
                    receipt_id = rows[0][0]

    return run


if __name__ == "__main__":
    main()
