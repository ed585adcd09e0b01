"""Recordings that the product starts, pauses, stops, fetches and deletes."""

from __future__ import annotations

import io
import wave
from typing import Any

import aiohttp
import pytest

from telephony.simulator import Call
from tests.telephony.simulator.desk import ACCOUNT, GRETA, LINE, TOKEN, Desk


async def _talking(desk: Desk) -> Call:
    desk.says["/voice"] = "<Gather timeout='600'/>"
    return await desk.network.dial(GRETA, LINE)


async def _started(desk: Desk, call: Call, **more: str | list[str]) -> Any:
    return await desk.rest(
        "POST", f"Calls/{call.sid}/Recordings", RecordingStatusCallback=f"{desk.url}/recorded", **more
    )


async def _file(url: str, token: str = TOKEN) -> tuple[int, bytes]:
    auth = {"Authorization": aiohttp.encode_basic_auth(ACCOUNT, token)}
    async with aiohttp.ClientSession() as http, http.get(url, headers=auth) as response:
        return response.status, await response.read()


async def test_a_call_is_recorded_until_its_end(desk: Desk) -> None:
    call = await _talking(desk)
    made = await _started(desk, call, RecordingChannels="dual")
    assert (made["status"], made["source"], made["duration"]) == ("in-progress", "StartCallRecordingAPI", "-1")
    await desk.network.advance(12)
    await call.hang_up()
    [form] = desk.at("/recorded")
    assert (form["RecordingSid"], form["RecordingDuration"], form["RecordingChannels"]) == (made["sid"], "12", "2")
    assert (await desk.rest("GET", f"Recordings/{made['sid']}"))["status"] == "completed"


@pytest.mark.parametrize(("behavior", "seconds"), [("skip", "20"), ("silence", "50")])
async def test_a_pause_is_left_out_or_silent(desk: Desk, behavior: str, seconds: str) -> None:
    call = await _talking(desk)
    made = await _started(desk, call)
    path = f"Calls/{call.sid}/Recordings"
    await desk.network.advance(10)
    paused = await desk.rest("POST", f"{path}/{made['sid']}", Status="paused", PauseBehavior=behavior)
    assert paused["status"] == "paused"
    await desk.network.advance(30)
    await desk.rest("POST", f"{path}/Twilio.CURRENT", Status="in-progress")
    await desk.network.advance(10)
    await desk.rest("POST", f"{path}/Twilio.CURRENT", Status="stopped")
    await desk.network.settle()
    assert desk.told("/recorded", "RecordingDuration") == [seconds]
    assert (await desk.try_rest("POST", f"{path}/Twilio.CURRENT", Status="paused"))[0] == 404


async def test_the_start_is_told_where_that_is_wanted(desk: Desk) -> None:
    await _started(desk, await _talking(desk), RecordingStatusCallbackEvent=["in-progress", "completed"])
    await desk.network.settle()
    assert desk.told("/recorded", "RecordingStatus") == ["in-progress"]


async def test_a_call_that_is_over_cannot_be_recorded(desk: Desk) -> None:
    call = await desk.network.dial(GRETA, LINE)
    status, body = await desk.try_rest("POST", f"Calls/{call.sid}/Recordings")
    assert (status, body["code"]) == (400, 21220)


async def test_the_file_is_a_real_one_for_who_may_have_it(desk: Desk) -> None:
    call = await _talking(desk)
    made = await _started(desk, call)
    await desk.network.advance(3)
    url = f"{desk.network.account_url}/Recordings/{made['sid']}"
    assert (await _file(f"{url}.wav"))[0] == 404
    await call.hang_up()
    status, body = await _file(f"{url}.wav")
    with wave.open(io.BytesIO(body)) as sound:
        assert (status, sound.getnframes() / sound.getframerate()) == (200, 3.0)
    assert (await _file(url))[1] == body
    assert (await _file(f"{url}.mp3"))[1].startswith(b"\xff\xfb")
    assert (await _file(f"{url}.wav", "wrong"))[0] == 401


async def test_what_is_deleted_is_gone(desk: Desk) -> None:
    call = await _talking(desk)
    made = await _started(desk, call)
    await call.hang_up()
    assert [row["sid"] for row in (await desk.rest("GET", "Recordings", CallSid=call.sid))["recordings"]] == [
        made["sid"]
    ]
    await desk.rest("DELETE", f"Recordings/{made['sid']}")
    assert desk.network.deleted_recordings == [made["sid"]]
    assert (await desk.try_rest("DELETE", f"Recordings/{made['sid']}"))[1]["code"] == 20404
    assert (await desk.rest("GET", f"Calls/{call.sid}/Recordings"))["recordings"] == []
    assert (await _file(f"{desk.network.account_url}/Recordings/{made['sid']}.wav"))[0] == 404


async def test_a_call_that_the_product_makes_is_recorded_from_the_answer(desk: Desk) -> None:
    desk.says["/agent"] = "<Pause length='8'/>"
    await desk.call(Record="true", RecordingStatusCallback=f"{desk.url}/recorded")
    await desk.network.advance(20)
    await desk.network.phone("+493023125201").answer()
    await desk.network.advance(8)
    assert desk.told("/recorded", "RecordingDuration") == ["8"]
    assert desk.told("/recorded", "RecordingSource") == ["OutboundAPI"]
