"""How the network asks and tells: signed, numbered, in order and in time."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest
from aiohttp import web
from twilio.request_validator import RequestValidator

from telephony.client import TwilioClient
from tests.telephony.simulator.desk import ACCOUNT, GRETA, LINE, MIRA, TOKEN, Desk


async def test_every_request_is_signed_for_the_address_as_it_was_written(desk: Desk) -> None:
    desk.says["/voice"] = "<Redirect method='GET'>/a%2Fb?x=1%202&amp;y=%C3%BC</Redirect>"
    desk.says["/a/b"] = "<Redirect>/c?x=a+b&amp;x=c&amp;z=%C3%BC</Redirect>"
    await desk.network.dial(GRETA, LINE)
    assert [asked.path for asked in desk.asked] == ["/voice", "/a/b", "/c", "/status"]
    assert desk.forged == []


async def test_a_forged_request_would_be_noticed(desk: Desk) -> None:
    desk.network.deliverer.sign = lambda url, params: RequestValidator("x").compute_signature(url, params)  # type: ignore[method-assign]
    await desk.network.dial(GRETA, LINE)
    assert desk.forged == ["/voice", "/status"]
    desk.forged.clear()


async def test_each_delivery_has_a_token_of_its_own_and_a_repeated_one_the_same(desk: Desk) -> None:
    await desk.network.dial(GRETA, LINE)
    tokens = [asked.token for asked in desk.asked]
    assert len(set(tokens)) == len(tokens) == 2
    await desk.network.redeliver(desk.network.deliveries[0])
    assert desk.asked[-1].token == tokens[0]


async def test_what_a_call_is_asked_with(desk: Desk) -> None:
    call = await desk.network.dial(GRETA, LINE)
    assert desk.at("/voice") == [
        {
            "CallSid": call.sid,
            "AccountSid": ACCOUNT,
            "From": GRETA,
            "To": LINE,
            "Caller": GRETA,
            "Called": LINE,
            "CallStatus": "ringing",
            "Direction": "inbound",
            "ApiVersion": "2010-04-01",
        }
    ]
    [end] = desk.at("/status")
    assert (end["CallStatus"], end["SequenceNumber"], end["CallDuration"]) == ("completed", "0", "1")


async def test_the_product_has_a_limited_time_to_answer(desk: Desk) -> None:
    app, never = web.Application(), asyncio.Event()

    async def slow(_request: web.Request) -> web.Response:
        await never.wait()
        return web.Response()

    app.router.add_post("/slow", slow)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    assert desk.network.deliverer.answer_seconds == 15
    desk.network.deliverer.answer_seconds = 0.2
    desk.network.numbers[LINE].voice_url = f"http://127.0.0.1:{runner.addresses[0][1]}/slow"
    desk.says["/fallback"] = "<Say>sorry</Say>"
    call = await desk.network.dial(GRETA, LINE)
    never.set()
    await runner.cleanup()
    assert call.heard == "sorry"
    assert desk.told("/fallback", "ErrorCode") == ["11205"]
    desk.network.errors.clear()


async def test_a_status_callback_that_fails_is_not_repeated(desk: Desk) -> None:
    desk.fails["/status"] = 500
    await desk.network.dial(GRETA, LINE)
    await desk.network.advance(3600)
    assert len(desk.at("/status")) == 1


async def test_what_was_told_before_is_there_before_the_next_document_is_asked_for(desk: Desk) -> None:
    events = ["initiated", "ringing", "answered"]
    await desk.call(StatusCallback=f"{desk.url}/leg", StatusCallbackEvent=events)
    await desk.network.phone(MIRA).answer()
    assert [asked.path for asked in desk.asked] == ["/leg", "/leg", "/leg", "/agent"]


async def test_the_official_client_speaks_with_it(desk: Desk) -> None:
    client = TwilioClient(ACCOUNT, TOKEN, desk.network.api_url)
    desk.says["/agent"] = "<Dial><Conference>call-1</Conference></Dial>"
    made = await client.rest.calls.create_async(to=MIRA, from_=LINE, url=f"{desk.url}/agent")
    await desk.network.settle()
    await desk.network.phone(MIRA).answer()
    await desk.network.advance(1)
    [room] = await client.rest.conferences.list_async(friendly_name="call-1", status="init")
    [participant] = await client.rest.conferences(room.sid).participants.list_async()
    assert participant.call_sid == made.sid
    held = await client.rest.conferences(room.sid).participants(made.sid).update_async(hold=True)
    assert (held.hold, held.muted) == (True, False)
    recording = await client.rest.calls(made.sid).recordings.create_async()
    await client.rest.calls(made.sid).recordings(recording.sid).update_async(status="paused", pause_behavior="skip")
    sent = await client.rest.messages.create_async(to=GRETA, from_=LINE, body="hello")
    assert (await client.rest.messages(sent.sid).fetch_async()).body == "hello"
    await client.rest.conferences(room.sid).update_async(status="completed")
    await desk.network.settle()
    assert (await client.rest.calls(made.sid).fetch_async()).status == "completed"
    await client.close()


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_number_of_somebody_elses_account_is_not_there(desk: Desk, method: str) -> None:
    address = desk.network.api_url.replace("http://", f"http://{ACCOUNT}:{TOKEN}@")
    async with aiohttp.ClientSession() as http:
        url = f"{address}/2010-04-01/Accounts/AC{'9' * 32}/Calls.json"
        async with http.request(method, url) as response:
            assert (response.status, (await response.json())["code"]) == (404, 20404)
    desk.network.errors.clear()
