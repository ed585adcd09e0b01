"""Truly signed, and wrong all the same: whatever arrives gets an answer, and what leaves is well-formed."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from random import Random
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import aiohttp
import pytest
from sqlalchemy import select
from twilio.request_validator import RequestValidator

from crm_core.company import Company
from crm_core.db import Database
from crm_core.inbox import Receipt
from crm_core.lease import State
from tests import people
from tests.contracts import location, twiml
from tests.journeys.stage import LINE, Stage, set_stage
from tests.mutations import HOSTILE_TEXTS, mutated

DELIVERIES = 250
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
async def stage(database: Database, company: Company) -> AsyncIterator[Stage]:
    async with set_stage(database, company) as found:
        async with database.transaction() as session:
            await people.add_contact(session, "Greta Sommer", "030 23125010")
        await _an_ordinary_day(found)
        yield found


async def _an_ordinary_day(stage: Stage) -> None:
    """Deliveries of every kind, to be spoilt afterwards."""
    call = await stage.twilio.dial("+493023125010", LINE)
    await call.press("2")
    await call.say("The oven is cold")
    await call.press("1")
    await call.hang_up()
    await stage.work()
    card = next(message for message in stage.cards() if message.text.startswith("T-1"))
    await stage.slack.press(stage.mira, stage.channel, card.ts, "Claim")
    await stage.slack.slash(stage.mira, stage.channel, "open ticket the oven is cold")
    await stage.slack.mention(stage.mira, stage.channel, "show T-1")
    await stage.slack.message(stage.mira, stage.slack.direct_channel(stage.mira), "comment T-1 spare part ordered")
    await stage.telegram.text(stage.lena, "open ticket the oven is cold")
    await stage.work()


async def test_slack_is_answered_whatever_it_sends(stage: Stage) -> None:
    random = Random(1)
    bodies = [_opened(sent.sent_body) for sent in stage.slack.deliveries] + _recorded("slack/payloads")
    for _delivery in range(DELIVERIES):
        spoilt = mutated(random.choice(bodies), random)
        sent = await stage.slack.deliver(*_closed(spoilt))
        assert sent.status in {200, 400}, (sent.status, spoilt)
    await _settled(stage)


async def test_telegram_is_answered_whatever_it_sends(stage: Stage) -> None:
    random = Random(2)
    bodies = [json.loads(sent.sent_body) for sent in stage.telegram.deliveries] + _recorded("telegram/updates")
    for number in range(DELIVERIES):
        spoilt = mutated({**random.choice(bodies), "update_id": 10_000 + number}, random)
        sent = await stage.telegram.deliver(json.dumps(spoilt).encode())
        assert sent.status in {200, 400}, (sent.status, spoilt)
    await _settled(stage)


async def test_twilio_is_answered_whatever_it_sends(stage: Stage) -> None:
    random = Random(3)
    sent = [(delivery.url, dict(delivery.params)) for delivery in stage.twilio.deliveries]
    async with aiohttp.ClientSession() as http:
        for _delivery in range(DELIVERIES):
            url, form = random.choice(sent)
            spoilt = {name: str(value) for name, value in mutated(form, random).items()}
            status, body = await _post(http, stage, url, spoilt)
            assert status in {200, 400, 404}, (status, url, spoilt)
            if status == 200 and b"<Response/>" not in body:
                assert twiml.check(body.decode()) == [], (url, spoilt)
    await _settled(stage)


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
async def test_what_anybody_says_stays_text_in_every_mouth(stage: Stage, text: str) -> None:
    text = text.encode("utf-8", "ignore").decode()
    call = await stage.twilio.dial("+493023125010", LINE)
    await call.press("2")
    await call.say(text)
    await call.press("1")
    await stage.slack.slash(stage.mira, stage.channel, f"open ticket {text}")
    await stage.slack.message(stage.mira, stage.slack.direct_channel(stage.mira), f"comment T-1 {text}")
    await stage.telegram.text(stage.lena, f"open ticket {text}")
    await stage.telegram.text(stage.lena, "show T-1")
    await _settled(stage)


async def _post(http: aiohttp.ClientSession, stage: Stage, url: str, form: dict[str, str]) -> tuple[int, bytes]:
    path = urlsplit(url)
    address = f"{stage.base_url}{path.path}" + (f"?{path.query}" if path.query else "")
    body = urlencode(form, errors="replace").encode()
    heard = dict(parse_qsl(body.decode(), keep_blank_values=True))
    signature = RequestValidator(stage.twilio.auth_token).compute_signature(address, heard)
    headers = {"X-Twilio-Signature": signature, "Content-Type": FORM}
    async with http.post(address, data=body, headers=headers) as response:
        return response.status, await response.read()


async def _settled(stage: Stage) -> None:
    """All is worked off, what could not be read lies where people see it, and nothing that left was malformed."""
    await stage.work()
    async with stage.runtime.database.transaction() as session:
        assert set(await session.scalars(select(Receipt.state))) <= {State.DONE, State.DEAD}
    assert stage.violations() == []
    assert stage.twilio.errors == []


def _recorded(folder: str) -> list[dict[str, Any]]:
    files = sorted((location.contracts_directory() / folder).glob("*.json"))
    return [json.loads(file.read_text(encoding="utf-8")) for file in files]


def _opened(body: bytes) -> dict[str, Any]:
    """A delivery of Slack's as one object."""
    if body.startswith(b"{"):
        return dict(json.loads(body))
    form = dict(parse_qsl(body.decode(), keep_blank_values=True))
    return dict(json.loads(form["payload"])) if "payload" in form else form


def _closed(payload: dict[str, Any]) -> tuple[bytes, str]:
    """And back, in the envelope that Slack puts its kind into."""
    if "event" in payload or "challenge" in payload:
        return json.dumps(payload).encode(), "application/json"
    form = payload if "command" in payload else {"payload": json.dumps(payload)}
    return urlencode(form, errors="replace").encode(), FORM
