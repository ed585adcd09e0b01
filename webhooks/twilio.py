"""Twilio's webhooks: verified, stored, answered with the same bytes when they come again."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import parse_qsl

from aiohttp import web
from multidict import MultiDict
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import inbox
from crm_core.callcenter import calls, carrier, ending, legs
from crm_core.callcenter.calls import Call
from crm_core.callcenter.legs import CallLeg
from crm_core.errors import CrmError, NotFound
from webhooks.errors import problem
from webhooks.runtime import Runtime
from webhooks.settings import revealed

XML = "text/xml"
EMPTY = b'<?xml version="1.0" encoding="UTF-8"?><Response/>'
LONGEST_ID = 100
BIGGEST_ID = 2**53


class Malformed(Exception):
    """Signed, but not what Twilio sends: the text says what is missing or wrong."""


@dataclass(frozen=True, slots=True)
class Hook:
    """One verified request: `form` as sent, `query` from our own callback address."""

    form: MultiDict[str]
    query: MultiDict[str]
    now: datetime

    @property
    def sid(self) -> str:
        sid = self.form.get("CallSid", "")
        if not sid or len(sid) > LONGEST_ID:
            raise Malformed("CallSid is missing")
        return sid

    def number(self, name: str, default: int | None = None) -> int:
        value = self.query.get(name, "")
        if not (value.isascii() and value.isdigit()):
            if default is not None:
                return default
            raise Malformed(f"{name} is missing in the address")
        return min(int(value[:20]), BIGGEST_ID)

    @property
    def seconds(self) -> int | None:
        value = self.form.get("CallDuration") or self.form.get("RecordingDuration") or ""
        return min(int(value[:10]), 2**31 - 1) if value.isascii() and value.isdigit() else None

    @property
    def at(self) -> datetime:
        """Twilio's own time of the event, where it sends one."""
        try:
            sent = parsedate_to_datetime(self.form["Timestamp"])
            return sent.replace(tzinfo=UTC) if sent.tzinfo is None else sent.astimezone(UTC)
        except (KeyError, ValueError, TypeError, OverflowError):
            return self.now


Answer = Callable[[AsyncSession, Hook], Awaitable[bytes]]


def routes(runtime: Runtime) -> list[web.AbstractRouteDef]:
    from telephony import agent_leg, ivr
    from telephony.signature import is_genuine
    from telephony.turn import Heard
    from telephony.voice import to_bytes

    token = revealed(runtime.settings.twilio_auth_token)
    base_url = runtime.settings.base_url

    async def voice(session: AsyncSession, hook: Hook) -> bytes:
        sid, raw_from, to = hook.sid, hook.form.get("From", ""), hook.form.get("To", "")
        return to_bytes(await ivr.begin(session, sid, raw_from[:LONGEST_ID], to[:LONGEST_ID], hook.now))

    async def step(session: AsyncSession, hook: Hook) -> bytes:
        call = await _call_by_sid(session, hook)
        heard = Heard(hook.form.get("Digits", "")[:1], hook.form.get("SpeechResult", ""))
        return to_bytes(await ivr.step(session, call, heard, hook.now))

    async def partial(session: AsyncSession, hook: Hook) -> bytes:
        stable, unstable = hook.form.get("StableSpeechResult", ""), hook.form.get("UnstableSpeechResult", "")
        said = f"{stable} {unstable}".strip()
        await ivr.heard_so_far(session, await _call(session, hook), said, hook.number("step", 0), hook.now)
        return EMPTY

    async def wait(session: AsyncSession, hook: Hook) -> bytes:
        call, step_, round_ = await _call(session, hook), hook.number("step", 0), hook.number("round", 0)
        return to_bytes(await ivr.wait(session, call, step_, round_, hook.now))

    async def wait_key(session: AsyncSession, hook: Hook) -> bytes:
        call, step_, round_ = await _call(session, hook), hook.number("step", 0), hook.number("round", 0)
        return to_bytes(await ivr.wait_key(session, call, hook.form.get("Digits", ""), step_, round_, hook.now))

    async def left(session: AsyncSession, hook: Hook) -> bytes:
        result = hook.form.get("QueueResult", "")
        return to_bytes(await ivr.left_queue(session, await _call(session, hook), result, hook.now))

    async def conference(session: AsyncSession, hook: Hook) -> bytes:
        return to_bytes(ivr.conference(await _call(session, hook)))

    async def farewell(session: AsyncSession, hook: Hook) -> bytes:
        return to_bytes(await ivr.farewell(session, await _call(session, hook), hook.now))

    async def again(session: AsyncSession, hook: Hook) -> bytes:
        return to_bytes(await ivr.again(session, await _call(session, hook), hook.form.get("Digits", ""), hook.now))

    async def voicemail(session: AsyncSession, hook: Hook) -> bytes:
        call, (sid, url) = await _call(session, hook), _recording(hook)
        return to_bytes(await ivr.left_message(session, call, sid, url, hook.seconds, hook.now))

    async def recording(session: AsyncSession, hook: Hook) -> bytes:
        call, (sid, url) = await _call(session, hook), _recording(hook)
        await ivr.recording_arrived(session, call, sid, url, hook.seconds, hook.now)
        return EMPTY

    async def agent(session: AsyncSession, hook: Hook) -> bytes:
        return to_bytes(await agent_leg.offer(session, await _leg(session, hook), hook.now))

    async def accept(session: AsyncSession, hook: Hook) -> bytes:
        digits = hook.form.get("Digits", "")
        return to_bytes(await agent_leg.decide(session, await _leg(session, hook), digits, hook.now))

    async def leg_status(session: AsyncSession, hook: Hook) -> bytes:
        status = _status(hook)
        if status is not None:
            leg = await _leg(session, hook)
            await agent_leg.report(session, leg, hook.sid, status, hook.at, hook.seconds, hook.now)
        return EMPTY

    async def status(session: AsyncSession, hook: Hook) -> bytes:
        reported = _status(hook)
        if reported is not None:
            raw_from, to = hook.form.get("From", "")[:LONGEST_ID], hook.form.get("To", "")[:LONGEST_ID]
            call = await calls.lock_or_begin(session, hook.sid, raw_from, to, hook.now)
            await ending.report(session, call, reported, hook.at, hook.seconds, hook.now)
        return EMPTY

    async def verified(request: web.Request) -> MultiDict[str] | web.Response:
        form = _form(await request.read())
        signed_for = form if form is not None else MultiDict()
        address = base_url + request.raw_path
        if not is_genuine(token, address, signed_for, request.headers.get("X-Twilio-Signature")):
            return problem(403, "The signature is not Twilio's")
        return form if form is not None else problem(400, "The body is not a UTF-8 form")

    def answered_by(answer: Answer) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handle(request: web.Request) -> web.Response:
            form = await verified(request)
            if isinstance(form, web.Response):
                return form
            hook = Hook(_storable(form), MultiDict(request.query), runtime.clock())
            try:
                body = await once(request, hook, answer)
            except Malformed as error:
                return problem(400, str(error))
            except NotFound as error:
                return problem(404, "There is no such call", error.message.id)
            except CrmError as error:
                body = to_bytes(ivr.apology(runtime.company, runtime.company.language, error.message))
            runtime.woken.set()
            return web.Response(body=body, content_type=XML, charset="utf-8")

        return handle

    async def once(request: web.Request, hook: Hook, answer: Answer) -> bytes:
        """Receipt, change and answer in one commit; a repeat waits for the first and gets its bytes."""
        key = _key(request, hook.form)
        async with runtime.database.transaction() as session:
            address = f"twilio:{hook.sid}"
            delivered = await inbox.begin_answer(session, "twilio", key, address, dict(hook.form), hook.now)
            if delivered.response is not None:
                return delivered.response
            body = await answer(session, hook)
            await session.flush()
            await inbox.answer(session, delivered, body, hook.now)
        return body

    async def fallback(request: web.Request) -> web.Response:
        form = await verified(request)
        if isinstance(form, web.Response):
            return form
        return web.Response(body=to_bytes(ivr.fallback(runtime.company)), content_type=XML, charset="utf-8")

    answers: dict[str, Answer] = {
        "voice": voice,
        "ivr": step,
        "partial": partial,
        "wait": wait,
        "wait-key": wait_key,
        "left": left,
        "conference": conference,
        "farewell": farewell,
        "again": again,
        "voicemail": voicemail,
        "recording": recording,
        "agent": agent,
        "agent/accept": accept,
        "leg": leg_status,
        "status": status,
    }
    hooks = [web.post(f"/twilio/{path}", answered_by(answer)) for path, answer in answers.items()]
    return [*hooks, web.post("/twilio/fallback", fallback)]


def _form(body: bytes) -> MultiDict[str] | None:
    """None for a body that is no UTF-8 form."""
    try:
        pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True, encoding="utf-8", errors="strict")
    except (UnicodeDecodeError, ValueError):
        return None
    return MultiDict(pairs)


def _storable(form: MultiDict[str]) -> MultiDict[str]:
    """PostgreSQL stores no NUL in a text, and nobody says one."""
    return MultiDict((name.replace("\x00", ""), value.replace("\x00", "")) for name, value in form.items())


def _key(request: web.Request, form: MultiDict[str]) -> str:
    """Twilio's own token for a repeated delivery; else the whole request, since one CallSid sends many."""
    token = request.headers.get("I-Twilio-Idempotency-Token")
    if token:
        return f"twilio:{hashlib.sha256(token.encode('utf-8', 'surrogateescape')).hexdigest()}"
    digest = hashlib.sha256(request.raw_path.encode("utf-8", "surrogateescape"))
    for name, value in sorted(form.items()):
        digest.update(f"\x1f{name}\x1e{value}".encode("utf-8", "surrogatepass"))
    return f"twilio:{digest.hexdigest()}"


def _status(hook: Hook) -> str | None:
    """None for a status that Twilio added after this was written: stored with the receipt, and not applied."""
    status = hook.form.get("CallStatus", "")
    if not status:
        raise Malformed("CallStatus is missing")
    return status if status in carrier.RANK else None


def _recording(hook: Hook) -> tuple[str, str]:
    sid, url = hook.form.get("RecordingSid", ""), hook.form.get("RecordingUrl", "")
    if not sid or not url.startswith(("https://", "http://")) or len(sid) > LONGEST_ID:
        raise Malformed("RecordingSid or RecordingUrl is missing")
    return sid, url


async def _call_by_sid(session: AsyncSession, hook: Hook) -> Call:
    call = await calls.lock_by_sid(session, hook.sid)
    if call is None:
        raise NotFound("call.unknown", ref=hook.sid[:40])
    return call


async def _call(session: AsyncSession, hook: Hook) -> Call:
    """By our own number in the address: a conference or queue may report under another CallSid."""
    return await calls.lock_call(session, hook.number("call"))


async def _leg(session: AsyncSession, hook: Hook) -> CallLeg:
    leg = await legs.lock_leg(session, hook.number("leg"))
    if leg is None:
        raise NotFound("call.unknown", ref=str(hook.number("leg")))
    return leg
