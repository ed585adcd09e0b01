"""Whoever may hear a recording hears it through this server, and it is noted."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientError, web
from aiohttp.test_utils import TestServer
from sqlalchemy import select

from crm_core.activity import Activity
from crm_core.callcenter import arrivals, calls, listening, recordings
from crm_core.company import Company
from crm_core.db import Database
from tests import people
from tests.people import NOW, as_actor
from tests.product import ACCOUNT_SID, AUTH_TOKEN, BASE_URL, Product, running

SID = "RE" + "1" * 32
SOUND = bytes(range(256)) * 1000


class Carrier:
    """Gives one recording, to who signs in."""

    def __init__(self) -> None:
        self.url = ""
        self.status = 200
        self.breaks = False
        self.asked: list[tuple[str, str | None]] = []

    async def give(self, request: web.Request) -> web.StreamResponse:
        self.asked.append((request.path, request.headers.get("Range")))
        signed = b64encode(f"{ACCOUNT_SID}:{AUTH_TOKEN}".encode()).decode()
        assert request.headers["Authorization"] == f"Basic {signed}"
        if self.status != 200:
            return web.Response(status=self.status)
        response = web.StreamResponse(headers={"Content-Type": "text/html", "Content-Length": str(len(SOUND))})
        if request.headers.get("Range") == "bytes=10-19":
            headers = {"Content-Range": f"bytes 10-19/{len(SOUND)}"}
            return web.Response(body=SOUND[10:20], status=206, headers=headers)
        await response.prepare(request)
        await response.write(SOUND[: len(SOUND) // 2])
        if self.breaks:
            assert request.transport is not None
            request.transport.close()
            return response
        await response.write(SOUND[len(SOUND) // 2 :])
        return response


@pytest.fixture
async def carrier() -> AsyncIterator[Carrier]:
    carrier = Carrier()
    app = web.Application()
    app.router.add_get("/{path:.*}", carrier.give)
    async with TestServer(app) as server:
        carrier.url = str(server.make_url("")).rstrip("/")
        yield carrier


@pytest.fixture
async def product(database: Database, company: Company, carrier: Carrier) -> AsyncIterator[Product]:
    async with running(database, company, twilio_api_url=carrier.url) as found:
        yield found


async def _address(product: Product) -> str:
    async with product.database.transaction() as session:
        mira = as_actor(await people.add_agent(session))
        inbound = await arrivals.answer(session, "CA1", "+493023125010", "+493023125100", {}, NOW)
        call = await calls.lock_call(session, inbound.id)
        recording = await recordings.add_recording(session, call, SID, "https://elsewhere.example/x", 9, NOW)
        recording.agent_id = mira.agent_id
        await session.flush()
        address = await listening.open_address(session, mira, recording, NOW)
    assert address.startswith(f"{BASE_URL}/recordings/")
    return address.removeprefix(BASE_URL)


async def _heard(product: Product) -> list[str]:
    async with product.database.transaction() as session:
        found = await session.scalars(select(Activity.actor_name).where(Activity.verb == "recording.heard"))
        return list(found)


async def test_the_sound_comes_through_and_it_is_noted(product: Product, carrier: Carrier) -> None:
    response = await product.client.get(await _address(product))
    assert (response.status, await response.read()) == (200, SOUND)
    assert response.content_type == "audio/mpeg"
    assert response.headers["Cache-Control"] == "private, no-store"
    assert response.headers["Content-Disposition"] == 'inline; filename="CALL-1-1.mp3"'
    assert carrier.asked == [(f"/2010-04-01/Accounts/{ACCOUNT_SID}/Recordings/{SID}.mp3", None)]
    assert await _heard(product) == ["Mira Okafor"]


async def test_a_player_may_jump(product: Product, carrier: Carrier) -> None:
    address = await _address(product)
    response = await product.client.get(address, headers={"Range": "bytes=10-19"})
    assert (response.status, await response.read()) == (206, SOUND[10:20])
    assert response.headers["Content-Range"] == f"bytes 10-19/{len(SOUND)}"
    for part in ("bytes=10-19", "bytes=0-"):
        await product.client.get(address, headers={"Range": part})
    assert await _heard(product) == ["Mira Okafor"] * 2, "jumping is no other listening, beginning anew is"


async def test_what_is_no_range_is_not_passed_on(product: Product, carrier: Carrier) -> None:
    response = await product.client.get(await _address(product), headers={"Range": "lines=1-2"})
    assert (response.status, carrier.asked[0][1]) == (200, None)


@pytest.mark.parametrize(("status", "expected"), [(404, 404), (500, 502), (401, 502)])
async def test_what_the_carrier_does_not_give_is_said(
    product: Product, carrier: Carrier, status: int, expected: int
) -> None:
    carrier.status = status
    response = await product.client.get(await _address(product))
    assert (response.status, response.content_type) == (expected, "application/problem+json")


async def test_a_carrier_out_of_reach_is_said(product: Product, carrier: Carrier, company: Company) -> None:
    address = await _address(product)
    async with running(product.database, company, twilio_api_url="http://127.0.0.1:9") as unreachable:
        assert (await unreachable.client.get(address)).status == 502


async def test_half_a_recording_does_not_look_whole(product: Product, carrier: Carrier) -> None:
    carrier.breaks = True
    address = await _address(product)
    with pytest.raises(ClientError):
        await (await product.client.get(address)).read()


@pytest.mark.parametrize("token", ["A" * 32, "x", "..%2F..%2Fetc", "A" * 500])
async def test_another_token_opens_nothing(product: Product, carrier: Carrier, token: str) -> None:
    await _address(product)
    assert (await product.client.get(f"/recordings/{token}")).status == 404
    assert (carrier.asked, await _heard(product)) == ([], [])


async def test_the_token_is_not_kept(product: Product) -> None:
    token = (await _address(product)).removeprefix("/recordings/")
    async with product.database.transaction() as session:
        opened = await session.get_one(listening.Listening, 1)
    assert token not in opened.token_hash
