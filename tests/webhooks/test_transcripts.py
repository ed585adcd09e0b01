"""A voicemail is fetched from the carrier, written out, and shown; whatever goes wrong on the way is said."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from pydantic import SecretStr
from sqlalchemy import select

from crm_core.activity import Activity
from crm_core.agents import SYSTEM
from crm_core.callcenter import recordings, transcripts
from crm_core.callcenter.recordings import Recording
from crm_core.company import Company
from crm_core.db import Database
from crm_core.lease import MOST_ATTEMPTS, State
from crm_core.outbox import Effect, EffectKind
from crm_core.privacy.privacy import erase
from telephony.simulator import lyrics
from tests import people
from tests.people import NOW
from tests.product import Product, running
from webhooks import transcripts as courier
from webhooks.demo.transcriber import FakeTranscriber

GRETA, LINE = "+493023125010", "+493023125100"
WORDS = "Hier ist Frau Sommer, die Heizung ist kalt"
SECOND = timedelta(seconds=1)


class Carrier:
    """Gives one sound; `statuses` are what the next requests get instead."""

    def __init__(self) -> None:
        self.url = ""
        self.sound = lyrics.tag(WORDS) + b"\xff\xfb"
        self.statuses: list[int] = []
        self.asked: list[str] = []

    async def give(self, request: web.Request) -> web.Response:
        self.asked.append(request.path.rpartition("/")[2])
        if self.statuses:
            return web.Response(status=self.statuses.pop(0))
        return web.Response(body=self.sound, content_type="audio/mpeg")


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
async def carrier() -> AsyncIterator[Carrier]:
    carrier = Carrier()
    app = web.Application()
    app.router.add_get("/{path:.*}", carrier.give)
    async with TestServer(app) as server:
        carrier.url = str(server.make_url("")).rstrip("/")
        yield carrier


@pytest.fixture
async def fake() -> AsyncIterator[FakeTranscriber]:
    async with FakeTranscriber("sk-secret") as fake:
        yield fake


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def product(
    database: Database, company: Company, carrier: Carrier, fake: FakeTranscriber, clock: Clock
) -> AsyncIterator[Product]:
    settings = {
        "twilio_api_url": carrier.url,
        "offhook_transcriber_url": fake.api_url,
        "offhook_transcriber_key": SecretStr(fake.key),
    }
    async with running(database, company, clock, **settings) as found:
        yield found


async def _leave_a_message(product: Product, *, seconds: str = "7") -> None:
    await product.twilio("/twilio/voice", CallSid="CA1", From=GRETA, To=LINE)
    made = {"RecordingSid": "RE1", "RecordingUrl": "https://api.twilio.com/RE1", "RecordingDuration": seconds}
    for path in ("voicemail?call=1", "recording?call=1"):
        answer = await product.twilio(f"/twilio/{path}", CallSid="CA1", From=GRETA, To=LINE, **made)
        assert answer.status == 200


async def _recording(product: Product) -> Recording:
    async with product.database.transaction() as session:
        return (await session.scalars(select(Recording))).one()


async def _effects(product: Product) -> list[tuple[str, str | None, int]]:
    async with product.database.transaction() as session:
        columns = (Effect.state, Effect.error, Effect.attempts)
        rows = await session.execute(select(*columns).where(Effect.kind == EffectKind.TRANSCRIBE))
        return [(state, error, attempts) for state, error, attempts in rows]


async def _work_through(product: Product, clock: Clock) -> None:
    """Until nothing of it waits any more, however long that takes."""
    while any(state == State.PENDING for state, _error, _attempts in await _effects(product)):
        await product.work()
        clock.now += timedelta(minutes=20)


async def test_it_is_written_out_once_however_often_it_is_reported(
    product: Product, fake: FakeTranscriber, carrier: Carrier
) -> None:
    await _leave_a_message(product)
    await product.work()
    assert (await _recording(product)).transcript == WORDS
    assert (len(fake.calls), carrier.asked) == (1, ["RE1.mp3"])
    assert await _effects(product) == [(State.DONE, None, 1)]


async def test_an_empty_one_is_not_sent_anywhere(product: Product, fake: FakeTranscriber) -> None:
    await _leave_a_message(product, seconds="0")
    await product.work()
    assert (await _effects(product), fake.calls) == ([], [])


async def test_without_a_transcriber_nothing_is_wished(database: Database, company: Company) -> None:
    async with running(database, company) as product:
        await _leave_a_message(product)
        assert await _effects(product) == []


async def test_a_sound_that_the_carrier_has_not_put_together_yet_is_fetched_later(
    product: Product, carrier: Carrier, clock: Clock
) -> None:
    carrier.statuses = [404, 404, 503]
    await _leave_a_message(product)
    await _work_through(product, clock)
    assert (await _recording(product)).transcript == WORDS
    assert await _effects(product) == [(State.DONE, "the carrier answered 503 for the recording", 4)]


async def test_a_sound_that_never_comes_is_given_up(product: Product, carrier: Carrier, clock: Clock) -> None:
    carrier.statuses = [404] * 50
    await _leave_a_message(product)
    await _work_through(product, clock)
    assert (await _recording(product)).unwritten == "no-sound"
    assert await _effects(product) == [(State.DEAD, "the carrier answered 404 for the recording", MOST_ATTEMPTS)]


async def test_a_transcriber_that_never_answers_is_given_up(
    product: Product, fake: FakeTranscriber, clock: Clock
) -> None:
    fake.fail_next("transcriptions", drop=True, times=50)
    await _leave_a_message(product)
    await _work_through(product, clock)
    assert (await _recording(product)).unwritten == "unreachable"
    [(state, error, attempts)] = await _effects(product)
    assert (state, attempts, len(fake.calls)) == (State.DEAD, MOST_ATTEMPTS, MOST_ATTEMPTS)
    assert error == "the transcriber does not answer (ServerDisconnectedError)"


async def test_a_busy_transcriber_is_left_alone_as_long_as_it_asks(
    product: Product, fake: FakeTranscriber, clock: Clock
) -> None:
    fake.fail_next("transcriptions", 429, retry_after=90)
    await _leave_a_message(product)
    await product.work()
    clock.now += timedelta(seconds=89)
    await product.work()
    assert (await _recording(product)).transcript is None
    clock.now += SECOND
    await product.work()
    assert (await _recording(product)).transcript == WORDS


async def test_one_that_is_always_busy_is_not_asked_for_ever(
    product: Product, fake: FakeTranscriber, clock: Clock
) -> None:
    fake.fail_next("transcriptions", 429, error="insufficient_quota", times=50)
    await _leave_a_message(product)
    await _work_through(product, clock)
    assert (await _recording(product)).unwritten == "unreachable"
    assert await _effects(product) == [(State.DEAD, "the transcriber answered 429 (insufficient_quota)", MOST_ATTEMPTS)]


async def test_a_sound_that_is_too_large_is_not_read_to_its_end(
    product: Product, carrier: Carrier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(courier, "LARGEST_SOUND", 10)
    await _leave_a_message(product)
    await product.work()
    assert (await _recording(product)).unwritten == "too-large"


async def test_silence_is_said_to_be_silence(product: Product, carrier: Carrier) -> None:
    carrier.sound = b"\xff\xfb"
    await _leave_a_message(product)
    await product.work()
    assert (await _recording(product)).unwritten == "silent"
    assert await _effects(product) == [(State.DONE, None, 1)]


async def test_when_it_is_released_after_all_it_is_written_out(
    product: Product, fake: FakeTranscriber, clock: Clock
) -> None:
    fake.key = "sk-other"
    await _leave_a_message(product)
    await product.work()
    assert (await _recording(product)).unwritten == "refused"
    fake.key = "sk-secret"
    async with product.database.transaction() as session:
        [effect] = await session.scalars(select(Effect).where(Effect.kind == EffectKind.TRANSCRIBE))
        effect.state, effect.due_at = State.PENDING, clock.now
    await product.work()
    found = await _recording(product)
    assert (found.transcript, found.unwritten) == (WORDS, None)


async def test_a_text_for_somebody_who_was_erased_meanwhile_is_kept_nowhere(
    product: Product, fake: FakeTranscriber
) -> None:
    async with product.database.transaction() as session:
        greta = (await people.add_contact(session)).id
    await _leave_a_message(product)
    async with product.database.transaction() as session:
        await erase(session, SYSTEM, greta, NOW)
    async with product.database.transaction() as session:
        await transcripts.written(session, 1, WORDS, NOW)
        assert (await session.scalars(select(Recording))).all() == []
        verbs = select(Activity.verb).where(Activity.verb.startswith("call.voicemail"))
        assert (await session.scalars(verbs)).all() == []
    await product.work()
    assert fake.calls == []


async def test_what_was_said_stands_in_the_recording_alone_and_in_no_log(
    product: Product, capsys: pytest.CaptureFixture[str]
) -> None:
    await _leave_a_message(product)
    await product.work()
    out, err = capsys.readouterr()
    assert "Heizung" not in out + err
    async with product.database.transaction() as session:
        told = (await session.execute(select(Activity.verb, Activity.data))).all()
        effects = (await session.scalars(select(Effect.payload))).all()
    assert ("call.voicemail-transcribed", {"recording": 1}) in [tuple(row) for row in told]
    assert "Heizung" not in f"{told}{effects}"


async def test_a_text_that_no_database_could_hold_is_kept_as_far_as_it_goes(product: Product) -> None:
    await _leave_a_message(product)
    async with product.database.transaction() as session:
        await transcripts.written(session, 1, f" \x00{'ä' * 50_000}\ud800", NOW)
    assert (await _recording(product)).transcript == "ä" * transcripts.LONGEST_TEXT


async def test_half_a_character_does_not_stand_in_the_way_of_the_rest(product: Product) -> None:
    await _leave_a_message(product)
    async with product.database.transaction() as session:
        await transcripts.written(session, 1, "kalt \ud83d", NOW)
    assert (await _recording(product)).transcript == "kalt ?"


async def test_the_card_is_drawn_anew_when_the_recording_goes(product: Product) -> None:
    await _leave_a_message(product)
    await product.work()
    async with product.database.transaction() as session:
        await recordings.forget(session, await session.get_one(Recording, 1), NOW)
        drawn = select(Effect.address).where(Effect.kind == EffectKind.CARD, Effect.state == State.PENDING)
        assert {address.rpartition(":")[2] for address in await session.scalars(drawn)} == {"ticket-1"}
